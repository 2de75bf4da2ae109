/**
 * Could a quorum answer? Computed from what was broken, not from what came of it: this separates
 * "could not" from "did not".
 *
 * Rule: some node that answers must reach a quorum of both phases, itself included, with both
 *       directions of each link open (a proposer asks and hears back; PMS §2.2).
 * Cost: at most members² per change of faults, nothing per event.
 */
import { linkKey } from '../fault'
import type { ActiveFault, Fault, FrameMatch, Link } from '../fault'
import type { NodeId } from '../paxos/ballot'
import type { Roles } from '../paxos/config'
import { FAMILY_OF } from '../paxos/message'
import type { MessageFamily } from '../paxos/message'
import { MAJORITY, Quorums, toNodeSet } from '../paxos/quorum'
import type { QuorumSystem } from '../paxos/quorum'
import type { ReachState } from './series'

/** What is asked of a quorum, and what it answers. */
const PHASES: ReadonlySet<MessageFamily> = new Set(['phase1', 'phase2'])

export interface ReachView {
  /** 0: the cluster. */
  readonly node: NodeId
  readonly state: ReachState
  readonly reaches: number
}

export class Reach {
  #members: readonly NodeId[] = []
  #quorums = new Quorums(MAJORITY, [])
  #proposers: readonly NodeId[] = []
  #up = new Set<NodeId>()
  /** Nodes that were ready once. */
  #seen = new Set<NodeId>()
  #views: readonly ReachView[] = []
  #faults = new Map<string, Fault>()
  #possible = true
  /** Nodes that start are no outage: the question is open until a quorum was there once. */
  #wasPossible = false

  /** What the cluster (node 0) and each member could do, since the last change. */
  views(): readonly ReachView[] {
    return this.#views
  }

  /** True while nothing is known: a record that begins in the middle claims no outage. */
  get quorumPossible(): boolean {
    return this.#possible || !this.#wasPossible
  }

  started(
    members: readonly NodeId[],
    system: QuorumSystem = MAJORITY,
    roles: Roles | null = null,
  ): void {
    this.#members = members
    this.#quorums = new Quorums(system, roles?.acceptors ?? members)
    this.#proposers = roles?.proposers ?? members
    this.#up.clear()
    this.#seen.clear()
    this.#faults.clear()
    this.#wasPossible = false
    this.#update()
  }

  /** Without a cluster no quorum is missing. */
  stopped(): void {
    this.started([])
  }

  ready(node: NodeId): void {
    this.#up.add(node)
    this.#seen.add(node)
    this.#update()
  }

  exited(node: NodeId): void {
    this.#up.delete(node)
    this.#update()
  }

  faultStarted(active: ActiveFault): void {
    this.#faults.set(active.id, active.fault)
    this.#update()
  }

  faultEnded(active: ActiveFault): void {
    this.#faults.delete(active.id)
    this.#update()
  }

  #update(): void {
    const cut = new Set<string>()
    const silent = new Set<NodeId>()
    for (const fault of this.#faults.values()) {
      for (const link of deadLinks(fault)) cut.add(linkKey(link))
      if (fault.kind === 'pause') silent.add(fault.node)
    }
    const answering = this.#members.filter((node) => this.#up.has(node) && !silent.has(node))
    const rows = this.#members.map((node): ReachView => {
      if (!this.#seen.has(node)) return { node, state: 'starting', reaches: 0 }
      if (!this.#up.has(node)) return { node, state: 'down', reaches: 0 }
      if (silent.has(node)) return { node, state: 'paused', reaches: 0 }
      const reached = reachedBy(node, answering, cut)
      const set = toNodeSet(reached)
      const isQuorum = this.#quorums.promised(set) && this.#quorums.chosen(set)
      // Nodes that start one after another are in no minority yet.
      const short = this.#wasPossible ? 'minority' : 'starting'
      return { node, state: isQuorum ? 'quorum' : short, reaches: reached.length }
    })
    this.#possible = rows.some(
      ({ node, state }) => state === 'quorum' && this.#proposers.includes(node),
    )
    this.#wasPossible ||= this.#possible
    const missing = this.#wasPossible ? 'none' : 'starting'
    const state = this.#possible ? 'quorum' : missing
    const reaches = Math.max(0, ...rows.map((row) => row.reaches))
    this.#views = rows.length === 0 ? [] : [{ node: 0, state, reaches }, ...rows]
  }
}

function reachedBy(node: NodeId, nodes: readonly NodeId[], cut: ReadonlySet<string>): NodeId[] {
  return nodes.filter(
    (other) =>
      other === node ||
      (!cut.has(linkKey({ from: node, to: other })) &&
        !cut.has(linkKey({ from: other, to: node }))),
  )
}

/** Links that let none of what a quorum is asked for through. */
function deadLinks(fault: Fault): readonly Link[] {
  if (fault.kind === 'cut' || fault.kind === 'partition' || fault.kind === 'halfOpen') {
    return fault.links
  }
  return fault.kind === 'drop' && fault.probability >= 1 && takesPhases(fault.match)
    ? fault.links
    : []
}

/** A drop of heartbeats or refusals alone keeps nobody from a quorum. */
function takesPhases(match: FrameMatch | undefined): boolean {
  const types = match?.types ?? []
  return types.length === 0 || types.some((type) => PHASES.has(FAMILY_OF[type]))
}
