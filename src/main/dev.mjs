/**
 * `npm run dev`: the window in Electron with hot reload; main, preload and the children's bundles
 * are rebuilt and the app is restarted when their sources change.
 *
 * `npm run dev:web`: the same lab for a plain browser. Vite serves the window and hands calls on to
 * the browser host, which is rebuilt and restarted when anything outside of the window changes.
 */
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, forgetBuild, outDir, root } from './build.mjs'
import { electronEnv, fetchElectron, locateElectron, missingDisplay } from './electronBinary.mjs'

const SETTLE_MS = 200
const STOP_MS_MAX = 8_000
const LAUNCH_URL = /http:\/\/127\.0\.0\.1:\d+\/#t=\S+/

/** @param {string} line */
const say = (line) => console.error(line)

/** @type {import('node:child_process').ChildProcess | null} the one program this script runs */
let child = null
let isEnding = false

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => void end())
}
process.once('exit', () => child?.kill('SIGKILL'))

try {
  if (process.argv.includes('--web')) await devWeb()
  else await devElectron()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exit(1)
}

async function end() {
  if (isEnding) return
  isEnding = true
  await stopChild()
  process.exit(0)
}

/** @returns {Promise<void>} */
function stopChild() {
  const running = child
  child = null
  if (!running || running.exitCode !== null || running.signalCode !== null) return Promise.resolve()
  return new Promise((done) => {
    const limit = setTimeout(() => running.kill('SIGKILL'), STOP_MS_MAX)
    running.once('exit', () => {
      clearTimeout(limit)
      done()
    })
    running.kill('SIGTERM')
  })
}

async function devElectron() {
  const noDisplay = missingDisplay()
  if (noDisplay !== null) throw new Error(`No window can open: ${noDisplay}. Try npm run dev:web.`)
  const there = locateElectron()
  const electron = there.path === null ? await fetchElectron(say) : there
  if (electron.path === null) throw new Error(`Electron cannot start: ${electron.reason}.`)
  // electron-vite writes into out/ by itself, past our stamp.
  forgetBuild()
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  child = spawn(process.execPath, [tool, 'dev', '--watch'], {
    cwd: root,
    stdio: 'inherit',
    env: electronEnv(electron.path),
  })
  child.once('exit', (code) => process.exit(code ?? 1))
}

async function devWeb() {
  await ensureBuilt({ say })
  const launch = new URL(await startHost())
  process.env['PAXOS_LAB_HOST_ORIGIN'] = launch.origin
  const { createServer } = await import('vite')
  const server = await createServer({ configFile: join(root, 'vite.web.config.ts') })
  await server.listen()
  const page = server.resolvedUrls?.local[0]
  if (!page) throw new Error('vite names no address')
  console.log(`${page}${launch.hash}`)
  watchHostSources(Number(launch.port), page)
}

/**
 * @param {number} port 0 lets the system choose
 * @returns {Promise<string>} the launch URL with its token
 */
function startHost(port = 0) {
  const args = [join(outDir, 'main/web.js'), '--port', String(port)]
  const host = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  child = host
  return new Promise((done, fail) => {
    let heard = ''
    host.stdout.on('data', (chunk) => {
      heard += chunk.toString('utf8')
      const url = LAUNCH_URL.exec(heard)?.[0]
      if (url) done(url)
    })
    host.once('error', fail)
    host.once('exit', (code) => {
      fail(new Error(`the browser host ended with code ${code}`))
      if (child === host) say(`The browser host ended with code ${code}.`)
    })
  })
}

/**
 * @param {number} port kept, so that the window's server goes on pointing at the host
 * @param {string} page
 */
function watchHostSources(port, page) {
  /** @type {NodeJS.Timeout | undefined} */
  let settled
  let isBusy = false
  let isBehind = false
  const rebuild = async () => {
    isBehind = isBusy
    if (isBusy || isEnding) return
    isBusy = true
    try {
      await ensureBuilt({ say })
      await stopChild()
      console.log(`${page}${new URL(await startHost(port)).hash}`)
    } catch (error) {
      say(error instanceof Error ? error.message : String(error))
    } finally {
      isBusy = false
      if (isBehind) void rebuild()
    }
  }
  for (const folder of ['core', 'shared', 'main']) {
    watch(join(root, 'src', folder), { recursive: true }, () => {
      clearTimeout(settled)
      settled = setTimeout(() => void rebuild(), SETTLE_MS)
    })
  }
}
