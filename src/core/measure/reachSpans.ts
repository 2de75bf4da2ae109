/**
 * Who could reach a quorum, and when: spans per node, and for the cluster (node 0).
 *
 * Bound: `REACH_MAX` spans; the oldest ended ones are dropped and counted.
 */
import type { NodeId } from '../paxos/ballot'
import type { Reach } from './reach'
import { REACH_MAX } from './series'
import type { ReachSpan } from './series'

export class ReachSpans {
  /** By key, in order of beginning. */
  #spans = new Map<string, ReachSpan>()
  #open = new Map<NodeId, ReachSpan>()
  #dirty = new Set<string>()
  #dropped = 0

  get dropped(): number {
    return this.#dropped
  }

  /** Takes over what `reach` says now. */
  update(atMs: number, reach: Reach): void {
    for (const { node, state, reaches } of reach.views()) {
      const open = this.#open.get(node)
      if (open?.state === state && open.reaches === reaches) continue
      this.#end(atMs, node)
      const span: ReachSpan = { node, state, reaches, fromMs: atMs, toMs: null }
      this.#open.set(node, span)
      this.#put(span)
      if (this.#spans.size > REACH_MAX) this.#dropOldest()
    }
  }

  stopped(atMs: number): void {
    for (const node of [...this.#open.keys()]) this.#end(atMs, node)
  }

  take(): ReachSpan[] {
    const fresh = [...this.#dirty].flatMap((key) => this.#spans.get(key) ?? [])
    this.#dirty.clear()
    return fresh
  }

  rows(): ReachSpan[] {
    return [...this.#spans.values()]
  }

  #end(atMs: number, node: NodeId): void {
    const span = this.#open.get(node)
    if (!span) return
    this.#open.delete(node)
    if (!this.#spans.has(reachKey(span))) return
    // One that lasted no time was a step on the way to the next.
    this.#put({ ...span, toMs: Math.max(atMs, span.fromMs) })
  }

  #put(span: ReachSpan): void {
    const key = reachKey(span)
    this.#spans.set(key, span)
    this.#dirty.add(key)
  }

  #dropOldest(): void {
    for (const [key, span] of this.#spans) {
      if (span.toMs === null) continue
      this.#spans.delete(key)
      this.#dirty.delete(key)
      this.#dropped += 1
      return
    }
  }
}

/** What makes a span one row: viewers replace by it. A later one at the same moment wins. */
export function reachKey({ node, fromMs }: Pick<ReachSpan, 'node' | 'fromMs'>): string {
  return `${node} ${fromMs}`
}
