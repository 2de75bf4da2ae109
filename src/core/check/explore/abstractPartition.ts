/**
 * Partition: one of several parts that search the abstract model together, breadth first. A state
 * belongs to the part that its hash names; each part keeps its own states and hands the others
 * theirs in batches.
 *
 * Order:  the host runs rounds: every part gets the batches made for it in the round before, then
 *         expands a slice of the present level. A level ends when no part has anything left and no
 *         batch is on its way. So counts and depths do not depend on how many parts there are.
 * Bounds: a batch holds what one slice leads to: SLICE_STATES times the ways out of a state.
 */
import type { AbstractBounds } from './abstractBounds'
import { AbstractModel, CHECKED } from './abstractModel'
import type { StepSink } from './abstractModel'
import { Symmetry } from './abstractSymmetry'
import { Hash, StateTable } from './hashTable'
import type { Origin } from './hashTable'

/** States that a part expands before the parts exchange what they found. */
export const SLICE_STATES = 8192
const BATCH_ENTRIES_FIRST = 1024
/** Besides the words of a state: two of its hash, its parent, the act. */
const ENTRY_EXTRA = 4

export interface PartitionOptions {
  readonly bounds: AbstractBounds
  readonly symmetry: boolean
  readonly compact: boolean
  readonly part: number
  readonly parts: number
}

/** States for one part, found by another: entries of the words of a state and ENTRY_EXTRA more. */
export interface Batch {
  /** The part that found them. */
  readonly from: number
  readonly entries: number
  readonly data: Uint32Array<ArrayBuffer>
}

export interface Turn {
  readonly batches: readonly Batch[]
  /** The level is over: what was found since begins the next. */
  readonly advance: boolean
}

/** A path to a broken invariant: those that led to state `parent` of a part, then `act`. */
export interface BrokenStep {
  readonly part: number
  readonly parent: number
  readonly act: number
}

export interface TurnReport {
  readonly states: number
  readonly transitions: number
  /** States in which some value is chosen. */
  readonly chosen: number
  /** States and steps that break something. */
  readonly violations: number
  /** By place in `CHECKED`: how many states or steps break it. */
  readonly broken: readonly number[]
  /** By place in `CHECKED`: the first step that broke it, in the order of this part. */
  readonly first: readonly (BrokenStep | null)[]
  /** States of the present level that are not expanded. */
  readonly left: number
  /** States of the next level so far. */
  readonly found: number
  readonly bytes: number
  /** By part; null where there is nothing. */
  readonly batches: readonly (Batch | null)[]
}

export class Partition implements StepSink {
  readonly model: AbstractModel
  readonly table: StateTable
  private readonly symmetry: Symmetry | null
  private readonly hash: Hash
  private readonly state: Uint32Array
  private readonly scratch: Uint32Array
  private readonly outgoing: Outgoing[]
  private readonly broken: number[] = CHECKED.map(() => 0)
  private readonly first: (BrokenStep | null)[] = CHECKED.map(() => null)
  private transitions = 0
  private violations = 0
  private chosen = 0
  private head = 0
  private levelEnd = 0

  constructor(private readonly options: PartitionOptions) {
    this.model = new AbstractModel(options.bounds)
    const { words } = this.model
    this.table = new StateTable(words, options.compact)
    this.symmetry = options.symmetry ? new Symmetry(this.model) : null
    this.hash = new Hash(words)
    this.state = new Uint32Array(words)
    this.scratch = new Uint32Array(words)
    this.outgoing = Array.from({ length: options.parts }, () => new Outgoing(words))
    const initial = this.model.initial()
    this.hash.of(initial, 0)
    if (this.owner() === options.part) this.keep(initial, 0, options.part, 0, 0)
    this.levelEnd = this.table.count
  }

  /** One round of this part. */
  turn({ batches, advance }: Turn): TurnReport {
    if (advance) this.levelEnd = this.table.count
    for (const batch of batches) this.take(batch)
    const end = Math.min(this.levelEnd, this.head + SLICE_STATES)
    for (; this.head < end; this.head += 1) {
      this.table.forget(this.head)
      this.table.read(this.head, this.state)
      this.model.expand(this.state, this)
    }
    return this.report()
  }

  origin(index: number): Origin | null {
    return this.table.origin(index)
  }

  /** One step out of the state at `head`. */
  step(act: number, next: Uint32Array, broken: number): void {
    this.transitions += 1
    if (broken !== 0) this.note(broken, this.options.part, this.head, act)
    let state = next
    if (this.symmetry !== null) {
      state = this.scratch
      state.set(next)
      this.symmetry.canonical(state)
    }
    this.hash.of(state, 0)
    const owner = this.owner()
    if (owner === this.options.part) this.keep(state, 0, owner, this.head, act)
    else this.outgoing[owner]!.push(state, this.hash, this.head, act)
  }

  private take({ from, entries, data }: Batch): void {
    const { words } = this.model
    const width = words + ENTRY_EXTRA
    for (let entry = 0; entry < entries; entry += 1) {
      const at = entry * width
      this.hash.high = data[at + words]!
      this.hash.low = data[at + words + 1]!
      this.keep(data, at, from, data[at + words + 2]!, data[at + words + 3]!)
    }
  }

  private keep(source: Uint32Array, from: number, part: number, parent: number, act: number): void {
    const { high, low } = this.hash
    if (!this.table.add(source, from, high, low, part, parent, act)) return
    const { words } = this.model
    const state = source.length === words ? source : source.subarray(from, from + words)
    if (this.model.chosen(state) !== 0) this.chosen += 1
    const broken = this.model.judge(state)
    if (broken !== 0) this.note(broken, part, parent, act)
  }

  /** Which part a state belongs to; the slots of the table use the other word of the hash. */
  private owner(): number {
    return this.options.parts === 1 ? 0 : (this.hash.high >>> 8) % this.options.parts
  }

  private note(broken: number, part: number, parent: number, act: number): void {
    this.violations += 1
    for (let at = 0; at < CHECKED.length; at += 1) {
      if ((broken & (1 << at)) === 0) continue
      this.broken[at]! += 1
      this.first[at] ??= { part, parent, act }
    }
  }

  private report(): TurnReport {
    return {
      states: this.table.count,
      transitions: this.transitions,
      chosen: this.chosen,
      violations: this.violations,
      broken: [...this.broken],
      first: [...this.first],
      left: this.levelEnd - this.head,
      found: this.table.count - this.levelEnd,
      bytes: this.table.bytes,
      batches: this.outgoing.map((each) => each.takeBatch(this.options.part)),
    }
  }
}

/** Gathers what belongs to another part. */
class Outgoing {
  private entries = 0
  private data = new Uint32Array(0)

  constructor(private readonly words: number) {}

  push(state: Uint32Array, { high, low }: Hash, parent: number, act: number): void {
    const width = this.words + ENTRY_EXTRA
    const at = this.entries * width
    if (at === this.data.length) {
      const wider = new Uint32Array(Math.max(BATCH_ENTRIES_FIRST * width, this.data.length * 2))
      wider.set(this.data)
      this.data = wider
    }
    this.data.set(state, at)
    this.data[at + this.words] = high
    this.data[at + this.words + 1] = low
    this.data[at + this.words + 2] = parent
    this.data[at + this.words + 3] = act
    this.entries += 1
  }

  takeBatch(from: number): Batch | null {
    if (this.entries === 0) return null
    const batch = { from, entries: this.entries, data: this.data }
    this.entries = 0
    this.data = new Uint32Array(0)
    return batch
  }
}
