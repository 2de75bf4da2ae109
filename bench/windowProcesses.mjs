/**
 * Processor time and memory of the processes behind a window: host, switchboard, nodes, and those
 * of the browser. Empty where /proc is missing.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { residentMiB } from './machine.mjs'

const TICKS_A_SECOND = 100

/** @typedef {{ name: string, pid: number, cpuSeconds: number, residentMiB: number? }} Usage */

/**
 * A host with all that it started.
 * @param {number} hostPid
 * @returns {Usage[]}
 */
export function hostUsages(hostPid) {
  const own = [usageOf(hostPid, 'host')]
  const children = listStats().filter(({ parent }) => parent === hostPid)
  const usages = children.map(({ pid }) => usageOf(pid, programOf(pid)))
  return [...own, ...usages].filter((usage) => usage !== null)
}

/**
 * The page's process, the one of the GPU and the rest, as the browser itself counts them.
 * @param {import('playwright-core').CDPSession} session of the whole browser
 * @returns {Promise<Usage[]>}
 */
export async function browserUsages(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  return processInfo.map(({ type, id, cpuTime }) => ({
    name: `browser: ${type}`,
    pid: id,
    cpuSeconds: cpuTime,
    residentMiB: residentMiB(id),
  }))
}

/**
 * Cores that each kind of process used between two looks, and the most memory of one of them at
 * the second.
 * @param {readonly Usage[]} before
 * @param {readonly Usage[]} after
 * @param {number} seconds
 */
export function coresOf(before, after, seconds) {
  /** @type {Map<string, { count: number, cores: number, residentMiB: number }>} */
  const kinds = new Map()
  for (const { name, pid, cpuSeconds, residentMiB: memory } of after) {
    const earlier = before.find((usage) => usage.pid === pid)?.cpuSeconds ?? 0
    const kind = kinds.get(name) ?? { count: 0, cores: 0, residentMiB: 0 }
    kind.count += 1
    kind.cores += (cpuSeconds - earlier) / seconds
    kind.residentMiB = Math.max(kind.residentMiB, memory ?? 0)
    kinds.set(name, kind)
  }
  return [...kinds].map(([name, kind]) => ({ name, ...kind }))
}

/**
 * @param {number} pid
 * @param {string} name
 * @returns {Usage | null} null: it is gone
 */
function usageOf(pid, name) {
  const stat = statOf(pid)
  if (stat === null) return null
  return { name, pid, cpuSeconds: stat.ticks / TICKS_A_SECOND, residentMiB: residentMiB(pid) }
}

function listStats() {
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return names.map((name) => statOf(Number(name))).filter((stat) => stat !== null)
  } catch {
    return []
  }
}

/** @param {number} pid */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return { pid, parent: Number(fields[1]), ticks }
  } catch {
    return null
  }
}

/**
 * `node`, `switchboard` and the like: the program that a child was started with.
 * @param {number} pid
 */
function programOf(pid) {
  try {
    const parts = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    const script = parts.find((part) => part.endsWith('.js'))
    return script === undefined ? 'other' : basename(script, '.js')
  } catch {
    return 'other'
  }
}
