/**
 * The bars of the project for the speed of a cluster, judged over what one run measured.
 *
 * A ratio is taken within each round, where both systems met the same disk, and then the median of
 * the rounds. What was not measured is neither reached nor missed.
 */
import { median } from './figures.mjs'

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {Figures & { others: number | null }} Measured */
/** @typedef {Map<string, Measured[]>} Results by `key(system, load)`, one entry a round */
/** @typedef {{ name: string, clients: number, pipeline: number }} Load */
/**
 * @typedef {object} Verdict
 * @property {string} bar
 * @property {string} measured
 * @property {boolean | null} reached null: not measured
 */
/**
 * @typedef {object} Extras
 * @property {number | null} droppedFacts
 * @property {number[]} failoverMs
 * @property {number[]} startMs
 * @property {number[]} restartMs
 * @property {number | null} restartWrites
 * @property {number | null} residentMiB
 */

/** @type {Load[]} */
export const LOADS = [
  { name: '1', clients: 1, pipeline: 1 },
  { name: '16', clients: 16, pipeline: 1 },
  { name: '64', clients: 64, pipeline: 1 },
  { name: '256', clients: 256, pipeline: 1 },
  { name: '64 x 16', clients: 64, pipeline: 16 },
]

/** @type {Extras} */
export const NO_EXTRAS = {
  droppedFacts: null,
  failoverMs: [],
  startMs: [],
  restartMs: [],
  restartWrites: null,
  residentMiB: null,
}

const RESTART_WRITES = 1_000_000

/**
 * @param {string} system
 * @param {string} load
 */
export const key = (system, load) => `${system} | ${load}`

/**
 * Median over the rounds of `system` divided by `other`; NaN when one of them is missing.
 * @param {Results} results
 * @param {string} system
 * @param {string} other
 * @param {string} load
 * @param {(figures: Figures) => number} pick
 */
export function ratio(results, system, other, load, pick) {
  const mine = results.get(key(system, load)) ?? []
  const theirs = results.get(key(other, load)) ?? []
  const ratios = mine.flatMap((figures, round) => {
    const base = theirs[round]
    return base === undefined ? [] : [pick(figures) / pick(base)]
  })
  return median(ratios)
}

/**
 * @param {string} bar
 * @param {readonly number[]} values each must hold
 * @param {(value: number) => boolean} holds
 * @param {(value: number) => string} [show]
 * @returns {Verdict}
 */
function judge(bar, values, holds, show = (value) => `${value.toFixed(2)}x`) {
  const known = values.filter((value) => Number.isFinite(value))
  const isWhole = values.length > 0 && known.length === values.length
  const measured = values.map((value) => (Number.isFinite(value) ? show(value) : '-')).join(', ')
  return {
    bar,
    measured: measured || '-',
    reached: !known.every(holds) ? false : isWhole ? true : null,
  }
}

const speed = (/** @type {Figures} */ figures) => figures.perSecond
const p50 = (/** @type {Figures} */ figures) => figures.p50Ms
const p99 = (/** @type {Figures} */ figures) => figures.p99Ms

/**
 * @param {Results} results
 * @param {Extras} extras
 * @returns {Verdict[]}
 */
export function judgeBars(results, extras) {
  const against = (
    /** @type {string} */ other,
    /** @type {string[]} */ loads,
    /** @type {(figures: Figures) => number} */ pick,
  ) => loads.map((load) => ratio(results, 'ours', other, load, pick))
  const own = (/** @type {string} */ system, /** @type {string[]} */ loads) =>
    loads.map((load) => ratio(results, system, 'ours', load, speed))
  const atLeast = (/** @type {number} */ least) => (/** @type {number} */ value) => value >= least
  const atMost = (/** @type {number} */ most) => (/** @type {number} */ value) => value <= most
  const whole = (/** @type {number} */ value) => String(Math.round(value))
  const recorded = median((results.get(key('recorded', '64')) ?? []).map(speed))
  const dropped = extras.droppedFacts === null ? [] : [extras.droppedFacts]
  return [
    judge(
      'throughput ≥ 2x etcd at 16, 64, 256',
      against('etcd', ['16', '64', '256'], speed),
      atLeast(2),
    ),
    judge('p50 ≤ 0.6x etcd at 1, 16, 64', against('etcd', ['1', '16', '64'], p50), atMost(0.6)),
    judge('p99 ≤ 0.8x etcd at 1, 16, 64', against('etcd', ['1', '16', '64'], p99), atMost(0.8)),
    judge('≥ 0.7x the skeleton at 64', against('skeleton', ['64'], speed), atLeast(0.7)),
    judge('≥ 0.7x the skeleton at 64 x 16', against('skeleton', ['64 x 16'], speed), atLeast(0.7)),
    judge('recorded, 5 nodes: ≥ 3,000 SET/s at 64', [recorded], atLeast(3000), whole),
    judge('recorded, 5 nodes: 0 facts dropped', dropped, atMost(0), whole),
    judge(
      'at a follower ≥ 0.6x at the leader, 16, 64',
      own('follower', ['16', '64']),
      atLeast(0.6),
    ),
    judge('with facts ≥ 0.85x without, 16, 64', own('facts', ['16', '64']), atLeast(0.85)),
    ...judgeTimes(extras),
  ]
}

/**
 * @param {Extras} extras
 * @returns {Verdict[]}
 */
function judgeTimes({ failoverMs, startMs, restartMs, restartWrites, residentMiB }) {
  const seconds = (/** @type {number} */ value) => `${(value / 1000).toFixed(2)} s`
  const worst = failoverMs.length === 0 ? [] : [Math.max(...failoverMs)]
  const middle = (/** @type {number[]} */ times) => (times.length === 0 ? [] : [median(times)])
  const isFull = restartWrites !== null && restartWrites >= RESTART_WRITES
  const memory = isFull && residentMiB !== null ? [residentMiB] : []
  return [
    judge('failover, median ≤ 0.6 s', middle(failoverMs), (ms) => ms <= 600, seconds),
    judge('failover, worst ≤ 1 s', worst, (ms) => ms <= 1000, seconds),
    judge(
      'start of 5 nodes to the first write ≤ 2 s',
      middle(startMs),
      (ms) => ms <= 2000,
      seconds,
    ),
    judge(
      'restart over 1,000,000 slots ≤ 2 s',
      isFull ? middle(restartMs) : [],
      (ms) => ms <= 2000,
      seconds,
    ),
    judge(
      'node ≤ 150 MB after 1,000,000 writes',
      memory,
      (mib) => mib <= 143,
      (mib) => `${mib} MiB`,
    ),
  ]
}
