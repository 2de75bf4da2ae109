/**
 * Decision time: how many ballots and how long it took until a value was chosen.
 *
 * Two clocks. `sinceStart`: from the first ballot, under the policy that the cluster began with; it
 * is censored when that policy is switched, or the record ends, before anything was chosen.
 * `sinceSwitch`: from the last switch of the policy, by ballots and choices of nodes that had told
 * of the new policy; null without a switch. Units: ms; the deciding ballot is counted.
 */
import type { LabEvent, NodeEvent } from '../event'
import type { NodeId } from '../paxos/ballot'

export interface Decision {
  /** False: the clock was stopped before anything was chosen. */
  readonly decided: boolean
  readonly ballots: number
  readonly ms: number
}

interface Clock {
  readonly fromMs: number
  readonly ballots: number
  /** Null: still running. */
  readonly end: { readonly decided: boolean; readonly atMs: number } | null
}

export class DecisionFold {
  private start: Clock | null = null
  private sinceSwitch: Clock | null = null
  private policy: string | null = null
  private readonly switched = new Set<NodeId>()
  private highestSlot = 0
  private lastMs = 0

  feed(event: LabEvent): void {
    this.lastMs = Math.max(this.lastMs, event.atMs)
    switch (event.type) {
      case 'clusterStarted':
        this.policy = JSON.stringify(event.policy)
        return
      case 'policySet':
        this.setPolicy(event)
        return
      case 'bid':
        this.start ??= { fromMs: event.atMs, ballots: 0, end: null }
        this.start = withBallot(this.start)
        if (this.switched.has(event.by)) this.sinceSwitch = withBallot(this.sinceSwitch)
        return
      case 'chosen':
        this.choose(event)
        return
    }
  }

  /** Null: no ballot began. */
  fromStart(): Decision | null {
    return this.read(this.start)
  }

  /** Null: the policy was never switched. */
  fromSwitch(): Decision | null {
    return this.read(this.sinceSwitch)
  }

  private setPolicy(event: Extract<NodeEvent, { type: 'policySet' }>): void {
    const policy = JSON.stringify(event.policy)
    // Every node tells of the same switch, and one that was restarted tells of it again.
    if (policy !== this.policy) {
      this.policy = policy
      this.switched.clear()
      this.start = ended(this.start, false, event.atMs)
      this.sinceSwitch = { fromMs: event.atMs, ballots: 0, end: null }
    }
    if (this.sinceSwitch) this.switched.add(event.by)
  }

  private choose({ by, atMs, slot, count }: Extract<NodeEvent, { type: 'chosen' }>): void {
    const through = slot + count - 1
    // Another learner may tell of the same slots later.
    if (through <= this.highestSlot) return
    this.highestSlot = through
    this.start = ended(this.start, true, atMs)
    if (this.switched.has(by)) this.sinceSwitch = ended(this.sinceSwitch, true, atMs)
  }

  private read(clock: Clock | null): Decision | null {
    if (clock === null) return null
    const { fromMs, ballots, end } = clock
    return { decided: end?.decided ?? false, ballots, ms: (end?.atMs ?? this.lastMs) - fromMs }
  }
}

function withBallot(clock: Clock): Clock
function withBallot(clock: Clock | null): Clock | null
function withBallot(clock: Clock | null): Clock | null {
  return clock?.end === null ? { ...clock, ballots: clock.ballots + 1 } : clock
}

function ended(clock: Clock | null, decided: boolean, atMs: number): Clock | null {
  return clock?.end === null ? { ...clock, end: { decided, atMs } } : clock
}
