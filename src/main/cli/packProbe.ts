/**
 * Whether `npm run pack:dir` could make an app folder here. Looks at files and fetches nothing.
 * Only a checkout can: an installed package brings no electron-builder.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Probe } from './electronProbe'

/** Folders of the cache are named by a hash; so many are looked into. */
const CACHE_FOLDERS_MAX = 200

/** `rootDir` is the folder of the package; `electron`: whether its binary is here. */
export function probePack(rootDir: string, electron: Probe): Probe {
  const builder = join(rootDir, 'node_modules/electron-builder/package.json')
  if (!existsSync(builder)) {
    return { found: false, words: 'electron-builder is not installed: run `npm ci` in a checkout' }
  }
  if (electron.found)
    return { found: true, words: `pack:dir takes what is here: ${electron.words}` }
  const archive = archiveName(rootDir)
  if (archive === null) return { found: false, words: 'the electron package is not installed' }
  const place = cachedArchive(archive)
  if (place !== null) return { found: true, words: `pack:dir takes ${place}` }
  const ways = 'needs the network once, or ELECTRON_OVERRIDE_DIST_PATH'
  return { found: false, words: `${archive} is missing: pack:dir ${ways}` }
}

function archiveName(rootDir: string): string | null {
  const path = join(rootDir, 'node_modules/electron/package.json')
  if (!existsSync(path)) return null
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const has = typeof parsed === 'object' && parsed !== null && 'version' in parsed
  if (!has) return null
  return `electron-v${String(parsed.version)}-${process.platform}-${process.arch}.zip`
}

/** Where Electron's own fetcher and electron-builder keep archives; null: it is not there. */
function cachedArchive(archive: string): string | null {
  for (const cache of cacheFolders()) {
    const folders = existsSync(cache) ? readdirSync(cache).slice(0, CACHE_FOLDERS_MAX) : []
    for (const folder of ['', ...folders]) {
      const path = join(cache, folder, archive)
      if (existsSync(path)) return path
    }
  }
  return null
}

function cacheFolders(): string[] {
  const { electron_config_cache: named, LOCALAPPDATA: local, XDG_CACHE_HOME: xdg } = process.env
  const home = homedir()
  const usual: Partial<Record<NodeJS.Platform, string>> = {
    darwin: join(home, 'Library/Caches/electron'),
    win32: join(local ?? home, 'electron/Cache'),
  }
  const other = join(xdg ?? join(home, '.cache'), 'electron')
  return [...(named ? [named] : []), usual[process.platform] ?? other]
}
