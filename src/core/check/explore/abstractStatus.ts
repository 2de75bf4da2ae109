/**
 * What each node of the abstract model would report after a step, in the shape of a status line: so
 * views show promise, vote and choice of a path as they show those of any run.
 *
 * Of acceptors: what they remember in that state. Of proposers: what they did so far.
 * Not in it:    nothing is applied and no machine runs, so the digest is empty and the rest is 0.
 */
import type { NodeStatus } from '../../event'
import { ZERO_BALLOT } from '../../paxos/ballot'
import type { Ballot, NodeId } from '../../paxos/ballot'
import { EAGER_POLICY } from '../../paxos/config'
import { acceptorIds, ballotOf } from './abstractBounds'
import type { AbstractModel } from './abstractModel'
import { promiseHeld, voteHeld } from './abstractTrace'

/** The one slot of the model. */
export const SLOT = 1

export class AbstractStatus {
  private readonly proposers = new Map<NodeId, NodeStatus>()

  constructor(
    private readonly model: AbstractModel,
    proposers: readonly NodeId[],
  ) {
    for (const node of proposers) this.proposers.set(node, unreported(node))
  }

  prepares(node: NodeId, ballot: Ballot): void {
    this.change(node, { role: 'preparing', ballot, bids: 1 })
  }

  issues(node: NodeId, ballot: Ballot): void {
    this.change(node, { role: 'leading', ballot, leader: ballot })
  }

  learns(node: NodeId): void {
    this.change(node, { chosenThrough: SLOT })
  }

  /** Of all nodes, in this state. */
  after(state: Uint32Array): NodeStatus[] {
    const { bounds } = this.model
    const acceptors = acceptorIds(bounds).map((node) => {
      const promise = promiseHeld(this.model, state, node - 1)
      const votedThrough = voteHeld(this.model, state, node - 1) === null ? 0 : SLOT
      const promised = promise === null ? ZERO_BALLOT : ballotOf(bounds, promise)
      return { ...unreported(node), promised, votedThrough }
    })
    return [...acceptors, ...this.proposers.values()]
  }

  private change(node: NodeId, to: Partial<NodeStatus>): void {
    this.proposers.set(node, { ...(this.proposers.get(node) ?? unreported(node)), ...to })
  }
}

function unreported(node: NodeId): NodeStatus {
  return {
    ...{ node, life: 1, role: 'idle', ballot: ZERO_BALLOT, promised: ZERO_BALLOT, leader: null },
    ...{ votedThrough: 0, chosenThrough: 0, appliedThrough: 0, digest: '' },
    ...{ policy: EAGER_POLICY, waiting: 0, inFlight: 0, acked: 0, clients: 0, logBytes: 0 },
    ...{ flushMsP95: 0, lagMsP95: 0, rssBytes: 0, bids: 0, preemptions: 0, dropped: 0 },
  }
}
