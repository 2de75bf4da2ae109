/**
 * Times until a cluster serves: from nothing, and over a log of many writes; and what such a log
 * costs in memory and on disk.
 */
import { readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startLoad } from './compare.mjs'
import { startLab } from './lab.mjs'
import { residentMiB } from './machine.mjs'
import { until } from './stage.mjs'

const WRITE_WAIT_MS = 60_000
const RETRY_MS = 10
/** Slower than this a fill is given up. */
const FILL_PER_SECOND_MIN = 500
const FILL_SECONDS_MIN = 60

/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {(words: string) => void} Say */

/**
 * Resolves when one write was acknowledged; tries again until then.
 * @param {number} port
 */
async function firstWrite(port) {
  await until(`a write at port ${port}`, WRITE_WAIT_MS, async () => {
    const answer = await tryWrite(port)
    return answer.startsWith('+OK') ? true : null
  })
}

/**
 * The first answer, or why there is none.
 * @param {number} port
 * @returns {Promise<string>}
 */
function tryWrite(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    const end = (/** @type {string} */ words) => {
      socket.destroy()
      resolve(words)
    }
    socket.on('connect', () => socket.write('SET first write\r\n'))
    socket.on('data', (chunk) => end(String(chunk)))
    socket.on('error', (error) => setTimeout(() => end(error.message), RETRY_MS))
  })
}

/**
 * 5 nodes with everything on, from the command to the first acknowledged write.
 * @param {Stage} stage
 * @param {number} runs
 * @param {Say} say
 */
export async function startTimes(stage, runs, say) {
  const times = []
  for (let run = 1; run <= runs; run += 1) {
    const startedAt = performance.now()
    const lab = await startLab(stage, 5, [])
    const readyMs = Math.round(performance.now() - startedAt)
    await firstWrite(lab.leaderPort)
    const ms = Math.round(performance.now() - startedAt)
    times.push(ms)
    say(`start ${run} of ${runs} | ready after ${readyMs} ms, first write after ${ms} ms`)
    await lab.quit()
  }
  return times
}

/**
 * @typedef {object} RestartFigures
 * @property {number} writes
 * @property {number} fillPerSecond
 * @property {number[]} nodeMs one node killed and restarted: until it answered a write
 * @property {number} clusterMs all stopped and started: until the first acknowledged write
 * @property {number | null} residentMiB largest of the nodes after the writes
 * @property {number | null} restartedMiB largest of the nodes after the restart
 * @property {number} logMiB largest of the nodes
 */

/**
 * @param {Stage} stage
 * @param {{ writes: number, runs: number }} options
 * @param {Say} say
 * @returns {Promise<RestartFigures>}
 */
export async function restartTimes(stage, { writes, runs }, say) {
  const dataDir = stage.folder()
  const flags = ['--direct', '--telemetry=off']
  const lab = await startLab(stage, 3, flags, { dataDir })
  const seconds = Math.max(FILL_SECONDS_MIN, writes / FILL_PER_SECOND_MIN)
  const call = { ports: [lab.leaderPort], clients: 64, pipeline: 16, seconds, count: writes }
  const fill = await startLoad(stage, 'load.mjs', { ...call, warm: 0 }).figures
  if (fill.acked < writes) throw new Error(`only ${fill.acked} of ${writes} writes in ${seconds} s`)
  say(`restart | ${fill.acked} writes, ${fill.perSecond}/s`)
  const resident = largestMiB(lab)
  const nodeMs = []
  for (let run = 1; run <= runs; run += 1) {
    const victim = lab.nodes.find(({ id }) => id !== lab.leader)
    if (victim === undefined) throw new Error('no follower to restart')
    await lab.verb(`kill ${victim.id}`)
    const startedAt = performance.now()
    await lab.verb(`restart ${victim.id}`)
    await firstWrite(victim.client.port)
    nodeMs.push(Math.round(performance.now() - startedAt))
    say(`restart ${run} of ${runs} | one node: ${nodeMs.at(-1)} ms`)
    await lab.refresh()
  }
  await lab.quit()
  const startedAt = performance.now()
  const again = await startLab(stage, 3, flags, { dataDir })
  await firstWrite(again.leaderPort)
  const clusterMs = Math.round(performance.now() - startedAt)
  say(`restart | the cluster: ${clusterMs} ms`)
  const restartedMiB = largestMiB(again)
  const logMiB = Math.max(...nodeFolders(dataDir).map((path) => folderMiB(path)))
  await again.quit()
  stage.remove(dataDir)
  const { acked, perSecond } = fill
  return {
    ...{ writes: acked, fillPerSecond: perSecond, nodeMs, clusterMs },
    ...{ residentMiB: resident, restartedMiB, logMiB },
  }
}

/** @param {Awaited<ReturnType<typeof startLab>>} lab */
function largestMiB({ nodes }) {
  const all = nodes.flatMap(({ pid }) => (pid === null ? [] : [residentMiB(pid)]))
  const known = all.filter((mib) => mib !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** @param {string} dir */
function nodeFolders(dir) {
  const names = readdirSync(dir).filter((name) => /^node\d+$/.test(name))
  return names.map((name) => join(dir, name))
}

/** @param {string} dir */
function folderMiB(dir) {
  const bytes = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
  return Math.round(bytes / 2 ** 20)
}
