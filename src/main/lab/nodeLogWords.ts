/** What the lab notes in the log of a process, from the events of the run. Pure. */
import type { LabEvent } from '../../core/event'
import { formatBallot } from '../../core/paxos/ballot'
import { nodeSource } from '../../shared/logLine'
import type { LogLevel, LogSource } from '../../shared/logLine'

export interface LogNote {
  readonly source: LogSource
  readonly level: LogLevel
  readonly text: string
}

type Exit = Extract<LabEvent, { type: 'nodeExited' }>

export function logNotes(event: LabEvent): readonly LogNote[] {
  switch (event.type) {
    case 'clusterStarted':
      return [host('info', `cluster ${event.cluster}, ${event.members.length} nodes`)]
    case 'clusterStopped':
      return [host('info', 'cluster stopped')]
    case 'labNote':
      return [host(event.level, event.words)]
    case 'violated':
      return [host('error', `${event.invariant} violated: ${event.words}`)]
    case 'nodeStarted':
      return [of(event.node, 'info', `started, pid ${event.pid}`)]
    case 'nodeReady':
      return [of(event.node, 'info', `ready, clients at port ${event.clientPort}`)]
    case 'nodeExited':
      return [exited(event)]
    default:
      return nodeNotes(event)
  }
}

function nodeNotes(event: LabEvent): readonly LogNote[] {
  switch (event.type) {
    case 'recovered': {
      const { records, promised, tornBytes } = event
      const torn = tornBytes > 0 ? `, a torn tail of ${tornBytes} B cut off` : ''
      const text = `recovered ${records} records, promised ${formatBallot(promised)}${torn}`
      return [of(event.by, tornBytes > 0 ? 'warn' : 'info', text)]
    }
    case 'peerLost':
      return [of(event.by, 'info', `lost node ${event.peer}: ${event.reason}`)]
    case 'connectionRefused':
      return [of(event.by, 'warn', `refused a ${event.port} connection: ${event.reason}`)]
    case 'storageFailed':
      return [of(event.by, 'error', `storage failed: ${event.reason}`)]
    case 'nodeFailed':
      return [of(event.by, 'error', `failed: ${event.reason}`)]
    case 'factsDropped':
      return [of(event.by, 'warn', `${event.count} facts dropped`)]
    case 'limitReached':
      return [of(event.by, 'warn', `limit ${event.limit} reached, ${event.dropped} dropped`)]
    default:
      return []
  }
}

function exited({ node, code, signal, injected }: Exit): LogNote {
  const how = signal ?? `exit code ${code ?? 'none'}`
  if (!injected) return of(node, 'error', `died unexpectedly: ${how}`)
  return of(node, code === 0 ? 'info' : 'warn', `ended as asked: ${how}`)
}

function host(level: LogLevel, text: string): LogNote {
  return { source: 'host', level, text }
}

function of(node: number, level: LogLevel, text: string): LogNote {
  return { source: nodeSource(node), level, text }
}
