/** Status lines of simulated nodes, as real nodes send them: pictures of progress need them. */
import type { NodeStatus } from '../event'
import type { SimNode } from './simNode'

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
