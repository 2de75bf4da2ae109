/**
 * What ships, as it was built: which program may import what, what the page's CSP would refuse,
 * and what the package is made of. The sources are judged elsewhere; a bundler can undo them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from './support/tree'

const out = join(root, 'out')
const read = (path: string): string => readFileSync(join(out, path), 'utf8')

/** Packages and built-ins that a bundle imports, through all of its chunks. */
function importsOf(entry: string): { packages: string[]; files: string[] } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const queue = [entry]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (files.has(path)) continue
    files.add(path)
    // Also finds import() and require(), and does not look into strings.
    for (const { fileName: name } of ts.preProcessFile(read(path), true, true).importedFiles) {
      if (name.startsWith('.')) queue.push(relative(out, join(out, dirname(path), name)))
      else packages.add(name)
    }
  }
  return { packages: [...packages], files: [...files] }
}

const fromPackages = (names: string[]) => names.filter((name) => !name.startsWith('node:'))

describe('main bundles', () => {
  it.each(['web', 'cli', 'node', 'switchboard', 'explorer', 'trial', 'runs'])(
    '%s runs under plain Node',
    (name) => {
      const { packages } = importsOf(`main/${name}.js`)
      expect(packages.length).toBeGreaterThan(0)
      expect(packages).not.toContain('electron')
    },
  )

  it('only the shell imports electron', () => {
    expect(importsOf('main/index.js').packages).toContain('electron')
  })

  it('imports nothing that an installed package lacks', () => {
    const { dependencies } = readJson('package.json') as { dependencies: Record<string, string> }
    const entries = ['index', 'web', 'cli', 'node', 'switchboard', 'explorer', 'trial', 'runs']
    const used = entries.flatMap((name) => fromPackages(importsOf(`main/${name}.js`).packages))
    const known = ['electron', ...Object.keys(dependencies)]
    expect(used.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('E2: the preload bundle', () => {
  it('is one CommonJS file that requires only electron', () => {
    expect(readdirSync(join(out, 'preload'))).toEqual(['index.cjs'])
    expect(importsOf('preload/index.cjs').packages).toEqual(['electron'])
    expect(read('preload/index.cjs')).not.toMatch(/^\s*(import|export)\b/m)
  })
})

describe('E5, E6: the page', () => {
  const page = read('renderer/index.html')

  it('has no inline script, style or handler', () => {
    expect(page).toMatch(/<script [^>]*src="\.\/assets\//)
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/)
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/)
  })

  it('leaves the nonce to the host, and names no other origin', () => {
    expect(page).toContain('nonce="__CSP_NONCE__"')
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  })

  it('compiles no code at run time', () => {
    // Vue's compiler is the part of the full build that the CSP would refuse.
    const scripts = readdirSync(join(out, 'renderer/assets')).filter((name) => name.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    const bad = scripts.filter((name) => /\beval\(/.test(read(`renderer/assets/${name}`)))
    expect(bad).toEqual([])
    const source = scripts.map((name) => read(`renderer/assets/${name}`)).join('\n')
    expect(source).not.toMatch(/new Function\((?!["'`]["'`]\))/)
  })

  it('loads fonts from files', () => {
    const styles = readdirSync(join(out, 'renderer/assets')).filter((name) => name.endsWith('.css'))
    expect(styles.length).toBeGreaterThan(0)
    for (const name of styles) expect(read(`renderer/assets/${name}`)).not.toMatch(/url\(data:font/)
  })
})

describe('E15: the list of licences', () => {
  const entries = JSON.parse(read('renderer/licences.json')) as { name: string; licence: string }[]

  it('E15: names what ships, and nothing that only builds or tests', () => {
    const names = entries.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['electron', 'vue', 'ws', 'zod', 'birpc']))
    expect(names).not.toContain('vitest')
    expect(names).not.toContain('vite')
  })

  it('holds licences that allow it', () => {
    const allowed = /^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|OFL-1\.1|Unlicense)$/
    expect(entries.filter(({ licence }) => !allowed.test(licence))).toEqual([])
  })
})

describe('package', () => {
  const builder = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as {
    asarUnpack: string[]
    electronFuses: Record<string, boolean>
    npmRebuild: boolean
    publish: unknown
    productName: string
  }

  it('E12: sets every fuse', () => {
    expect(builder.electronFuses).toEqual({
      runAsNode: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      enableCookieEncryption: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('unpacks all that a child process needs: it is started by path', () => {
    const unpacked = (path: string) =>
      builder.asarUnpack.some((glob) => path === glob || path.startsWith(glob.replace('**', '')))
    for (const name of ['node', 'switchboard']) {
      const { packages, files } = importsOf(`main/${name}.js`)
      expect(files.filter((file) => !unpacked(`out/${file}`))).toEqual([])
      const modules = fromPackages(packages).map((used) => `node_modules/${used}/package.json`)
      expect(modules.filter((path) => !unpacked(path))).toEqual([])
    }
  })

  it('rebuilds nothing, uploads nothing, and has a name without blanks', () => {
    expect(builder.npmRebuild).toBe(false)
    expect(builder.publish).toBeNull()
    expect(builder.productName).not.toMatch(/\s/)
  })

  it('has an icon of 512 by 512 pixels', () => {
    const png = readFileSync(join(root, 'resources/icon.png'))
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([512, 512])
    expect(existsSync(join(root, 'resources/icon.svg'))).toBe(true)
  })

  it('never turns the sandbox of the app off', () => {
    const shipped = readdirSync(join(root, 'src/main'), { recursive: true, encoding: 'utf8' })
    const files = shipped.filter((path) => /\.(ts|mjs)$/.test(path))
    const texts = files.map((path) => readFileSync(join(root, 'src/main', path), 'utf8'))
    expect(files.filter((_, index) => texts[index]?.includes('--no-sandbox'))).toEqual([])
  })
})

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
