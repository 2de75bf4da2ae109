/** Status lines of simulated nodes, as real nodes send them: pictures of progress need them. */
import type { LabFact, NodeStatus } from '../event'
import { GRAINS_PER_TICK } from './agenda'
import type { Agenda } from './agenda'
import type { SimNode } from './simNode'

const STATUS_TICKS = 50

/** Empty for a node that is down. What only a process has (memory, clients) is 0. */
export function sampleStatus({ machine, disk }: SimNode): NodeStatus[] {
  if (machine === null) return []
  return [
    {
      ...machine.status(),
      acked: 0,
      clients: 0,
      logBytes: disk.bytes,
      flushMsP95: 0,
      lagMsP95: 0,
      rssBytes: 0,
      dropped: 0,
    },
  ]
}

/** Tells the status of all that are up, now and every STATUS_TICKS. */
export function tellStatus(
  agenda: Agenda,
  nodes: readonly SimNode[],
  tell: (fact: LabFact) => void,
): void {
  tell({ type: 'statusSampled', nodes: nodes.flatMap(sampleStatus) })
  agenda.put(agenda.now + STATUS_TICKS * GRAINS_PER_TICK, () => tellStatus(agenda, nodes, tell))
}
