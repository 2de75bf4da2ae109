/**
 * `npm run build`, and the check whether a build is needed.
 *
 * A build is judged by the content of its inputs, not by file times: a copied or freshly cloned
 * tree has new times and the same content. It is made beside `out/` and then swapped in, so a
 * failed build leaves the last good one, and nobody ever starts half of one.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { writeLicences } from './licences.mjs'

export const root = resolve(import.meta.dirname, '../..')
export const outDir = join(root, 'out')
const cacheDir = join(root, '.cache')
const lockPath = join(cacheDir, 'build.lock')
const stampPath = join(outDir, 'build.json')
const docsDir = join(root, 'docs')

/**
 * Everything a bundle can depend on; of `docs` only the pages, which are the manual. Plain `.mjs`
 * files run as they are and are never bundled.
 */
const INPUT_FOLDERS = ['src', 'resources', 'docs']
const INPUT_FILES = [
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.core.json',
  'tsconfig.node.json',
  'tsconfig.web.json',
]

const LOCK_WAIT_MS_MAX = 180_000
const LOCK_AGE_MS_MAX = 600_000
const LOCK_POLL_MS = 100
const BUILD_OUTPUT_CHARS_MAX = 256 * 1024

/** An installed package carries its bundles and no configuration: there is nothing to build. */
function isSourceTree() {
  return existsSync(join(root, 'electron.vite.config.ts'))
}

/**
 * @param {string} folder
 * @returns {string[]} absolute paths of all files below, in a fixed order
 */
function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** @returns {string} one digest over names and contents of all inputs */
function fingerprint() {
  const hash = createHash('sha256')
  const folders = INPUT_FOLDERS.flatMap((folder) => filesBelow(join(root, folder)))
  const files = INPUT_FILES.map((file) => join(root, file))
  for (const path of [...folders, ...files]) {
    if (path.endsWith('.mjs') || !existsSync(path)) continue
    if (path.startsWith(docsDir) && !path.endsWith('.md')) continue
    hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

/** @returns {string | null} why a build is needed, in words; null when `out/` is up to date */
export function staleReason() {
  if (!isSourceTree()) return null
  if (!existsSync(stampPath)) return 'nothing is built yet'
  /** @type {unknown} */
  let stamp
  try {
    stamp = JSON.parse(readFileSync(stampPath, 'utf8'))
  } catch {
    return 'the stamp of the last build cannot be read'
  }
  const built = stamp && typeof stamp === 'object' && 'inputs' in stamp ? stamp.inputs : null
  return built === fingerprint() ? null : 'sources changed since the last build'
}

/** Forgets the last build: whatever writes into `out/` by other means calls this first. */
export function forgetBuild() {
  rmSync(stampPath, { force: true })
}

/**
 * Builds if `out/` is stale, once at a time per tree.
 *
 * @param {{ force?: boolean, say?: (line: string) => void }} [options] `say` gets progress lines
 * @returns {Promise<void>} rejects with the tools' own words when the build fails
 */
export async function ensureBuilt({ force = false, say = () => {} } = {}) {
  if (!isSourceTree()) return
  if (!force && staleReason() === null) return
  mkdirSync(cacheDir, { recursive: true })
  await takeLock(say)
  try {
    // Somebody else may have built while this process waited.
    const reason = force ? 'asked for' : staleReason()
    if (reason === null) return
    say(`Building (${reason}) ...`)
    const startedAt = performance.now()
    await build()
    say(`Built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`)
  } finally {
    rmSync(lockPath, { force: true })
  }
}

/** @param {(line: string) => void} say */
async function takeLock(say) {
  const deadlineAt = Date.now() + LOCK_WAIT_MS_MAX
  let told = false
  for (;;) {
    try {
      writeFileSync(lockPath, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    }
    if (isLockDead()) {
      rmSync(lockPath, { force: true })
      continue
    }
    if (Date.now() > deadlineAt) {
      throw new Error(`another build holds ${lockPath}; remove it if no build is running`)
    }
    if (!told) say('Waiting for another build to end ...')
    told = true
    await new Promise((done) => setTimeout(done, LOCK_POLL_MS))
  }
}

/** A lock outlives a builder that was killed; its process id tells. */
function isLockDead() {
  try {
    if (Date.now() - statSync(lockPath).mtimeMs > LOCK_AGE_MS_MAX) return true
    const pid = Number(readFileSync(lockPath, 'utf8'))
    // The file is empty for a moment between its creation and the write.
    if (!Number.isInteger(pid) || pid <= 0) return false
    process.kill(pid, 0)
    return false
  } catch (error) {
    return hasCode(error, 'ESRCH')
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}

async function build() {
  const inputs = fingerprint()
  const nextDir = join(cacheDir, `build-${process.pid}`)
  const lastDir = join(cacheDir, `last-${process.pid}`)
  // The lock is ours: whatever lies here was left by a build that was killed.
  for (const name of readdirSync(cacheDir)) {
    if (/^(build|last)-\d+$/.test(name)) rmSync(join(cacheDir, name), { recursive: true })
  }
  try {
    await runElectronVite(nextDir)
    writeLicences(root, nextDir)
    writeFileSync(join(nextDir, 'build.json'), `${JSON.stringify({ inputs })}\n`)
    if (existsSync(outDir)) renameSync(outDir, lastDir)
    renameSync(nextDir, outDir)
  } finally {
    rmSync(nextDir, { recursive: true, force: true })
    rmSync(lastDir, { recursive: true, force: true })
  }
}

/**
 * @param {string} target
 * @returns {Promise<void>}
 */
function runElectronVite(target) {
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!existsSync(tool)) {
    return Promise.reject(new Error('packages are not installed; run `npm ci` first'))
  }
  const child = spawn(process.execPath, [tool, 'build', '--outDir', target], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  const keep = (/** @type {Buffer} */ chunk) => {
    output = (output + chunk.toString('utf8')).slice(-BUILD_OUTPUT_CHARS_MAX)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => {
      if (code === 0) done()
      else
        fail(
          new Error(
            `electron-vite ended with code ${code}\n${stripVTControlCharacters(output).trimEnd()}`,
          ),
        )
    })
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await ensureBuilt({ force: !process.argv.includes('--if-stale'), say: console.log })
  } catch (error) {
    console.error(`Build failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
