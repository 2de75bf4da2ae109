/**
 * The cluster as it stood at a moment, folded from recorded events, in the shape of a live status:
 * so the picture is drawn by the same code live, looking back, and of a saved run. Pure.
 */
import type { LabEvent, LabOwnEvent } from '../core/event'
import type { ActiveFault } from '../core/fault'
import type { ElectionPolicy } from '../core/paxos/config'
import type { LabStatus, NodeLifeState, NodeView } from './api'

type Changeable<T> = { -readonly [K in keyof T]: T[K] }

/** `now` gives what does not change during a run, and the nodes where no event names them. */
export class StatusFold {
  private readonly nodes = new Map<number, Changeable<NodeView>>()
  private readonly faults = new Map<string, ActiveFault>()
  private policy: ElectionPolicy | null = null

  constructor(
    private readonly now: LabStatus,
    /** What a node is before any event is about it. */
    before: NodeLifeState,
  ) {
    for (const view of now.nodes) {
      this.nodes.set(view.node, { ...view, state: before, status: null })
    }
  }

  feed(event: LabEvent): void {
    if (event.by === 'lab') return this.feedLab(event)
    if (event.type === 'policySet') this.policy = event.policy
    this.heard(event.by)
  }

  /** A node told something, whatever it was. */
  heard(node: number): void {
    if (this.nodes.get(node)?.state === 'starting') this.set(node, 'running')
  }

  at(atMs: number): LabStatus {
    const nodes = [...this.nodes.values()].map((view) => ({ ...view }))
    const options = this.optionsOf(this.now.options)
    return { ...this.now, options, atMs, nodes, faults: [...this.faults.values()] }
  }

  /** Those of the run, with the policy that its nodes follow by now. */
  optionsOf(options: LabStatus['options']): LabStatus['options'] {
    return options && this.policy ? { ...options, policy: this.policy } : options
  }

  private feedLab(event: LabOwnEvent): void {
    switch (event.type) {
      case 'clusterStarted':
        this.policy = event.policy
        return this.begin(event.members)
      case 'nodeStarted':
        return this.set(event.node, 'starting', { pid: event.pid === 0 ? null : event.pid })
      case 'nodeReady':
        return this.set(event.node, 'running', { life: event.life, clientPort: event.clientPort })
      case 'nodeExited':
        return this.set(event.node, event.injected ? this.askedEnd(event.node) : 'failed')
      case 'faultStarted':
        this.faults.set(event.fault.id, event.fault)
        return this.processFault(event.fault)
      case 'faultEnded': {
        this.faults.delete(event.fault.id)
        const { fault } = event.fault
        return fault.kind === 'pause' ? this.set(fault.node, 'running') : undefined
      }
      case 'statusSampled':
        for (const status of event.nodes) {
          const view = this.nodes.get(status.node)
          if (!view) continue
          view.status = status
          view.statusAtMs = event.atMs
        }
    }
  }

  private begin(members: readonly number[]): void {
    this.faults.clear()
    const known = new Map(this.nodes)
    this.nodes.clear()
    for (const node of members) {
      const view = known.get(node) ?? unknownNode(node)
      this.nodes.set(node, { ...view, state: 'starting', status: null })
    }
  }

  private set(node: number, state: NodeLifeState, more: Partial<NodeView> = {}): void {
    const view = this.nodes.get(node)
    if (view) Object.assign(view, more, { state })
  }

  /** How a node ended that somebody ended: by a fault that holds now, or with its whole cluster. */
  private askedEnd(node: number): NodeLifeState {
    const all = [...this.faults.values()]
    const its = all.filter(({ fault }) => 'node' in fault && fault.node === node)
    if (its.some(({ fault }) => fault.kind === 'stop')) return 'stopped'
    return its.length > 0 ? 'killed' : 'stopped'
  }

  /** A kill is told as an exit and as a fault, in either order: the fault says which it was. */
  private processFault({ fault }: ActiveFault): void {
    if (fault.kind === 'kill' || fault.kind === 'powerLoss' || fault.kind === 'wipe') {
      this.set(fault.node, 'killed')
    }
    if (fault.kind === 'stop') this.set(fault.node, 'stopped')
    if (fault.kind === 'pause') this.set(fault.node, 'paused')
  }
}

/** `events`: the log up to the moment. */
export function statusAt(events: readonly LabEvent[], atMs: number, now: LabStatus): LabStatus {
  const start = events.findLastIndex((event) => event.type === 'clusterStarted')
  // Without the start of the run in the log, nodes run unless an event says otherwise.
  const fold = new StatusFold(now, start < 0 ? 'running' : 'starting')
  for (let at = Math.max(start, 0); at < events.length; at++) fold.feed(events[at]!)
  return fold.at(atMs)
}

function unknownNode(node: number): NodeView {
  return {
    ...{ node, state: 'starting', pid: null, life: 1, clientHost: '127.0.0.1', clientPort: 0 },
    ...{ status: null, statusAtMs: 0, failure: [] },
  }
}
