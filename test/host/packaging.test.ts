/** Row E12 and the rest of what ships: the packaging configuration says what the rows demand. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from '../support/tree'

const text = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
const config = parse(text) as Readonly<Record<string, unknown>>

describe('packaging', () => {
  it('E12: the fuses; runAsNode stays on, as D14 decided', () => {
    expect(config['electronFuses']).toEqual({
      runAsNode: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      enableCookieEncryption: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('children lie outside of the archive, nothing is rebuilt or uploaded', () => {
    expect(config).toMatchObject({ asar: true, npmRebuild: false, publish: null })
    expect(config['asarUnpack']).toEqual(
      expect.arrayContaining([
        ...['out/main/node.js', 'out/main/switchboard.js', 'out/main/trial.js'],
        ...['out/main/chunks/**', 'node_modules/citty/**'],
      ]),
    )
    expect(config['productName']).not.toMatch(/\s/)
  })

  it('EP1: the sandbox is never switched off', () => {
    expect(text).not.toContain('no-sandbox')
    const folder = join(root, 'src/main')
    const sources = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    expect(sources.filter((source) => source.includes('no-sandbox'))).toEqual([])
  })

  it('E6: the built window compiles no code from text', () => {
    const folder = join(root, 'out/renderer/assets')
    if (!existsSync(folder)) throw new Error(`${folder} is not built; run \`npm run build\``)
    const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    for (const name of scripts) {
      const text = readFileSync(join(folder, name), 'utf8')
      // zod asks whether it may; `shared/zod.ts` forbids it before (`jitless`), so it never asks.
      const asks = /jitless\) return false;[^]{0,300}?new Function\(""\)/
      const source = text.replace(asks, '')
      expect(source, name).not.toMatch(/\bnew Function\s*\(|\beval\(/)
    }
  })
})
