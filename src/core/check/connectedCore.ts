/**
 * Whether a quorum of acceptors can work: nodes that are up, sound, and reach one another both
 * ways. What is disturbed but not cut (frames held, delayed, lost by chance) counts as not working:
 * nothing is promised there.
 */
import type { LabEvent } from '../event'
import type { Fault } from '../fault'
import { linkKey } from '../fault'
import type { NodeId } from '../paxos/ballot'
import { addNode, nodesOf } from '../paxos/quorum'
import type { NodeSet, Quorums } from '../paxos/quorum'
import { findWitnesses } from './witnessSearch'

const CUTS: readonly Fault['kind'][] = ['cut', 'partition', 'halfOpen']
const DISTURBANCES: readonly Fault['kind'][] = [
  'delay',
  'reorder',
  'drop',
  'burst',
  'bandwidth',
  'reset',
  'dropNext',
  'duplicate',
  'hold',
  'clock',
]

export class ConnectedCore {
  /** The most acceptors that work together; 0: no quorum does. */
  core: NodeSet = 0
  private up: NodeSet = 0
  private readonly faults = new Map<string, Fault>()

  constructor(private readonly quorums: Quorums) {}

  /** True if faults or nodes have changed. */
  feed(event: LabEvent): boolean {
    switch (event.type) {
      case 'nodeReady':
        this.up = addNode(this.up, event.node)
        break
      case 'nodeExited':
        this.up &= ~(1 << event.node)
        break
      case 'faultStarted':
        this.faults.set(event.fault.id, event.fault.fault)
        break
      case 'faultEnded':
        this.faults.delete(event.fault.id)
        break
      default:
        return false
    }
    this.core = this.find()
    return true
  }

  private find(): NodeSet {
    const faults = [...this.faults.values()]
    if (faults.some(({ kind }) => DISTURBANCES.includes(kind))) return 0
    let sound = this.up & this.quorums.acceptors
    for (const fault of faults) if ('node' in fault) sound &= ~(1 << fault.node)
    const cut = new Set(
      faults.flatMap((fault) => {
        return CUTS.includes(fault.kind) && 'links' in fault ? fault.links.map(linkKey) : []
      }),
    )
    const works = (nodes: NodeSet): boolean => {
      if (!this.quorums.promised(nodes) || !this.quorums.chosen(nodes)) return false
      const list = nodesOf(nodes)
      return list.every((from) => list.every((to) => !isCut(cut, from, to)))
    }
    return findWitnesses(this.quorums, sound, works, 'largest') ?? 0
  }
}

function isCut(cut: ReadonlySet<string>, from: NodeId, to: NodeId): boolean {
  return from !== to && cut.has(linkKey({ from, to }))
}
