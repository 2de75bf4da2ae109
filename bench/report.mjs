/** A comparison as Markdown: head, figures, ratios, bars, notes. Pure: it gets the numbers. */
import { LOADS, judgeBars, key, ratio } from './bars.mjs'
import { median } from './figures.mjs'

const NOTES = [
  'Absolute figures drift by 2x to 3x with disk and machine: compare within this run only.',
  'The load runs on the same processors as the servers and takes its share of them.',
  'etcd does more for a write than we do: every put makes a revision that can be read and watched ' +
    'later, and travels as gRPC. The version of a distribution need not be the newest, nor the ' +
    'fastest. Its generator is a lean gRPC client of our own, cheaper than the official one.',
  'Redis is one server without consensus: the ceiling of one durable node, not a rival.',
  'The skeleton has no recovery, no retry, no sessions, no telemetry: what Node can do, no product.',
]

/** @typedef {import('./bars.mjs').Results} Results */
/** @typedef {import('./bars.mjs').Extras} Extras */
/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./restarts.mjs').RestartFigures} RestartFigures */
/**
 * @typedef {object} Comparison
 * @property {Results} results
 * @property {import('./machine.mjs').DiskLimits[]} disk
 * @property {string[]} missing
 * @property {{ id: string, title: string }[]} kinds
 */

/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString('en-US')
/** @param {number} value */
const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)}x` : '-')

/** @param {readonly (readonly string[])[]} rows the first is the head */
function table(rows) {
  const [head = [], ...body] = rows
  const lines = [head, head.map(() => '---'), ...body]
  return lines.map((cells) => `| ${cells.join(' | ')} |`)
}

/**
 * @param {Comparison} comparison
 * @param {Extras} extras
 * @param {{ version: string, rounds: number, seconds: number, machine: string[] }} head
 */
export function comparisonText(comparison, extras, head) {
  const { results, kinds, missing } = comparison
  const loads = LOADS.filter(({ name }) => kinds.some(({ id }) => results.has(key(id, name))))
  return [
    `# Paxos Lab ${head.version} compared`,
    '',
    ...head.machine.map((line) => `- ${line}`),
    ...conditions(comparison, head),
    ...missing.map((words) => `- **${words}: left out**`),
    '',
    '## Writes per second (p50 / p99 in ms)',
    '',
    ...table([
      ['clients', ...loads.map(({ name }) => name)],
      ...kinds.map(({ id, title }) => [
        title,
        ...loads.map(({ name }) => figuresCell(results.get(key(id, name)) ?? [])),
      ]),
    ]),
    '',
    '## Paxos Lab (direct, telemetry off) against the others',
    '',
    'Median over the rounds of the ratio within a round: writes per second, p50, p99.',
    '',
    ...ratioTable(results, kinds, loads),
    '',
    '## Bars',
    '',
    ...table([
      ['bar', 'measured', ''],
      ...judgeBars(results, extras).map(({ bar, measured, reached }) => [
        bar,
        measured,
        reached === null ? 'not measured' : reached ? 'reached' : '**not reached**',
      ]),
    ]),
    '',
    '## Notes',
    '',
    ...[...NOTES, ...refusals(results)].map((note) => `- ${note}`),
    '',
  ].join('\n')
}

/**
 * @param {Comparison} comparison
 * @param {{ rounds: number, seconds: number }} head
 */
function conditions({ results, disk }, { rounds, seconds }) {
  const others = [...results.values()].flat().map(({ others }) => others ?? NaN)
  const known = others.filter((each) => !Number.isNaN(each))
  const busy =
    known.length === 0
      ? 'How much of the machine others used is not known here'
      : `Others used ${median(known).toFixed(2)} cores in the median, ` +
        `${Math.max(...known).toFixed(2)} at most`
  const single = whole(median(disk.map((each) => each.single)))
  const batched = whole(median(disk.map((each) => each.batched)))
  return [
    `- ${rounds} rounds of ${seconds} s each, all systems in every round; 64-byte values, ` +
      '10,000 keys, loopback, flush on',
    `- Disk, same run: append 128 B + fdatasync ${single}/s; 64 such records a flush ${batched}/s`,
    `- ${busy}`,
  ]
}

/** @param {readonly Figures[]} rounds */
function figuresCell(rounds) {
  if (rounds.length === 0) return '-'
  const of = (/** @type {(figures: Figures) => number} */ pick) => median(rounds.map(pick))
  const p50 = of(({ p50Ms }) => p50Ms).toFixed(2)
  const p99 = of(({ p99Ms }) => p99Ms).toFixed(2)
  return `${whole(of(({ perSecond }) => perSecond))} (${p50} / ${p99})`
}

/**
 * @param {Results} results
 * @param {Comparison['kinds']} kinds
 * @param {typeof LOADS} loads
 */
function ratioTable(results, kinds, loads) {
  const rivals = kinds.filter(({ id }) => id !== 'ours')
  /** @type {((figures: Figures) => number)[]} */
  const picks = [({ perSecond }) => perSecond, ({ p50Ms }) => p50Ms, ({ p99Ms }) => p99Ms]
  return table([
    ['against', ...loads.map(({ name }) => name)],
    ...rivals.map(({ id, title }) => [
      title,
      ...loads.map(({ name }) =>
        picks.map((pick) => times(ratio(results, 'ours', id, name, pick))).join(', '),
      ),
    ]),
  ])
}

/** @param {Results} results */
function refusals(results) {
  return [...results].flatMap(([at, rounds]) => {
    const refused = rounds.flatMap(({ errors }) => Object.values(errors))
    const sum = refused.reduce((total, count) => total + count, 0)
    return sum === 0
      ? []
      : [`${at}: ${whole(sum)} writes were refused; they are not counted above.`]
  })
}

/**
 * @param {string} name
 * @param {readonly number[]} ms
 */
export function timesText(name, ms) {
  if (ms.length === 0) return `${name}: not measured`
  const [least, most] = [Math.min(...ms), Math.max(...ms)]
  const text = `median ${whole(median(ms))} ms, ${whole(least)} to ${whole(most)} ms`
  return `${name}: ${text}, ${ms.length} runs`
}

/** @param {RestartFigures} figures */
export function restartText(figures) {
  const mib = (/** @type {number | null} */ value) => (value === null ? 'unknown' : `${value} MiB`)
  const { writes, nodeMs, clusterMs } = figures
  return [
    timesText(
      `restart of one node of 3 over ${whole(writes)} writes, to a write through it`,
      nodeMs,
    ),
    `start of all 3 over them, to the first write: ${whole(clusterMs)} ms`,
    `memory of a node after the writes ${mib(figures.residentMiB)}, ` +
      `after the start ${mib(figures.restartedMiB)}; its files ${figures.logMiB} MiB`,
  ]
}
