/** Rows E2 and E3: the built preload, run with what a sandboxed preload has and nothing else. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ELECTRON_CAPS } from '../../src/shared/shell'
import type { PreloadApi } from '../../src/shared/shell'
import { runPreload } from '../support/electronStandIn/preloadWorld'
import { root } from '../support/tree'

const path = join(root, 'out/preload/index.cjs')

function source(): string {
  if (!existsSync(path)) throw new Error(`${path} is not built; run \`npm run build\``)
  return readFileSync(path, 'utf8')
}

function start(answer: unknown = null) {
  const run = runPreload(source(), () => answer)
  return { run, api: run.exposed.get('paxosLab') as PreloadApi }
}

describe('E2: one self-contained CommonJS file', () => {
  it('requires electron and nothing else', () => {
    const { run } = start()
    expect(run.required).toEqual(['electron'])
    const named = [...source().matchAll(/\b(?:require|import)\s*\(\s*["'`]([^"'`]*)/g)]
    expect(named.map((match) => match[1])).toEqual(['electron'])
    expect(source()).not.toMatch(/^\s*(import|export)\s/m)
  })
})

describe('E3: what the page gets', () => {
  it('is platform, caps and connect, never ipcRenderer', () => {
    const { run, api } = start()
    expect([...run.exposed.keys()]).toEqual(['paxosLab'])
    expect(Object.keys(api).toSorted()).toEqual(['caps', 'connect', 'platform'])
    expect(api.platform).toBe('linux')
    expect(api.caps).toEqual(ELECTRON_CAPS)
  })

  it('connect hands over one port, to this page only, once', async () => {
    const { run, api } = start()
    await api.connect()
    expect(run.invoked).toEqual([['lab:connect']])
    run.receive('lab:port', ['the port'])
    expect(run.posted).toEqual([['paxos-lab:port', 'app://lab', ['the port']]])
    await expect(api.connect()).rejects.toThrow(/already/)
    run.receive('lab:port', ['another'])
    expect(run.posted).toHaveLength(1)
    expect(run.invoked).toHaveLength(1)
  })

  it('a refusal is told in words', async () => {
    const { api } = start({ code: 'badArgument', words: 'This frame may not call the lab.' })
    await expect(api.connect()).rejects.toThrow('This frame may not call the lab.')
  })
})
