/**
 * What `doctor` looks at. Each check says in plain words what was found, and what it means where it
 * is not as it should be. Nothing stays but the folder of runs, which any command makes.
 */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { open, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os'
import { delimiter, join } from 'node:path'
import { makeDir } from '../lab/makeDir'
import { missingDisplay, probeElectron } from './electronProbe'
import { probePack } from './packProbe'

/** `bad`: the lab cannot run; `warn`: it runs with less. */
export type CheckState = 'ok' | 'warn' | 'bad'

export interface CheckResult {
  readonly check: string
  readonly state: CheckState
  readonly words: string
  /** Named figures for the result. */
  readonly figures?: Readonly<Record<string, number>>
}

export interface Surroundings {
  readonly mainDir: string
  readonly runsDir: string
}

const NODE_MIN = [20, 19] as const
const FLUSH_TIME_MS = 500
const FLUSH_BYTES = 128
const FLUSHES_PER_SECOND_LOW = 200
/** Control, switchboard with two ports a link, and peer and client ports of nine nodes. */
const PORTS = 100
const FILES_MIN = 1024
const DISK_MB_LOW = 500
const MEMORY_MB_LOW = 600
const MB = 1024 * 1024
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const BROWSER_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

type Check = (surroundings: Surroundings) => CheckResult | Promise<CheckResult>

export const CHECKS: readonly Check[] = [
  checkNode,
  checkBundles,
  checkElectron,
  checkPack,
  checkBrowser,
  checkRunsDir,
  checkFlush,
  checkPorts,
  checkFiles,
  checkDisk,
  checkMemory,
  checkPause,
]

function checkNode(): CheckResult {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fits = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
  const words = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
  if (fits) return { check: 'node', state: 'ok', words }
  const wanted = NODE_MIN.join('.')
  return { check: 'node', state: 'bad', words: `${words}; ${wanted} or newer is needed` }
}

function checkBundles({ mainDir }: Surroundings): CheckResult {
  const missing = ['node.js', 'switchboard.js'].filter((name) => !existsSync(join(mainDir, name)))
  if (missing.length === 0) {
    return { check: 'build', state: 'ok', words: 'the programs of node and switchboard are built' }
  }
  const words = `${missing.join(' and ')} missing in ${mainDir}; run \`npm run build\``
  return { check: 'build', state: 'bad', words }
}

function checkElectron({ mainDir }: Surroundings): CheckResult {
  const { found, words } = probeElectron(join(mainDir, '../..'))
  const noDisplay = missingDisplay()
  if (found && noDisplay === null) return { check: 'electron', state: 'ok', words }
  const why = found ? noDisplay : words
  const instead = 'the window opens in a browser instead'
  return { check: 'electron', state: 'warn', words: `${why}; ${instead}` }
}

/** Nobody needs an app folder to use the lab. */
function checkPack({ mainDir }: Surroundings): CheckResult {
  const rootDir = join(mainDir, '../..')
  const { found, words } = probePack(rootDir, probeElectron(rootDir))
  return { check: 'pack', state: found ? 'ok' : 'warn', words }
}

function checkBrowser(): CheckResult {
  const named = process.env['CHROMIUM_PATH']
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const places = folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name)))
  const path = [...(named ? [named] : []), ...places, ...BROWSER_PLACES].find(isProgram)
  if (path !== undefined) return { check: 'browser', state: 'ok', words: `found ${path}` }
  const words = 'no Chromium or Chrome found; any current browser can open the link of `serve`'
  return { check: 'browser', state: 'warn', words }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function checkRunsDir({ runsDir }: Surroundings): CheckResult {
  try {
    makeDir(runsDir)
    accessSync(runsDir, constants.W_OK)
    return { check: 'runs', state: 'ok', words: `runs are kept in ${runsDir}` }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { check: 'runs', state: 'bad', words: `runs cannot be kept in ${runsDir}: ${why}` }
  }
}

/** Small appends, each made durable: what one client that waits for its answer can get at most. */
async function checkFlush({ runsDir }: Surroundings): Promise<CheckResult> {
  const folder = mkdtempSync(join(existsSync(runsDir) ? runsDir : tmpdir(), '.doctor-'))
  try {
    const file = await open(join(folder, 'log'), 'w')
    const record = Buffer.alloc(FLUSH_BYTES, 'x')
    const startMs = performance.now()
    let flushes = 0
    while (performance.now() - startMs < FLUSH_TIME_MS) {
      await file.write(record)
      await file.datasync()
      flushes += 1
    }
    const flushesPerSecond = Math.round((flushes * 1000) / (performance.now() - startMs))
    await file.close()
    const low = flushesPerSecond < FLUSHES_PER_SECOND_LOW
    const words = `${flushesPerSecond} durable writes a second (${FLUSH_BYTES} bytes, fdatasync)`
    const meaning = low ? '; single writes will be slow, many at once share a flush' : ''
    const state = low ? 'warn' : 'ok'
    return { check: 'flush', state, words: words + meaning, figures: { flushesPerSecond } }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function checkPorts(): Promise<CheckResult> {
  const servers: Server[] = []
  try {
    for (let count = 0; count < PORTS; count += 1) servers.push(await listen())
    return { check: 'ports', state: 'ok', words: `${PORTS} loopback ports can be opened at once` }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const words = `only ${servers.length} of ${PORTS} loopback ports could be opened: ${why}`
    return { check: 'ports', state: 'bad', words }
  } finally {
    for (const server of servers) server.close()
  }
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function checkFiles(): CheckResult {
  if (process.platform === 'win32') {
    return { check: 'files', state: 'ok', words: 'no limit of open files to look at' }
  }
  const text = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
  if (text === 'unlimited') return { check: 'files', state: 'ok', words: 'open files: unlimited' }
  const openFilesMax = Number(text)
  const figures = { openFilesMax }
  const words = `open files a process: ${openFilesMax}`
  if (openFilesMax >= FILES_MIN) return { check: 'files', state: 'ok', words, figures }
  const advice = `; below ${FILES_MIN} few clients can connect; try \`ulimit -n 4096\``
  return { check: 'files', state: 'warn', words: words + advice, figures }
}

async function checkDisk({ runsDir }: Surroundings): Promise<CheckResult> {
  const { bavail, bsize } = await statfs(existsSync(runsDir) ? runsDir : tmpdir())
  const diskFreeMb = Math.floor((bavail * bsize) / MB)
  const low = diskFreeMb < DISK_MB_LOW
  const words = `${diskFreeMb} MB free where runs are kept${low ? '; a long run can fill it' : ''}`
  return { check: 'disk', state: low ? 'warn' : 'ok', words, figures: { diskFreeMb } }
}

function checkMemory(): CheckResult {
  const memoryFreeMb = Math.floor(freemem() / MB)
  const memoryMb = Math.floor(totalmem() / MB)
  const cpus = availableParallelism()
  const low = memoryFreeMb < MEMORY_MB_LOW
  const words = `${memoryFreeMb} MB of ${memoryMb} MB memory free, ${cpus} processors`
  const advice = low ? '; five nodes want about 400 MB, close something or take 3 nodes' : ''
  const figures = { memoryFreeMb, memoryMb, cpus }
  return { check: 'memory', state: low ? 'warn' : 'ok', words: words + advice, figures }
}

function checkPause(): CheckResult {
  if (process.platform === 'win32') {
    const words = 'no SIGSTOP on this system: pause is cooperative, the node stops consuming'
    return { check: 'pause', state: 'warn', words }
  }
  return { check: 'pause', state: 'ok', words: 'nodes can be frozen with SIGSTOP' }
}
