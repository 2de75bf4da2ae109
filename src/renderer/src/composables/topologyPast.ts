/**
 * The cluster as it stood at a moment in the past, folded from recorded events, in the shape of a
 * live status: so the picture is drawn by the same code, live and looking back. Pure.
 */
import type { LabEvent, LabOwnEvent } from '../../../core/event'
import type { ActiveFault } from '../../../core/fault'
import type { LabStatus, NodeLifeState, NodeView } from '../../../shared/api'

type Changeable<T> = { -readonly [K in keyof T]: T[K] }

/** `events`: the log up to the moment. `now` gives what does not change during a run. */
export function statusAt(events: readonly LabEvent[], atMs: number, now: LabStatus): LabStatus {
  const start = runStart(events)
  const nodes = new Map<number, Changeable<NodeView>>()
  // Without the start of the run in the log, nodes are as they are unless an event says otherwise.
  for (const view of now.nodes)
    nodes.set(view.node, { ...view, state: start < 0 ? 'running' : 'starting', status: null })
  const faults = new Map<string, ActiveFault>()
  for (const event of events.slice(Math.max(start, 0))) {
    if (event.by === 'lab') applyLabFact(event, nodes, faults)
  }
  return { ...now, atMs, nodes: [...nodes.values()], faults: [...faults.values()] }
}

function runStart(events: readonly LabEvent[]): number {
  return events.findLastIndex((event) => event.type === 'clusterStarted')
}

function applyLabFact(
  event: LabOwnEvent,
  nodes: ReadonlyMap<number, Changeable<NodeView>>,
  faults: Map<string, ActiveFault>,
): void {
  const set = (node: number, state: NodeLifeState): void => {
    const view = nodes.get(node)
    if (view) view.state = state
  }
  switch (event.type) {
    case 'nodeStarted':
      return set(event.node, 'starting')
    case 'nodeReady':
      return set(event.node, 'running')
    case 'nodeExited':
      return set(event.node, event.injected ? askedEnd(event.node, faults) : 'failed')
    case 'faultStarted':
      faults.set(event.fault.id, event.fault)
      return applyProcessFault(event.fault, set)
    case 'faultEnded': {
      faults.delete(event.fault.id)
      const { fault } = event.fault
      return fault.kind === 'pause' ? set(fault.node, 'running') : undefined
    }
    case 'statusSampled':
      for (const status of event.nodes) {
        const view = nodes.get(status.node)
        if (!view) continue
        view.status = status
        view.statusAtMs = event.atMs
      }
  }
}

/** How a node ended that somebody ended: by a fault that holds now, or with its whole cluster. */
function askedEnd(node: number, faults: ReadonlyMap<string, ActiveFault>): NodeLifeState {
  const its = [...faults.values()].filter(({ fault }) => 'node' in fault && fault.node === node)
  if (its.some(({ fault }) => fault.kind === 'stop')) return 'stopped'
  return its.length > 0 ? 'killed' : 'stopped'
}

/** A kill is told as an exit and as a fault, in either order: the fault says which kind it was. */
function applyProcessFault(
  { fault }: ActiveFault,
  set: (node: number, state: NodeLifeState) => void,
): void {
  if (fault.kind === 'kill' || fault.kind === 'powerLoss' || fault.kind === 'wipe') {
    set(fault.node, 'killed')
  }
  if (fault.kind === 'stop') set(fault.node, 'stopped')
  if (fault.kind === 'pause') set(fault.node, 'paused')
}

/** The last `spanMs` of events before the end of `events`: enough for rates and flights. */
export function recentEvents(
  events: readonly LabEvent[],
  atMs: number,
  spanMs: number,
): readonly LabEvent[] {
  let from = events.length
  while (from > 0 && events[from - 1]!.atMs > atMs - spanMs) from -= 1
  return events.slice(from)
}
