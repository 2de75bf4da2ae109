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

  it('EP4: children lie outside of the archive, nothing is rebuilt or uploaded', () => {
    expect(config).toMatchObject({ asar: true, npmRebuild: false, publish: null })
    // Whatever is no entry of a person is started by path: as a child or as a thread.
    const entries = readdirSync(join(root, 'out/main')).filter((name) => name.endsWith('.js'))
    const children = entries.filter((name) => !['index.js', 'web.js', 'cli.js'].includes(name))
    expect(children).toContain('node.js')
    const wanted = children.map((name) => `out/main/${name}`)
    expect(config['asarUnpack']).toEqual(
      expect.arrayContaining([...wanted, 'out/main/chunks/**', 'node_modules/citty/**']),
    )
    expect(config['productName']).not.toMatch(/\s/)
  })

  const targetsOf = (system: string) => {
    const { target } = config[system] as { target: readonly unknown[] }
    return target.map((one) => (typeof one === 'string' ? { target: one } : one))
  }
  const both = { arch: ['x64', 'arm64'] }

  it('EP1, EP2, EP3: AppImage, deb and tar.gz; dmg and zip; nsis without elevation and zip', () => {
    expect(targetsOf('linux')).toEqual(
      ['AppImage', 'deb', 'tar.gz'].map((target) => ({ target, ...both })),
    )
    expect(targetsOf('mac')).toEqual(['dmg', 'zip'].map((target) => ({ target, ...both })))
    expect(config['mac']).toMatchObject({ hardenedRuntime: true })
    expect(targetsOf('win')).toEqual([{ target: 'nsis' }, { target: 'zip' }])
    expect(config['nsis']).toMatchObject({ perMachine: false, allowElevation: false })
  })

  it('EP4: electron-builder takes the configuration as it is', async () => {
    const { validateConfiguration } = (await import(
      join(root, 'node_modules/app-builder-lib/out/util/config/config.js')
    )) as { validateConfiguration: (config: unknown, log: object) => Promise<void> }
    const log = { isEnabled: false, add: () => undefined }
    await validateConfiguration(structuredClone(config), log)
    const wrong = { ...structuredClone(config), asarUnpck: [] }
    await expect(validateConfiguration(wrong, log)).rejects.toThrow(/asarUnpck/)
  })

  it('EL2: experiments are associated, and no scheme of addresses is', () => {
    expect(config['fileAssociations']).toEqual([
      {
        ...{ ext: 'paxlab.yaml', name: 'Paxos Lab experiment', role: 'Editor' },
        // Without it no desktop of Linux would know the files.
        mimeType: 'application/x-paxos-lab-experiment',
        description: 'Paxos Lab experiment',
      },
    ])
    expect(config).not.toHaveProperty('protocols')
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
