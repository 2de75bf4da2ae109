/**
 * Preempted ballots per proposer in bins of time.
 *
 * Bound: `POINTS_MAX` bins that are not empty; then neighbours merge and `binMs` doubles; or, with
 *        `keepMs`, the oldest go.
 */
import type { NodeId } from '../paxos/ballot'
import { POINTS_MAX, PREEMPTION_BIN_MS } from './series'
import type { PreemptionPoint } from './series'

type Bin = Map<NodeId, number>

export class PreemptionBins {
  #binMs: number
  readonly #keepMs: number | null
  /** By index, in order of time: facts of different nodes may be a little out of order. */
  #bins = new Map<number, Bin>()
  #dirty = new Set<string>()
  #merged = false

  /** `factor`: bins so many times as long. */
  constructor(factor = 1, keepMs: number | null = null) {
    this.#binMs = PREEMPTION_BIN_MS * factor
    this.#keepMs = keepMs
  }

  get binMs(): number {
    return this.#binMs
  }

  takeMerged(): boolean {
    const merged = this.#merged
    this.#merged = false
    return merged
  }

  feed(atMs: number, node: NodeId): void {
    const index = Math.floor(atMs / this.#binMs)
    this.#add(index, node, 1)
    this.#dirty.add(`${index} ${node}`)
    if (this.#keepMs !== null) this.#drop(atMs - this.#keepMs)
    else if (this.#bins.size > POINTS_MAX) this.#mergePairs()
  }

  take(): PreemptionPoint[] {
    const fresh = [...this.#dirty].map((key) => {
      const [index, node] = key.split(' ').map(Number)
      return this.#point(index ?? 0, node ?? 0)
    })
    this.#dirty.clear()
    return fresh
  }

  points(): PreemptionPoint[] {
    return [...this.#bins].flatMap(([index, bin]) =>
      [...bin.keys()].map((node) => this.#point(index, node)),
    )
  }

  #add(index: number, node: NodeId, count: number): void {
    let bin = this.#bins.get(index)
    if (!bin) this.#bins.set(index, (bin = new Map()))
    bin.set(node, (bin.get(node) ?? 0) + count)
  }

  #drop(untilMs: number): void {
    for (const [index, bin] of this.#bins) {
      if ((index + 1) * this.#binMs > untilMs) continue
      this.#bins.delete(index)
      for (const node of bin.keys()) this.#dirty.delete(`${index} ${node}`)
    }
  }

  #mergePairs(): void {
    const bins = this.#bins
    this.#bins = new Map()
    this.#binMs *= 2
    for (const [index, bin] of bins) {
      for (const [node, count] of bin) this.#add(Math.floor(index / 2), node, count)
    }
    this.#dirty.clear()
    this.#merged = true
  }

  #point(index: number, node: NodeId): PreemptionPoint {
    return { atMs: index * this.#binMs, node, count: this.#bins.get(index)?.get(node) ?? 0 }
  }
}
