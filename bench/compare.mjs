/** Throughput and latency of all systems, interleaved: every round meets each of them. */
import { join } from 'node:path'
import { LOADS, key } from './bars.mjs'
import { diskLimits, watchOthers } from './machine.mjs'
import { KINDS } from './systems.mjs'

/** Every system is warmed alike before its first load: compilers, caches, files. */
const WARM = { clients: 64, pipeline: 1, warm: 0 }
const WARM_SECONDS_MAX = 1
const WARM_SECONDS = 0.5
/** A generator may take so much longer than it was asked to. */
const GRACE_MS = 30_000
const DISK_SECONDS_MAX = 1

/** @typedef {import('./bars.mjs').Measured} Measured */
/** @typedef {import('./stage.mjs').Stage} Stage */
/** @typedef {import('./systems.mjs').Kind} Kind */
/** @typedef {import('./systems.mjs').System} System */
/**
 * @typedef {object} LoadCall
 * @property {number[]} ports
 * @property {number} clients
 * @property {number} pipeline
 * @property {number} seconds
 * @property {number} [warm]
 * @property {number} [count]
 * @property {number} [patienceMs]
 */
/** @typedef {(words: string) => void} Say */

/**
 * Starts a generator; `figures` resolves at its end.
 * @param {Stage} stage
 * @param {System['generator']} generator
 * @param {LoadCall} call
 */
export function startLoad(stage, generator, call) {
  const { ports, clients, pipeline, seconds, warm = WARM_SECONDS, count = 0, patienceMs = 0 } = call
  const program = stage.start('load', process.execPath, [
    ...[join(import.meta.dirname, generator), '--ports', ports.join(',')],
    ...['--clients', String(clients), '--pipeline', String(pipeline)],
    ...['--seconds', String(seconds), '--warm', String(warm)],
    ...['--count', String(count), '--patience-ms', String(patienceMs)],
  ])
  const finish = async () => {
    const line = await program.line((seconds + warm) * 1000 + GRACE_MS)
    await program.ended
    /** @type {import('./figures.mjs').Figures} */
    const figures = JSON.parse(line)
    return figures
  }
  return { program, figures: finish() }
}

/**
 * @param {Stage} stage
 * @param {System['generator']} generator
 * @param {LoadCall} call
 * @returns {Promise<Measured>}
 */
export async function load(stage, generator, call) {
  const others = watchOthers()
  const figures = await startLoad(stage, generator, call).figures
  return { ...figures, others: others() }
}

/**
 * @param {Stage} stage
 * @param {{ rounds: number, seconds: number, loads: string[], systems: string[] }} options
 * @param {Say} say
 */
export async function compare(stage, options, say) {
  const chosen = KINDS.filter(({ id }) => options.systems.includes(id))
  const missing = chosen.flatMap((kind) => kind.missing() ?? [])
  for (const words of missing) say(`${words}: left out`)
  const kinds = chosen.filter((kind) => kind.missing() === null)
  /** @type {import('./bars.mjs').Results} */
  const results = new Map()
  /** @type {import('./machine.mjs').DiskLimits[]} */
  const disk = []
  /** @type {number | null} */
  let droppedFacts = null
  for (let round = 1; round <= options.rounds; round += 1) {
    disk.push(measureDisk(stage, Math.min(options.seconds / 2, DISK_SECONDS_MAX)))
    // The other way round each time: nobody always comes first.
    for (const kind of round % 2 === 1 ? kinds : [...kinds].reverse()) {
      const dropped = await measureKind(stage, kind, options, results, (words) =>
        say(`round ${round} of ${options.rounds} | ${words}`),
      )
      if (kind.id === 'recorded') droppedFacts = (droppedFacts ?? 0) + dropped
    }
  }
  return { results, disk, missing, kinds, droppedFacts }
}

/**
 * @param {Stage} stage
 * @param {number} seconds
 */
function measureDisk(stage, seconds) {
  const dir = stage.folder()
  const limits = diskLimits(dir, seconds)
  stage.remove(dir)
  return limits
}

/**
 * Answers how many facts were dropped.
 * @param {Stage} stage
 * @param {Kind} kind
 * @param {{ seconds: number, loads: string[] }} options
 * @param {import('./bars.mjs').Results} results
 * @param {Say} say
 */
async function measureKind(stage, kind, { seconds, loads }, results, say) {
  const system = await kind.start(stage, null)
  const ports = kind.to === 'leader' ? [system.leaderPort] : system.followerPorts.slice(0, 1)
  await load(stage, system.generator, {
    ...WARM,
    ports,
    seconds: Math.min(seconds, WARM_SECONDS_MAX),
  })
  for (const { name, clients, pipeline } of LOADS) {
    if (!loads.includes(name) || (pipeline > 1 && !kind.pipelines)) continue
    const call = { ports, clients, pipeline, seconds }
    const figures = await load(stage, system.generator, call)
    const at = key(kind.id, name)
    results.set(at, [...(results.get(at) ?? []), figures])
    const refused = Object.values(figures.errors).reduce((sum, count) => sum + count, 0)
    say(
      `${at}: ${figures.perSecond}/s, p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms` +
        (refused > 0 ? `, ${refused} refused` : ''),
    )
  }
  return await system.stop()
}
