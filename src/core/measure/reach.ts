/**
 * Could a quorum answer? Computed from what was broken, not from what came of it: this separates
 * "could not" from "did not".
 *
 * Rule: some node that answers must reach a majority of the members, itself included, with both
 *       directions of each link open (a proposer asks and hears back; PMS §2.2).
 * Cost: at most members² per change of faults, nothing per event.
 */
import { linkKey } from '../fault'
import type { ActiveFault, Fault, Link } from '../fault'
import type { NodeId } from '../paxos/ballot'

export class Reach {
  #members: readonly NodeId[] = []
  #up = new Set<NodeId>()
  #faults = new Map<string, Fault>()
  #possible = true
  /** Nodes that start are no outage: the question is open until a quorum was there once. */
  #wasPossible = false

  /** True while nothing is known: a record that begins in the middle claims no outage. */
  get quorumPossible(): boolean {
    return this.#possible || !this.#wasPossible
  }

  started(members: readonly NodeId[]): void {
    this.#members = members
    this.#up.clear()
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
    const quorum = Math.floor(this.#members.length / 2) + 1
    this.#possible = answering.some((node) => countReached(node, answering, cut) >= quorum)
    this.#wasPossible ||= this.#possible
  }
}

function countReached(node: NodeId, nodes: readonly NodeId[], cut: ReadonlySet<string>): number {
  return nodes.filter(
    (other) =>
      other === node ||
      (!cut.has(linkKey({ from: node, to: other })) &&
        !cut.has(linkKey({ from: other, to: node }))),
  ).length
}

/** Links that let nothing through. */
function deadLinks(fault: Fault): readonly Link[] {
  if (fault.kind === 'cut' || fault.kind === 'partition' || fault.kind === 'halfOpen') {
    return fault.links
  }
  return fault.kind === 'drop' && fault.probability >= 1 ? fault.links : []
}
