/**
 * Can a value still be chosen? For every state of a complete search, whether some state in which a
 * value is chosen can be reached from it: backward reachability over the explored graph.
 *
 * Meaning: the possibility never goes away. It is not progress: a fair schedule can still run in
 *          circles over more ballots than the bounds have (PMS §2.4), which a bounded model cannot
 *          show. Whole replicas are searched for such lassos elsewhere.
 * Cost:    no edges are kept: states are expanded again, from the last to the first. A step of
 *          Paxos adds a message, so that one pass is enough; with a broken rule passes go on until
 *          nothing changes.
 */
import { assert } from '../../assert'
import type { StepSink } from './abstractModel'
import type { BrokenStep, Partition } from './abstractPartition'
import { Symmetry } from './abstractSymmetry'
import { Hash } from './hashTable'

export interface Possibility {
  /** States from which no value can be chosen any more. */
  readonly stuck: number
  /** The first of them; null if there is none, or if it is the first state of all. */
  readonly first: BrokenStep | null
  readonly passes: number
}

export function possibilityOf(partition: Partition, symmetric: boolean): Possibility {
  const { table } = partition
  assert(!table.compact, 'a compact table does not know its states')
  const backward = new Backward(partition, symmetric)
  let passes = 1
  while (backward.pass() > 0) passes += 1
  const { stuck, first } = backward
  const origin = first === null ? null : table.origin(first)
  return { stuck, first: origin, passes }
}

class Backward implements StepSink {
  stuck: number
  private readonly reaches: Uint8Array
  private readonly state: Uint32Array
  private readonly scratch: Uint32Array
  private readonly hash: Hash
  private readonly symmetry: Symmetry | null
  private found = false

  constructor(
    private readonly partition: Partition,
    symmetric: boolean,
  ) {
    const { table, model } = partition
    this.reaches = new Uint8Array(table.count)
    this.state = new Uint32Array(model.words)
    this.scratch = new Uint32Array(model.words)
    this.hash = new Hash(model.words)
    this.symmetry = symmetric ? new Symmetry(model) : null
    this.stuck = table.count
  }

  get first(): number | null {
    const at = this.reaches.indexOf(0)
    return at < 0 ? null : at
  }

  /** Goes through all states once; answers how many more reach a choice. */
  pass(): number {
    const { table, model } = this.partition
    let more = 0
    for (let index = table.count - 1; index >= 0; index -= 1) {
      if (this.reaches[index] === 1) continue
      table.read(index, this.state)
      this.found = model.chosen(this.state) !== 0
      if (!this.found) model.expand(this.state, this)
      if (!this.found) continue
      this.reaches[index] = 1
      more += 1
    }
    this.stuck -= more
    return more
  }

  step(_act: number, next: Uint32Array): void {
    if (this.found) return
    this.scratch.set(next)
    this.symmetry?.canonical(this.scratch)
    this.hash.of(this.scratch, 0)
    const index = this.partition.table.find(this.scratch, 0, this.hash.low)
    assert(index >= 0, 'the search was not complete')
    if (this.reaches[index] === 1) this.found = true
  }
}
