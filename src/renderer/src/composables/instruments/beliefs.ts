/**
 * Who believed whom to lead, and when: changes of belief with what caused them, spans of following,
 * and leases. Two nodes may claim to lead at once (PMS §3); safety does not depend on it.
 *
 * Cause:  the recorded event that a change follows from: `followed` from the `elected` of that
 *         ballot, `preempted` from the rival's `bid`, a new `bid` from the `preempted` before it.
 *         Null where the record names none (a timer ran out).
 * Bound:  `CHANGES_MAX` changes and spans each, the newest.
 */
import type { LabEvent, NodeEvent } from '../../../../core/event'
import type { LeaderSpan } from '../../../../core/measure/series'
import { compareBallot, formatBallot } from '../../../../core/paxos/ballot'
import type { Ballot, NodeId } from '../../../../core/paxos/ballot'

export const CHANGES_MAX = 2000
export const MINUTE_MS = 60_000

export type BeliefKind =
  | 'prepares'
  | 'leads'
  | 'follows'
  | 'preempted'
  | 'gaveUp'
  | 'down'
  | 'ready'
  | 'paused'
  | 'resumed'

/** As the table of changes says them. */
export const KINDS: Readonly<Record<BeliefKind, string>> = {
  prepares: 'prepares',
  leads: 'leads',
  follows: 'follows',
  preempted: 'preempted',
  gaveUp: 'gave up',
  down: 'down',
  ready: 'ready',
  paused: 'paused',
  resumed: 'resumed',
}

export interface BeliefChange {
  readonly seq: number
  readonly atMs: number
  readonly node: NodeId
  readonly kind: BeliefKind
  readonly ballot: Ballot | null
  readonly why: string
  /** Where the record tells of the cause. */
  readonly cause: number | null
}

export interface FollowSpan {
  readonly node: NodeId
  readonly ballot: Ballot
  readonly fromMs: number
  readonly toMs: number | null
}

export interface Election {
  readonly node: NodeId
  readonly atMs: number
}

export interface Beliefs {
  readonly elections: readonly Election[]
  readonly changes: readonly BeliefChange[]
  readonly follows: readonly FollowSpan[]
  readonly leases: readonly FollowSpan[]
}

const REASONS = {
  election: 'it missed the leader',
  request: 'a request waited',
  preempted: 'it was preempted',
  manual: 'a person asked',
} as const

export class BeliefFold {
  #changes: BeliefChange[] = []
  #leaders: Election[] = []
  #follows = new Bounded()
  #leases = new Bounded()
  #bids = new Map<string, number>()
  #elections = new Map<string, number>()
  #lost = new Map<NodeId, number>()

  constructor(private readonly tickMs: number) {}

  beliefs(): Beliefs {
    const [follows, leases] = [this.#follows.all, this.#leases.all]
    return { changes: this.#changes, follows, leases, elections: this.#leaders }
  }

  feed(event: LabEvent): void {
    if (event.by === 'lab') this.#lab(event)
    else this.#node(event)
    if (this.#changes.length > 2 * CHANGES_MAX) this.#changes = this.#changes.slice(-CHANGES_MAX)
  }

  #node(event: NodeEvent): void {
    const { by: node, atMs } = event
    switch (event.type) {
      case 'bid': {
        remember(this.#bids, formatBallot(event.ballot), event.seq)
        const cause = event.reason === 'preempted' ? (this.#lost.get(node) ?? null) : null
        this.#follows.end(node, atMs)
        return this.#add(event, 'prepares', event.ballot, REASONS[event.reason], cause)
      }
      case 'elected':
        remember(this.#elections, formatBallot(event.ballot), event.seq)
        return this.#elect(event)
      case 'followed': {
        const key = formatBallot(event.ballot)
        this.#follows.begin(node, event.ballot, atMs)
        const cause = this.#elections.get(key) ?? this.#bids.get(key) ?? null
        return this.#add(event, 'follows', event.ballot, `it heard of ${key}`, cause)
      }
      case 'preempted': {
        this.#lost.set(node, event.seq)
        const rival = formatBallot(event.rival)
        const cause = this.#bids.get(rival) ?? null
        const why = `N${event.rival.node} has ${rival}, phase ${event.phase}`
        this.#leases.end(node, atMs)
        return this.#add(event, 'preempted', event.ballot, why, cause)
      }
      case 'steppedDown': {
        this.#leases.end(node, atMs)
        const cause = event.reason === 'preempted' ? (this.#lost.get(node) ?? null) : null
        return this.#add(event, 'gaveUp', event.ballot, REASON_DOWN[event.reason], cause)
      }
      case 'leaseHeld':
        return this.#leases.extend(node, event.ballot, atMs, atMs + event.ticks * this.tickMs)
    }
  }

  #elect(event: Extract<NodeEvent, { type: 'elected' }>): void {
    const who = event.witnesses.map((node) => `N${node}`).join(' ')
    const cause = this.#bids.get(formatBallot(event.ballot)) ?? null
    this.#follows.end(event.by, event.atMs)
    this.#leaders.push({ node: event.by, atMs: event.atMs })
    if (this.#leaders.length > 2 * CHANGES_MAX) this.#leaders = this.#leaders.slice(-CHANGES_MAX)
    this.#add(event, 'leads', event.ballot, `promises of ${who}`, cause)
  }

  #lab(event: Extract<LabEvent, { by: 'lab' }>): void {
    const { atMs, seq } = event
    const add = (node: NodeId, kind: BeliefKind, why: string): void => {
      this.#changes.push({ seq, atMs, node, kind, ballot: null, why, cause: null })
    }
    if (event.type === 'nodeExited') {
      this.#end(event.node, atMs)
      add(event.node, 'down', event.injected ? 'somebody asked' : 'it ended by itself')
    } else if (event.type === 'nodeReady') add(event.node, 'ready', `life ${event.life}`)
    else if (event.type === 'faultStarted' || event.type === 'faultEnded') {
      const { fault } = event.fault
      if (fault.kind !== 'pause') return
      const kind = event.type === 'faultStarted' ? 'paused' : 'resumed'
      add(fault.node, kind, 'somebody asked')
    }
  }

  #end(node: NodeId, atMs: number): void {
    this.#follows.end(node, atMs)
    this.#leases.end(node, atMs)
  }

  #add(
    { seq, atMs, by: node }: NodeEvent,
    kind: BeliefKind,
    ballot: Ballot,
    why: string,
    cause: number | null,
  ): void {
    this.#changes.push({ seq, atMs, node, kind, ballot, why, cause })
  }
}

const REASON_DOWN = {
  preempted: 'it was preempted',
  manual: 'a person asked',
  policy: 'the policy knows no leader',
} as const

/** Ballots that changes may point to; older ones are forgotten. */
function remember(map: Map<string, number>, key: string, seq: number): void {
  if (!map.has(key)) map.set(key, seq)
  if (map.size <= CHANGES_MAX) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}

/** Spans of nodes, one open span a node at most. */
class Bounded {
  #spans: FollowSpan[] = []
  /** Places of open spans; an end that lies ahead is a lease that runs out by itself. */
  #open = new Map<NodeId, FollowSpan>()

  get all(): readonly FollowSpan[] {
    return [...this.#spans, ...this.#open.values()].slice(-CHANGES_MAX)
  }

  begin(node: NodeId, ballot: Ballot, fromMs: number): void {
    const open = this.#open.get(node)
    if (open && compareBallot(open.ballot, ballot) === 0) return
    this.end(node, fromMs)
    this.#open.set(node, { node, ballot, fromMs, toMs: null })
  }

  extend(node: NodeId, ballot: Ballot, fromMs: number, toMs: number): void {
    const open = this.#open.get(node)
    const goesOn =
      open && open.toMs !== null && open.toMs >= fromMs && compareBallot(open.ballot, ballot) === 0
    if (!goesOn) this.end(node, fromMs)
    const begin = goesOn ? open.fromMs : fromMs
    this.#open.set(node, { node, ballot, fromMs: begin, toMs })
  }

  end(node: NodeId, atMs: number): void {
    const open = this.#open.get(node)
    if (!open) return
    this.#open.delete(node)
    this.#spans.push({ ...open, toMs: Math.min(atMs, open.toMs ?? atMs) })
    if (this.#spans.length > 2 * CHANGES_MAX) this.#spans = this.#spans.slice(-CHANGES_MAX)
  }
}

/** How often another node than the last was elected, in the minute up to the moment. */
export function oscillations(elections: readonly Election[], atMs: number): number {
  let leader: NodeId | null = null
  let count = 0
  for (const { node, atMs: at } of elections) {
    if (at > atMs) break
    if (leader !== null && leader !== node && at > atMs - MINUTE_MS) count += 1
    leader = node
  }
  return count
}

/** Spans of a lane in the window, as one draws them: neighbours closer than `joinMs` are one. */
export interface LaneSpan {
  readonly fromMs: number
  readonly toMs: number
  /** How many spans it stands for. */
  readonly count: number
  readonly ballot: Ballot | null
}

export function laneSpans(
  spans: readonly Pick<LeaderSpan, 'fromMs' | 'toMs' | 'ballot'>[],
  window: { readonly fromMs: number; readonly toMs: number; readonly nowMs: number },
  joinMs: number,
): LaneSpan[] {
  const lane: LaneSpan[] = []
  for (const { fromMs, toMs, ballot } of spans) {
    const end = Math.min(toMs ?? window.nowMs, window.nowMs)
    if (fromMs > window.toMs || end < window.fromMs || fromMs > window.nowMs) continue
    const last = lane.at(-1)
    const narrow =
      end - fromMs < joinMs && last !== undefined && last.toMs - last.fromMs < 8 * joinMs
    if (last && narrow && fromMs - last.toMs < joinMs) {
      lane[lane.length - 1] = { ...last, toMs: end, count: last.count + 1, ballot }
    } else lane.push({ fromMs, toMs: Math.max(end, fromMs), count: 1, ballot })
  }
  return lane
}
