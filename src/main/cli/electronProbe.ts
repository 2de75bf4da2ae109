/**
 * Whether a window could open here. Looks at files and never imports `electron`: under plain Node
 * that import starts a download by itself.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Probe {
  readonly found: boolean
  readonly words: string
}

/** `rootDir` is the folder of the package. */
export function probeElectron(rootDir: string): Probe {
  const { ELECTRON_EXEC_PATH: file, ELECTRON_OVERRIDE_DIST_PATH: folder } = process.env
  if (file) return probeNamed(file, 'ELECTRON_EXEC_PATH')
  if (folder) return probeNamed(folder, 'ELECTRON_OVERRIDE_DIST_PATH')
  const packageDir = join(rootDir, 'node_modules/electron')
  const wanted = versionOf(readText(join(packageDir, 'package.json')))
  if (wanted === null) return { found: false, words: 'the electron package is not installed' }
  const fetched = readText(join(packageDir, 'dist/version'))?.trim().replace(/^v/, '')
  const place = readText(join(packageDir, 'path.txt'))?.trim()
  if (fetched === undefined || place === undefined) {
    return { found: false, words: `the Electron ${wanted} binary is not fetched yet` }
  }
  if (fetched !== wanted) {
    return { found: false, words: `Electron ${fetched} is there, but ${wanted} is wanted` }
  }
  const found = existsSync(join(packageDir, 'dist', place))
  return { found, words: found ? `Electron ${wanted}` : 'the Electron binary was removed' }
}

/** Why no window can open on this system; null if one can. */
export function missingDisplay(): string | null {
  if (process.platform !== 'linux') return null
  const named = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']
  return named ? null : 'there is no display (DISPLAY and WAYLAND_DISPLAY are empty)'
}

function probeNamed(path: string, variable: string): Probe {
  const found = existsSync(path)
  return { found, words: found ? `${variable} names ${path}` : `${variable} names nothing` }
}

function readText(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function versionOf(text: string | undefined): string | null {
  if (text === undefined) return null
  const parsed: unknown = JSON.parse(text)
  const has = typeof parsed === 'object' && parsed !== null && 'version' in parsed
  return has ? String(parsed.version) : null
}
