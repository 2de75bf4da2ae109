/**
 * `npm start`: builds if stale, then opens the window in Electron if that can work here, else the
 * same lab in the browser host, with the reason in one line.
 *
 *   --web       the browser host, without looking for Electron
 *   --electron  Electron or nothing: no falling back
 *   --no-fetch  never fetch the Electron binary
 *
 * Everything else is handed on to the program that is started.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, outDir, root } from './build.mjs'
import { electronEnv, fetchElectron, locateElectron, missingDisplay } from './electronBinary.mjs'

/** An Electron that ends by itself with an error this early has failed to start. */
const START_MS_MAX = 15_000
/** After this long a program that was asked to end is killed. */
const STOP_MS_MAX = 8_000

const OWN_FLAGS = ['--web', '--electron', '--no-fetch']
const args = process.argv.slice(2)
const passedOn = args.filter((arg) => !OWN_FLAGS.includes(arg))
const wantsWeb = args.includes('--web')
const wantsElectron = args.includes('--electron')
const mayFetch = !args.includes('--no-fetch')

/** @param {string} line */
const say = (line) => console.error(line)

if (wantsWeb && wantsElectron) {
  say('--web and --electron exclude each other.')
  process.exitCode = 2
} else {
  await main()
}

async function main() {
  try {
    await ensureBuilt({ say })
  } catch (error) {
    say(`Build failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
    return
  }
  if (wantsWeb) return startWeb()
  const electron = await findElectron()
  if (electron.path !== null) {
    const end = await runElectron(electron.path)
    if (end.startFailure !== null && !wantsElectron) return fallBack(end.startFailure)
    if (end.startFailure !== null) say(`${end.startFailure}.`)
    process.exitCode = end.code
    return
  }
  if (wantsElectron) {
    say(`Electron cannot start: ${electron.reason}.`)
    process.exitCode = 1
    return
  }
  return fallBack(electron.reason)
}

/** @returns {Promise<import('./electronBinary.mjs').Located>} */
async function findElectron() {
  const noDisplay = missingDisplay()
  if (noDisplay !== null) return { path: null, reason: noDisplay }
  if (process.platform === 'linux' && process.getuid?.() === 0 && !wantsElectron) {
    return { path: null, reason: 'Electron keeps its sandbox on and so does not run as root' }
  }
  const there = locateElectron()
  if (there.path !== null || !mayFetch) return there
  return fetchElectron(say)
}

/** @param {string} reason */
function fallBack(reason) {
  say(`Opening the lab in a browser instead of a window: ${reason}.`)
  return startWeb()
}

/** In this process: one program, so that no signal has to be forwarded and none can be lost. */
async function startWeb() {
  const entry = join(outDir, 'main/web.js')
  process.argv = [process.execPath, entry, ...passedOn]
  await import(pathToFileURL(entry).href)
}

/**
 * @param {string} binary
 * @returns {Promise<{ code: number, startFailure: string | null }>}
 */
function runElectron(binary) {
  // A group of its own: a Ctrl-C reaches Electron once, through us, and the group can be ended.
  const ownGroup = process.platform !== 'win32'
  const child = spawn(binary, [root, ...passedOn], {
    cwd: root,
    stdio: 'inherit',
    detached: ownGroup,
    env: electronEnv(binary),
  })
  const startedAt = performance.now()
  let isStopping = false
  /** @param {NodeJS.Signals} signal */
  const signalAll = (signal) => {
    if (child.pid === undefined) return
    try {
      if (ownGroup) process.kill(-child.pid, signal)
      else child.kill(signal)
    } catch (error) {
      // The group is gone already, which is what was wanted.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    if (isStopping) return signalAll('SIGKILL')
    isStopping = true
    child.kill(signal)
    setTimeout(() => signalAll('SIGKILL'), STOP_MS_MAX).unref()
  }
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const killAll = () => signalAll('SIGKILL')
  for (const signal of signals) process.on(signal, stop)
  process.once('exit', killAll)
  return new Promise((done) => {
    /** @type {(code: number, startFailure: string | null) => void} */
    const end = (code, startFailure) => {
      for (const signal of signals) process.off(signal, stop)
      process.off('exit', killAll)
      // Whatever Electron left in its group goes with it.
      killAll()
      done({ code, startFailure })
    }
    child.on('error', (error) => end(1, `Electron did not start (${error.message})`))
    child.on('exit', (code, signal) => {
      const failed = code !== 0 && !isStopping && performance.now() - startedAt < START_MS_MAX
      const how = signal === null ? `code ${code}` : signal
      end(code ?? 1, failed ? `Electron ended during start (${how})` : null)
    })
  })
}
