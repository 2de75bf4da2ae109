/**
 * A simulated disk: what was written, what is durable, and what is left when the node dies.
 *
 * Model:  records are appended, one flush at a time makes all durable that was written when it
 *         began; what comes meanwhile waits for the next one. A snapshot is put in place and the
 *         log below it is cut in one step.
 * Deaths: a kill or a power loss keeps what is durable, and any prefix of the rest: a process may
 *         die before the system has its bytes. A torn record at the end is cut off by recovery.
 * Limits: `bytesOf` estimates; nothing depends on exact sizes.
 */
import type { StableRecord } from '../paxos/effect'
import type { Snapshot } from '../paxos/snapshot'
import type { NodeId } from '../paxos/ballot'
import type { Agenda } from './agenda'
import { msToGrains } from './agenda'
import type { Prng } from './prng'

export interface DiskHost {
  /** Whose disk it is, for a person who chooses what happens next. */
  readonly node?: NodeId
  /** Records up to `through` are durable; the flush took so many grains. */
  onDurable(through: number, grains: number): void
  onSnapshotSaved(through: number): void
  /** The disk refused: the node ends. */
  onFailed(reason: string): void
  /** A fault made a difference. */
  onStrike(kind: DiskFaultKind): void
}

export type DiskFaultKind =
  'flushOff' | 'flushLies' | 'slowFlush' | 'writeError' | 'flushError' | 'diskFull' | 'tornTail'

export interface DiskFaults {
  flushOff: boolean
  flushLies: boolean
  slow: { readonly delayMs: number; readonly jitterMs: number } | null
  writeError: boolean
  flushError: boolean
  tornTail: boolean
  /** Null: there is room. */
  bytesLeft: number | null
}

export const SOUND_DISK: DiskFaults = {
  flushOff: false,
  flushLies: false,
  slow: null,
  writeError: false,
  flushError: false,
  tornTail: false,
  bytesLeft: null,
}

interface Written {
  /** 0 for records of former lives and restated ones. */
  readonly number: number
  readonly record: StableRecord
}

/** What a death leaves. */
export interface DiskRemains {
  /** Records that are there and that nobody was told of. */
  readonly untold: readonly StableRecord[]
  /** Bytes of a torn record that recovery will find and cut off. */
  readonly tornBytes: number
}

interface Saving {
  readonly snapshot: Snapshot
  readonly retained: readonly StableRecord[]
  /** Records above came later. */
  readonly after: number
}

/** Grains that writing a snapshot takes. */
const SNAPSHOT_GRAINS = [20, 600] as const

export class SimDisk {
  snapshot: Snapshot | null = null
  readonly faults: DiskFaults = { ...SOUND_DISK }
  private durable: Written[] = []
  private pending: Written[] = []
  /** Durable records that a power loss takes nevertheless: the disk lied of them. */
  private lied = 0
  private flushing = false
  private again = false
  private saving: Saving | null = null
  private appended = 0
  private size = 0
  /** Counts deaths: what was under way for a former life is nobody's business. */
  private life = 0

  constructor(
    private readonly agenda: Agenda,
    private readonly prng: Prng,
    private readonly flushGrains: readonly [number, number],
    private readonly host: DiskHost,
  ) {}

  /** What recovery finds. */
  get records(): readonly StableRecord[] {
    return this.durable.map(({ record }) => record)
  }

  /** Length of the durable log. */
  get bytes(): number {
    return this.size
  }

  get count(): number {
    return this.durable.length
  }

  /** Null: it is written. Else why the disk refused it: the node must end. */
  append(number: number, record: StableRecord): string | null {
    const { faults } = this
    if (faults.writeError) {
      this.host.onStrike('writeError')
      faults.writeError = false
      return 'the disk refused a write'
    }
    if (faults.bytesLeft !== null) {
      faults.bytesLeft -= bytesOf(record)
      if (faults.bytesLeft < 0) {
        this.host.onStrike('diskFull')
        return 'the disk is full'
      }
    }
    this.appended = number
    this.pending.push({ number, record })
    return null
  }

  flush(): void {
    if (this.flushing) {
      this.again = true
      return
    }
    const through = this.appended
    if (this.pending.length === 0) return
    if (this.faults.flushOff) {
      this.host.onStrike('flushOff')
      this.lied += this.pending.length
      this.settle(through)
      this.host.onDurable(through, 0)
      return
    }
    this.flushing = true
    const grains = this.flushTime()
    const { life } = this
    this.agenda.put(this.agenda.now + grains, () => {
      if (life === this.life) this.flushed(through, grains)
    })
    const { node } = this.host
    if (node === undefined || !this.agenda.keepsNames) return
    this.agenda.name({ kind: 'flush', node }, () => life === this.life)
  }

  /** `after`: records above came later than what `retained` restates. */
  saveSnapshot(
    snapshot: Snapshot,
    retained: readonly StableRecord[],
    after: number = this.appended,
  ): void {
    const saving = { snapshot, retained, after }
    this.saving = saving
    const [min, max] = SNAPSHOT_GRAINS
    this.agenda.put(this.agenda.now + this.prng.between(min, max), () => {
      if (this.saving === saving) this.saved(saving)
    })
  }

  /** The node ended; it had told of records up to `told`. */
  die(powerLoss: boolean, told: number): DiskRemains {
    this.life += 1
    this.flushing = false
    this.again = false
    this.saving = null
    this.appended = 0
    if (powerLoss && this.lied > 0) {
      if (this.faults.flushLies) this.host.onStrike('flushLies')
      this.durable.length = Math.max(0, this.durable.length - this.lied)
    }
    this.lied = 0
    const keep = this.prng.between(0, this.pending.length)
    this.durable.push(...this.pending.slice(0, keep))
    const torn = this.pending[keep]
    this.pending = []
    const untold = this.durable.filter(({ number }) => number > told).map(({ record }) => record)
    this.durable = this.durable.map(({ record }) => ({ number: 0, record }))
    this.measure()
    if (!powerLoss || torn === undefined) return { untold, tornBytes: 0 }
    return { untold, tornBytes: this.prng.between(1, Math.max(1, bytesOf(torn.record) - 1)) }
  }

  /** Everything that was written is flushed: an orderly end. */
  close(told: number): DiskRemains {
    this.durable.push(...this.pending)
    this.pending = []
    return this.die(false, told)
  }

  wipe(): void {
    this.durable = []
    this.snapshot = null
    this.measure()
  }

  /** What the disk held when a recorded life began. */
  load(snapshot: Snapshot | null, records: readonly StableRecord[]): void {
    this.snapshot = snapshot
    this.durable = records.map((record) => ({ number: 0, record }))
    this.measure()
  }

  /** Records up to `through` are durable, as a recorded life says. */
  settle(through: number): void {
    const { pending, durable } = this
    let count = 0
    for (; count < pending.length && pending[count]!.number <= through; count += 1) {
      durable.push(pending[count]!)
      this.size += bytesOf(pending[count]!.record)
    }
    this.pending = pending.slice(count)
  }

  /** As `saveSnapshot` at its end, for a recorded life. */
  putSnapshot({ snapshot, retained, after }: Saving): void {
    const restated = retained.map((record) => ({ number: 0, record }))
    this.snapshot = snapshot
    this.durable = [...restated, ...this.durable.filter(({ number }) => number > after)]
    this.lied = Math.min(this.lied, this.durable.length - restated.length)
    this.measure()
  }

  get lastAppended(): number {
    return this.appended
  }

  private measure(): void {
    this.size = this.durable.reduce((sum, { record }) => sum + bytesOf(record), 0)
  }

  private flushTime(): number {
    const [min, max] = this.flushGrains
    const { slow } = this.faults
    const grains = this.prng.between(min, max)
    if (slow === null) return grains
    this.host.onStrike('slowFlush')
    return grains + msToGrains(slow.delayMs + this.prng.unit() * slow.jitterMs)
  }

  private flushed(through: number, grains: number): void {
    const { faults } = this
    this.flushing = false
    if (faults.flushError || faults.tornTail) {
      const kind = faults.flushError ? 'flushError' : 'tornTail'
      this.host.onStrike(kind)
      faults.flushError = false
      faults.tornTail = false
      this.host.onFailed(kind === 'flushError' ? 'a flush failed' : 'the last write was torn')
      return
    }
    const before = this.durable.length
    this.settle(through)
    if (faults.flushLies) this.lied += this.durable.length - before
    this.host.onDurable(through, grains)
    if (!this.again) return
    this.again = false
    this.flush()
  }

  private saved(saving: Saving): void {
    this.saving = null
    this.putSnapshot(saving)
    this.host.onSnapshotSaved(saving.snapshot.through)
  }
}

const RECORD_BYTES = 40
const VALUE_BYTES = 4

export function bytesOf(record: StableRecord): number {
  if (record.kind !== 'vote' && record.kind !== 'learned') return RECORD_BYTES
  return record.values.reduce((sum, value) => sum + value.length + VALUE_BYTES, RECORD_BYTES)
}
