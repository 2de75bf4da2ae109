/**
 * Where the Electron binary is, and how to get it. Never imports `electron`: under plain Node that
 * import starts a download by itself.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './build.mjs'

const packageDir = join(root, 'node_modules/electron')

const FETCH_MS_MAX = 300_000
const FETCH_PROGRESS_MS = 5_000
const FETCH_OUTPUT_CHARS_MAX = 16 * 1024

/** @typedef {{ path: string, reason: null } | { path: null, reason: string }} Located */

/** @returns {string} the binary's place inside an unpacked Electron folder */
function binaryInFolder() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

/** @returns {Located} the binary, or in words why there is none */
export function locateElectron() {
  const byFile = process.env['ELECTRON_EXEC_PATH']
  if (byFile) return located(byFile, `ELECTRON_EXEC_PATH names ${byFile}, which does not exist`)
  const byFolder = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (byFolder) {
    const path = join(byFolder, binaryInFolder())
    return located(path, `ELECTRON_OVERRIDE_DIST_PATH holds no ${binaryInFolder()}`)
  }
  const wanted = packageVersion()
  if (wanted === null) return { path: null, reason: 'the electron package is not installed' }
  const fetched = readText(join(packageDir, 'dist/version'))?.replace(/^v/, '')
  const place = readText(join(packageDir, 'path.txt'))
  if (fetched === undefined || place === undefined) {
    return { path: null, reason: `the Electron ${wanted} binary is not fetched yet` }
  }
  if (fetched !== wanted) {
    return { path: null, reason: `Electron ${fetched} is there, but ${wanted} is wanted` }
  }
  return located(join(packageDir, 'dist', place), 'the Electron binary was removed')
}

/**
 * @param {string} path
 * @param {string} reason
 * @returns {Located}
 */
function located(path, reason) {
  return existsSync(path) ? { path, reason: null } : { path: null, reason }
}

/** @returns {string | null} */
function packageVersion() {
  const text = readText(join(packageDir, 'package.json'))
  return text === undefined ? null : JSON.parse(text).version
}

/**
 * @param {string} path
 * @returns {string | undefined}
 */
function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

/**
 * The environment for a program that is, or that starts, Electron.
 *
 * @param {string} binary
 * @returns {NodeJS.ProcessEnv}
 */
export function electronEnv(binary) {
  // With this variable Electron would be a plain Node and open no window.
  const { ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env
  // electron-vite reads the first, Playwright the second.
  return { ...env, ELECTRON_EXEC_PATH: binary, ELECTRON_OVERRIDE_DIST_PATH: distFolder(binary) }
}

/**
 * @param {string} binary
 * @returns {string} the unpacked folder that it lies in
 */
export function distFolder(binary) {
  return process.platform === 'darwin' ? join(dirname(binary), '../../..') : dirname(binary)
}

/** @returns {string | null} why no window can open on this system; null if one can */
export function missingDisplay() {
  if (process.platform !== 'linux') return null
  const named = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']
  return named ? null : 'there is no display (DISPLAY and WAYLAND_DISPLAY are empty)'
}

/**
 * Fetches the binary with Electron's own installer, with progress and a time limit.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<Located>}
 */
export async function fetchElectron(say) {
  const installer = join(packageDir, 'install.js')
  if (!existsSync(installer)) return { path: null, reason: 'the electron package is not installed' }
  const limit = FETCH_MS_MAX / 1000
  say(`Fetching Electron ${packageVersion()}, once (at most ${limit} s; --no-fetch skips it) ...`)
  const failure = await runInstaller(installer, say)
  return failure === null ? locateElectron() : { path: null, reason: failure }
}

/**
 * @param {string} installer
 * @param {(line: string) => void} say
 * @returns {Promise<string | null>} null when it worked, else what went wrong
 */
function runInstaller(installer, say) {
  const child = spawn(process.execPath, [installer], { stdio: ['ignore', 'ignore', 'pipe'] })
  const startedAt = performance.now()
  const seconds = () => Math.round((performance.now() - startedAt) / 1000)
  const ticker = setInterval(() => say(`  still fetching, ${seconds()} s`), FETCH_PROGRESS_MS)
  let errors = ''
  let isLate = false
  const limit = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, FETCH_MS_MAX)
  const stop = () => child.kill('SIGKILL')
  process.once('exit', stop)
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk.toString('utf8')).slice(-FETCH_OUTPUT_CHARS_MAX)
  })
  return new Promise((done) => {
    /** @param {string | null} failure */
    const end = (failure) => {
      clearInterval(ticker)
      clearTimeout(limit)
      process.off('exit', stop)
      done(failure)
    }
    child.on('error', (error) => end(`Electron could not be fetched: ${error.message}`))
    child.on('close', (code) => {
      if (isLate) end(`Electron could not be fetched within ${FETCH_MS_MAX / 1000} s`)
      else if (code === 0) end(null)
      else end(`Electron could not be fetched: ${firstLine(errors) ?? `code ${code}`}`)
    })
  })
}

/**
 * @param {string} text
 * @returns {string | undefined}
 */
function firstLine(text) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '')
}
