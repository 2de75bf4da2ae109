/**
 * Reads CPU profiles: the functions with the most time of their own, and how busy the process was.
 *
 * node bench/profile.mjs [--top 25] FILE.cpuprofile ...
 * Shares are of the busy time. The line of a function is its first in the bundle, `out/main/`.
 * Time is by the clock: on a full machine it holds the time in which others ran, mostly in
 * `write*`.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/**
 * @typedef {{ functionName: string, url: string, lineNumber: number }} CallFrame
 * @typedef {{ nodes: { id: number, callFrame: CallFrame }[], samples: number[],
 *   timeDeltas: number[], startTime: number, endTime: number }} Profile
 * @typedef {{ name: string, ms: number, share: number }} Row
 */

/** Whose code a function is; `native` is what Node does in C++: writes, reads, flushes, JSON. */
const GROUPS = /** @type {const} */ (['ours', 'node', 'native', 'collector', 'other'])

/**
 * @param {CallFrame} frame
 * @returns {typeof GROUPS[number]}
 */
function groupOf({ functionName, url }) {
  if (url.startsWith('node:')) return 'node'
  if (url !== '') return 'ours'
  if (functionName === '(garbage collector)') return 'collector'
  return functionName.startsWith('(') ? 'other' : 'native'
}

/** @param {CallFrame} frame */
function nameOf({ functionName, url, lineNumber }) {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name} ${basename(url)}:${lineNumber + 1}`
}

/**
 * Own times by function, the longest first; times are ms.
 * @param {Profile} profile
 * @returns {{ busyMs: number, idleMs: number, rows: Row[], groups: Row[] }}
 */
export function ownTimes(profile) {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  /** @type {Map<string, number>} */
  const times = new Map()
  /** @type {Map<string, number>} */
  const groups = new Map(GROUPS.map((group) => [group, 0]))
  profile.samples.forEach((id, at) => {
    const frame = frames.get(id) ?? { functionName: '(unknown)', url: '', lineNumber: 0 }
    const name = nameOf(frame)
    const ms = (profile.timeDeltas[at] ?? 0) / 1000
    times.set(name, (times.get(name) ?? 0) + ms)
    if (name !== '(idle)') groups.set(groupOf(frame), (groups.get(groupOf(frame)) ?? 0) + ms)
  })
  const idleMs = times.get('(idle)') ?? 0
  times.delete('(idle)')
  const busyMs = [...times.values()].reduce((sum, ms) => sum + ms, 0)
  const rowsOf = (/** @type {Map<string, number>} */ all) =>
    [...all].map(([name, ms]) => ({ name, ms, share: ms / busyMs })).sort((a, b) => b.ms - a.ms)
  return { busyMs, idleMs, rows: rowsOf(times), groups: rowsOf(groups) }
}

/**
 * @param {string} path
 * @param {number} top
 */
export function profileText(path, top) {
  const { busyMs, idleMs, rows, groups } = ownTimes(JSON.parse(readFileSync(path, 'utf8')))
  const busy = ((100 * busyMs) / (busyMs + idleMs)).toFixed(0)
  return [
    `${basename(path)}: busy ${busy} % of ${((busyMs + idleMs) / 1000).toFixed(1)} s`,
    groups.map(({ name, share }) => `${name} ${(100 * share).toFixed(0)} %`).join(', '),
    ...rows.slice(0, top).map(({ name, ms, share }) => {
      const percent = `${(100 * share).toFixed(1)} %`.padStart(8)
      return `${percent} ${ms.toFixed(0).padStart(7)} ms  ${name}`
    }),
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = /** @type {const} */ ({ top: { type: 'string', default: '25' } })
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  for (const path of positionals) process.stdout.write(`${profileText(path, Number(values.top))}\n`)
}
