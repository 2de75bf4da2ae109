/**
 * What the figures depend on: processor, versions, the disk under the logs, and how much of the
 * machine others used meanwhile.
 */
import {
  closeSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  readdirSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { versionOf } from './systems.mjs'

const RECORD_BYTES = 128
const RECORDS_A_BATCH = 64
const TICKS_A_SECOND = 100
/** Magic number of a file system that lives in memory. */
const TMPFS = 0x01021994

/** @typedef {{ single: number, batched: number }} DiskLimits records made durable per second */

/**
 * Appends and flushes for a while: one record a flush, then 64.
 * @param {string} dir
 * @param {number} seconds for each of the two
 * @returns {DiskLimits}
 */
export function diskLimits(dir, seconds) {
  return {
    single: appendRate(join(dir, 'limit1'), 1, seconds),
    batched: appendRate(join(dir, 'limit2'), RECORDS_A_BATCH, seconds),
  }
}

/**
 * @param {string} path
 * @param {number} records
 * @param {number} seconds
 */
function appendRate(path, records, seconds) {
  const fd = openSync(path, 'w')
  const bytes = Buffer.alloc(RECORD_BYTES * records, 'x')
  const startedAt = performance.now()
  let flushes = 0
  for (; performance.now() - startedAt < seconds * 1000; flushes += 1) {
    writeSync(fd, bytes)
    fdatasyncSync(fd)
  }
  const elapsed = (performance.now() - startedAt) / 1000
  closeSync(fd)
  unlinkSync(path)
  return Math.round((flushes * records) / elapsed)
}

/**
 * Lines for the head of a report.
 * @param {string} dir where the logs are
 */
export function machineLines(dir) {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const inMemory = statfsSync(dir).type === TMPFS
  return [
    `${cpus().length} x ${model}, ${memory}, ${process.platform} ${release()}`,
    `Node ${process.versions.node}; ${versionOf('etcd') ?? 'no etcd'}; ` +
      (versionOf('redis-server') ?? 'no Redis'),
    ...(inMemory ? ['**The logs were in memory (tmpfs): no figure below tells of a disk.**'] : []),
  ]
}

/**
 * CPU time that others use while a load runs, in cores; null where /proc is missing. Own is this
 * process with all that descends from it.
 * @returns {() => number | null}
 */
export function watchOthers() {
  const before = ticks()
  const startedAt = performance.now()
  return () => {
    const now = ticks()
    if (before === null || now === null) return null
    const seconds = (performance.now() - startedAt) / 1000
    const cores = (now.busy - before.busy - (now.own - before.own)) / TICKS_A_SECOND / seconds
    return Math.max(0, Math.round(cores * 100) / 100)
  }
}

function ticks() {
  try {
    const first = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
    const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = first
      .split(/\s+/)
      .slice(1)
      .map(Number)
    return { busy: user + nice + system + irq + softIrq, own: ownTicks() }
  } catch {
    return null
  }
}

/** What ended children used counts with their parent, so nothing is lost when one ends. */
function ownTicks() {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)))
  const own = new Set([process.pid])
  let sum = 0
  for (let found = true; found;) {
    found = false
    for (const each of processes) {
      if (each.isCounted || !(own.has(each.pid) || own.has(each.parent))) continue
      each.isCounted = true
      found = true
      own.add(each.pid)
      sum += each.ticks
    }
  }
  return sum
}

/** @param {number} pid */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
    const ticks = user + system + childUser + childSystem
    return [{ pid, parent: fields[1] ?? 0, ticks, isCounted: false }]
  } catch {
    return []
  }
}

/**
 * Resident memory of a process in MiB; null where /proc is missing.
 * @param {number} pid
 */
export function residentMiB(pid) {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? null : Math.round(Number(kib) / 102.4) / 10
  } catch {
    return null
  }
}
