/**
 * The licence list of the About dialog (E15): every package whose code ships, with its text.
 *
 * What ships is what the bundler read (`packages.json` beside each bundle, written by
 * electron.vite.config.ts), what the bundles still import, and Electron itself.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LICENCE_FILE = /^(licen[cs]e|copying)([.-].*)?$/i

/**
 * @typedef {object} LicenceEntry
 * @property {string} name
 * @property {string} version
 * @property {string} licence SPDX expression
 * @property {string | null} homepage
 * @property {string | null} text the package's own licence file; null if it carries none
 */

/**
 * @param {string} root the repository
 * @param {string} target the folder of the new bundles; gets `renderer/licences.json`
 */
export function writeLicences(root, target) {
  const names = new Set(['electron'])
  for (const bundle of ['main', 'preload', 'renderer']) {
    for (const name of takeBundledNames(join(target, bundle, 'packages.json'))) names.add(name)
  }
  const own = readJson(join(root, 'package.json'))
  for (const name of Object.keys(own['dependencies'] ?? {})) addWithDependencies(root, name, names)
  const entries = [...names].sort().map((name) => describe(root, name))
  writeFileSync(join(target, 'renderer/licences.json'), `${JSON.stringify(entries, null, 2)}\n`)
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function takeBundledNames(path) {
  if (!existsSync(path)) return []
  const names = JSON.parse(readFileSync(path, 'utf8'))
  // Only this step needs it, and the hosts serve what lies beside it.
  rmSync(path)
  return names
}

/**
 * @param {string} root
 * @param {string} name
 * @param {Set<string>} names
 */
function addWithDependencies(root, name, names) {
  if (names.has(name)) return
  names.add(name)
  const manifest = readJson(join(root, 'node_modules', name, 'package.json'))
  for (const next of Object.keys(manifest['dependencies'] ?? {})) {
    addWithDependencies(root, next, names)
  }
}

/**
 * @param {string} root
 * @param {string} name
 * @returns {LicenceEntry}
 */
function describe(root, name) {
  const folder = join(root, 'node_modules', name)
  const manifest = readJson(join(folder, 'package.json'))
  const file = readdirSync(folder).find((entry) => LICENCE_FILE.test(entry))
  if (typeof manifest['license'] !== 'string') {
    throw new Error(`${name} names no licence; look at it before it ships`)
  }
  return {
    name,
    version: manifest['version'],
    licence: manifest['license'],
    homepage: typeof manifest['homepage'] === 'string' ? manifest['homepage'] : null,
    text: file ? readFileSync(join(folder, file), 'utf8').trim() : null,
  }
}

/**
 * @param {string} path
 * @returns {Record<string, any>}
 */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
