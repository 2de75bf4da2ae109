/**
 * Leadership: what a node knows of time and of who hears whom. Nothing here is needed for one value
 * a slot; it serves elections (PMS §2.4), confirmed reads and leases.
 *
 * Units: ticks of the host's own clock, handed in with each round.
 */
import { ZERO_BALLOT } from './ballot'
import type { Ballot, NodeId } from './ballot'
import { addNode } from './quorum'
import type { NodeSet } from './quorum'

/** Heartbeats that still wait for a quorum of answers; older ones are given up. */
const PROBES_MAX = 64

/** Reads that wait for a leader to confirm its ballot; more are refused. */
export const CONFIRMING_MAX = 10_000

interface Probe {
  readonly probe: number
  readonly sentAt: number
  answers: NodeSet
}

/** A read that waits for a quorum to answer a probe that was sent after it came. */
export interface Confirming {
  readonly from: NodeId
  readonly read: number
  /** 0 until the next heartbeat carries a probe for it. */
  probe: number
}

export class Leadership {
  /** Number of the last probe; starts anew with each ballot, as answers name the ballot. */
  lastProbe = 0
  /** Probes sent since a quorum last answered one. */
  unanswered = 0
  /** This node may answer reads alone before this tick. */
  leaseUntil = -Infinity
  /** This acceptor promises nobody but `holder` before tick `until`. */
  grant: { readonly holder: NodeId; readonly until: number } | null = null
  /** When a leader was last heard. */
  heardAt = -Infinity
  /** The ballot this node asks support for, and who gave it. */
  canvass: { readonly ballot: Ballot; supporters: NodeSet } | null = null
  confirming: Confirming[] = []
  /** A peer that hears a leader which this node does not, and passes requests on to it. */
  relay: NodeId | null = null
  private probes: Probe[] = []

  /** A new ballot of this node: answers to former ones count no more. */
  begin(): void {
    this.lastProbe = 0
    this.unanswered = 0
    this.leaseUntil = -Infinity
    this.probes = []
    this.confirming = []
  }

  /** Opens a probe; `self` is what this node answers to itself. */
  ask(now: number, self: NodeSet): number {
    this.lastProbe += 1
    this.unanswered += 1
    this.probes.push({ probe: this.lastProbe, sentAt: now, answers: self })
    if (this.probes.length > PROBES_MAX) this.probes.shift()
    for (const read of this.confirming) if (read.probe === 0) read.probe = this.lastProbe
    return this.lastProbe
  }

  /**
   * Counts an answer. When `isQuorum` holds for that probe, answers the tick at which it was sent:
   * whoever answered had promised nobody else then. Else null.
   */
  answer(probe: number, from: NodeId, isQuorum: (answers: NodeSet) => boolean): number | null {
    const at = this.probes.findIndex((open) => open.probe === probe)
    const found = this.probes[at]
    if (found === undefined) return null
    found.answers = addNode(found.answers, from)
    if (!isQuorum(found.answers)) return null
    this.probes.splice(0, at + 1)
    this.unanswered = this.lastProbe - probe
    return found.sentAt
  }

  /** Ticks for which this acceptor still owes silence to anybody but the holder; 0: none. */
  owes(candidate: NodeId, now: number): number {
    if (this.grant === null || this.grant.holder === candidate) return 0
    return Math.max(0, this.grant.until - now)
  }

  get canvassing(): Ballot {
    return this.canvass?.ballot ?? ZERO_BALLOT
  }
}
