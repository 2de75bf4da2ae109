/**
 * The browser host over a lab that is none: it tells of five nodes at so many messages a second, in
 * real time, and costs next to nothing. So what a window takes can be measured by the clock on a
 * machine that five nodes at full load would fill. A test double, named as one; it never ships.
 *
 * node bench/syntheticHost.mjs MESSAGES RENDERER_DIR    prints the link; ends on SIGTERM or SIGINT
 */
import { join } from 'node:path'
import { runnerImport } from 'vite'

const ROOT = join(import.meta.dirname, '..')
const STEP_MS = 100

const [, , messages = '5000', rendererDir = ''] = process.argv

/** @param {string} path */
async function load(path) {
  const { module } = await runnerImport(join(ROOT, path), { root: ROOT, configFile: false })
  return module
}

const { FullRateLab } = await load('test/support/fullRateLab.ts')
const { startWebHost } = await load('src/main/host/webHost.ts')
const lab = new FullRateLab(Number(messages))
const host = await startWebHost({ lab, rendererDir })
const beganAtMs = performance.now()
let steps = 0
const timer = setInterval(() => {
  // A timer that was late catches up: the rate is that of the clock.
  while (beganAtMs + steps * STEP_MS < performance.now()) {
    lab.stepOn()
    steps += 1
  }
}, STEP_MS)

async function end() {
  clearInterval(timer)
  await host.close()
  process.exit(0)
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => void end())
}
process.stdout.write(`${host.url}\n`)
