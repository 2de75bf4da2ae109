/**
 * What a record tells of one node's disk: its flushes, up to where its log is durable, what a crash
 * would leave, and what crashes have left. Source: PMS §2.5; docs/storage.md.
 *
 * Units: offsets in bytes since the log began, cut parts counted; ms of lab time.
 * Limit: FLUSHES_MAX, the newest.
 */
import type { LabEvent } from '../../../../core/event'
import type { ActiveFault } from '../../../../core/fault'
import type { NodeId } from '../../../../core/paxos/ballot'

export const FLUSHES_MAX = 200

export interface Flush {
  readonly seq: number
  readonly atMs: number
  readonly record: number
  readonly offset: number
  /** Since the flush before; null: there was none in this record. */
  readonly bytes: number | null
  readonly flushMs: number
}

/** An end of the process, and what it came back with. */
export interface Crash {
  readonly seq: number
  readonly atMs: number
  /** SIGKILL, or an exit code. */
  readonly how: string
  /** Durable as the node had told; null: it had told nothing. */
  readonly told: number | null
  readonly back: {
    readonly seq: number
    readonly atMs: number
    readonly records: number
    readonly tornBytes: number
    /** Null in older records. */
    readonly offset: number | null
  } | null
  /** Bytes that counted as durable and are gone; null: it is not known. */
  readonly lost: number | null
}

export interface DiskView {
  readonly node: NodeId
  /** Oldest first. */
  readonly flushes: readonly Flush[]
  /** Durable as the node says; null: it told nothing yet. */
  readonly told: number | null
  /** Number of the last durable record. */
  readonly record: number | null
  /** What SIGKILL, and what a power loss, would leave. */
  readonly afterKill: number | null
  readonly afterPower: number | null
  /** Faults of this disk that hold. */
  readonly faults: readonly ActiveFault[]
  /** Oldest first. */
  readonly crashes: readonly Crash[]
  readonly down: boolean
}

export function isDiskFact({ type }: LabEvent): boolean {
  return DISK_KINDS.has(type)
}

const DISK_KINDS: ReadonlySet<LabEvent['type']> = new Set([
  'clusterStarted',
  'persisted',
  'recovered',
  'nodeStarted',
  'nodeExited',
  'faultStarted',
  'faultEnded',
  'storageFailed',
] as const)

const DISK_FAULTS: ReadonlySet<string> = new Set([
  'flushOff',
  'flushLies',
  'slowFlush',
  'writeError',
  'flushError',
  'diskFull',
  'tornTail',
  'powerLoss',
  'wipe',
])

/** `facts`: up to the moment; `flush` false: the cluster was started without flushing. */
export function diskOf(facts: readonly LabEvent[], node: NodeId, flush: boolean): DiskView {
  const fold = new DiskFold(node, flush)
  for (const fact of facts) fold.feed(fact)
  return fold.view()
}

const LESS_THAN_TOLD: ReadonlySet<string> = new Set(['flushOff', 'flushLies'])

/**
 * With the end of the newest page that was read of the log: a node reads durable records alone, so
 * its facts of the last flushes may be behind. `flush` as for `diskOf`.
 */
export function withReadTo(disk: DiskView, readTo: number, flush: boolean): DiskView {
  const { told, faults } = disk
  if (told === null || readTo <= told) return disk
  const isKept = flush && !faults.some(({ fault }) => LESS_THAN_TOLD.has(fault.kind))
  return isKept ? { ...disk, told: readTo, afterKill: readTo, afterPower: readTo } : disk
}

class DiskFold {
  private flushes: Flush[] = []
  private told: number | null = null
  private record: number | null = null
  private readonly faults = new Map<string, ActiveFault>()
  private readonly crashes: Crash[] = []
  private down = false
  /** How far the disk was flushed when it was told not to be; null: it is flushed. */
  private notFlushed: number | null
  private lying: number | null = null

  constructor(
    private readonly node: NodeId,
    flush: boolean,
  ) {
    this.notFlushed = flush ? null : 0
  }

  feed(fact: LabEvent): void {
    const { node } = this
    if (fact.by === node && fact.type === 'persisted') {
      const { seq, atMs, record, offset, flushMs } = fact
      const bytes = this.told === null ? null : Math.max(0, offset - this.told)
      this.flushes.push({ seq, atMs, record, offset, bytes, flushMs })
      if (this.flushes.length > FLUSHES_MAX) this.flushes = this.flushes.slice(-FLUSHES_MAX)
      this.told = offset
      this.record = record
    } else if (fact.by === node && fact.type === 'recovered') {
      this.comeBack(fact)
    } else if (fact.type === 'nodeStarted' && fact.node === node) {
      this.down = false
    } else if (fact.type === 'nodeExited' && fact.node === node) {
      this.down = true
      const how = fact.signal ?? `exit ${fact.code ?? '?'}`
      const { seq, atMs } = fact
      this.crashes.push({ seq, atMs, how, told: this.told, back: null, lost: null })
    } else if (fact.type === 'faultStarted' || fact.type === 'faultEnded') {
      this.fault(fact.fault, fact.type === 'faultStarted')
    }
  }

  view(): DiskView {
    const { node, flushes, told, record, crashes, down, notFlushed, lying } = this
    const afterKill = least(told, notFlushed)
    return {
      ...{ node, flushes, told, record, crashes, down, afterKill },
      afterPower: least(afterKill, lying),
      faults: [...this.faults.values()],
    }
  }

  private comeBack(fact: Extract<LabEvent, { type: 'recovered' }>): void {
    this.down = false
    const { seq, atMs, records, tornBytes, offset = null } = fact
    const crash = this.crashes.at(-1)
    if (crash !== undefined && crash.back === null) {
      const lost = crash.told === null || offset === null ? null : Math.max(0, crash.told - offset)
      const back = { seq, atMs, records, tornBytes, offset }
      this.crashes[this.crashes.length - 1] = { ...crash, back, lost }
    }
    if (offset !== null) this.told = offset
    // What is left has been read from the disk; from here on the old faults go on.
    if (this.notFlushed !== null) this.notFlushed = this.told ?? 0
    if (this.lying !== null) this.lying = this.told ?? 0
  }

  private fault(active: ActiveFault, begins: boolean): void {
    const { fault, id } = active
    if (!('node' in fault) || fault.node !== this.node || !DISK_FAULTS.has(fault.kind)) return
    if (begins) this.faults.set(id, active)
    else this.faults.delete(id)
    const holds = (kind: string): boolean =>
      [...this.faults.values()].some((one) => one.fault.kind === kind)
    if (!holds('flushOff')) this.notFlushed = null
    else this.notFlushed ??= this.told ?? 0
    if (!holds('flushLies')) this.lying = null
    else this.lying ??= this.told ?? 0
  }
}

function least(told: number | null, barrier: number | null): number | null {
  if (told === null || barrier === null) return told
  return Math.min(told, barrier)
}
