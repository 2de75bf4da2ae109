/**
 * Who prepared, led, was down or paused, and when: the leader timeline.
 *
 * A node's belief ends when the node itself learns better: preempted, stepped down, followed a
 * higher ballot, or exited. Until then an old leader in a minority still claims to lead, and two
 * claimants overlap: that is what the picture is for. Pauses and exits lie beside the belief.
 *
 * Bound: `LEADERS_MAX` spans; the oldest ended ones are dropped and counted.
 */
import { compareBallot, sameBallot } from '../paxos/ballot'
import type { Ballot, NodeId } from '../paxos/ballot'
import { LEADERS_MAX } from './series'
import type { LeaderSpan } from './series'

type Kind = LeaderSpan['kind']
type Track = 'belief' | 'down' | 'paused'

const TRACK_OF: Readonly<Record<Kind, Track>> = {
  preparing: 'belief',
  leading: 'belief',
  down: 'down',
  paused: 'paused',
}

export class LeaderSpans {
  /** By key, in order of beginning. */
  #spans = new Map<string, LeaderSpan>()
  #open = new Map<string, LeaderSpan>()
  #dirty = new Set<string>()
  #dropped = 0

  get dropped(): number {
    return this.#dropped
  }

  preparing(atMs: number, node: NodeId, ballot: Ballot): void {
    this.#begin(atMs, node, 'preparing', ballot)
  }

  leading(atMs: number, node: NodeId, ballot: Ballot): void {
    this.#begin(atMs, node, 'leading', ballot)
  }

  /** The node gave up this ballot; nothing happens if it has begun another since. */
  gaveUp(atMs: number, node: NodeId, ballot: Ballot): void {
    const open = this.#open.get(openKey(node, 'belief'))
    if (open?.ballot && sameBallot(open.ballot, ballot)) this.#end(atMs, node, 'belief')
  }

  followed(atMs: number, node: NodeId, ballot: Ballot): void {
    const open = this.#open.get(openKey(node, 'belief'))
    if (open?.ballot && compareBallot(ballot, open.ballot) > 0) this.#end(atMs, node, 'belief')
  }

  exited(atMs: number, node: NodeId): void {
    this.#end(atMs, node, 'belief')
    this.#end(atMs, node, 'paused')
    if (!this.#open.has(openKey(node, 'down'))) this.#begin(atMs, node, 'down', null)
  }

  ready(atMs: number, node: NodeId): void {
    this.#end(atMs, node, 'down')
    this.#end(atMs, node, 'belief')
  }

  paused(atMs: number, node: NodeId): void {
    this.#begin(atMs, node, 'paused', null)
  }

  resumed(atMs: number, node: NodeId): void {
    this.#end(atMs, node, 'paused')
  }

  stopped(atMs: number): void {
    for (const span of [...this.#open.values()]) this.#end(atMs, span.node, TRACK_OF[span.kind])
  }

  take(): LeaderSpan[] {
    const fresh = [...this.#dirty].flatMap((key) => this.#spans.get(key) ?? [])
    this.#dirty.clear()
    return fresh
  }

  rows(): LeaderSpan[] {
    return [...this.#spans.values()]
  }

  #begin(atMs: number, node: NodeId, kind: Kind, ballot: Ballot | null): void {
    this.#end(atMs, node, TRACK_OF[kind])
    const span: LeaderSpan = { node, kind, ballot, fromMs: atMs, toMs: null }
    this.#put(span)
    this.#open.set(openKey(node, TRACK_OF[kind]), span)
    if (this.#spans.size > LEADERS_MAX) this.#dropOldest()
  }

  #end(atMs: number, node: NodeId, track: Track): void {
    const key = openKey(node, track)
    const span = this.#open.get(key)
    if (!span) return
    this.#open.delete(key)
    // A span that was pushed out by the bound stays out.
    if (this.#spans.has(spanKey(span))) this.#put({ ...span, toMs: Math.max(atMs, span.fromMs) })
  }

  #put(span: LeaderSpan): void {
    const key = spanKey(span)
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

/** What makes a span one row: viewers replace by it. */
export function spanKey(span: Pick<LeaderSpan, 'node' | 'kind' | 'fromMs'>): string {
  return `${span.node} ${span.kind} ${span.fromMs}`
}

function openKey(node: NodeId, track: Track): string {
  return `${node} ${track}`
}
