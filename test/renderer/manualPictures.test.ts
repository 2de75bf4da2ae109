/** Pages of the manual in the window: pictures of the window are for readers elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makePage } from '../../src/renderer/src/manual/pages'
import { root } from '../support/tree'

const FOLDER = join(root, 'docs/views')
const PICTURE = /^!\[([^\]]+)\]\(([^)]+)\)$/gm

describe('pages of the manual', () => {
  it.each(readdirSync(FOLDER))(
    '%s has a picture that is there, and the window leaves it out',
    (name) => {
      const source = readFileSync(join(FOLDER, name), 'utf8')
      const pictures = [...source.matchAll(PICTURE)]
      expect(pictures.length).toBeGreaterThan(0)
      for (const [, alt = '', path = ''] of pictures) {
        expect(alt.length).toBeGreaterThan(10)
        expect(existsSync(join(FOLDER, path)), path).toBe(true)
      }
      expect(JSON.stringify(makePage(`docs/views/${name}`, source).blocks)).not.toContain(
        'screenshots',
      )
    },
  )
})
