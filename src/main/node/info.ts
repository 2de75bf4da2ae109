/** Text of INFO: sections as Redis names them, and `paxos` for what this server is about. */
import type { NodeStatus } from '../../core/event'
import { formatBallot } from '../../core/paxos/ballot'
import { SERVER_VERSION } from './localCommands'
import { rulePairs } from './nodeRules'
import type { NodeRules } from './nodeRules'

export interface InfoFacts {
  readonly status: NodeStatus
  readonly uptimeMs: number
  readonly peerPort: number
  readonly clientPort: number
  readonly clientsMax: number
  readonly members: readonly number[]
  readonly rules: NodeRules
  readonly connectionsTaken: number
  readonly commands: number
  readonly unanswered: number
  readonly latencyMsP95: number
  readonly refusals: number
  readonly unknownFrames: number
  readonly framesDropped: number
  readonly framesDroppedOffline: number
  readonly factsDropped: number
}

type Section = readonly (readonly [string, string | number])[]

export function printInfo(facts: InfoFacts, wanted: readonly string[]): string {
  const names = wanted.map((name) => name.toLowerCase())
  const all = names.length === 0 || names.some((name) => EVERYTHING.has(name))
  return Object.entries(sections(facts))
    .filter(([name]) => all || names.includes(name.toLowerCase()))
    .map(([name, lines]) => [`# ${name}`, ...lines.map(([key, value]) => `${key}:${value}`), ''])
    .map((lines) => lines.join('\r\n'))
    .join('\r\n')
}

const EVERYTHING: ReadonlySet<string> = new Set(['all', 'default', 'everything'])

function sections(facts: InfoFacts): Readonly<Record<string, Section>> {
  const { status } = facts
  return {
    Server: [
      ['redis_version', SERVER_VERSION],
      ['redis_mode', 'standalone'],
      ['server_name', 'paxos-lab'],
      ['process_id', process.pid],
      ['tcp_port', facts.clientPort],
      ['uptime_in_seconds', Math.floor(facts.uptimeMs / 1000)],
    ],
    Clients: [
      ['connected_clients', status.clients],
      ['maxclients', facts.clientsMax],
    ],
    Memory: [['used_memory_rss', status.rssBytes]],
    Persistence: [
      ['loading', 0],
      ['aof_enabled', 1],
      ['aof_current_size', status.logBytes],
      ['flush_ms_p95', status.flushMsP95],
    ],
    Stats: [
      ['total_connections_received', facts.connectionsTaken],
      ['total_commands_processed', facts.commands],
      ['requests_acknowledged', status.acked],
      ['requests_unanswered', facts.unanswered],
      ['latency_ms_p95', Math.round(facts.latencyMsP95 * 1000) / 1000],
      ['event_loop_lag_ms_p95', status.lagMsP95],
      ['refusals', facts.refusals],
      ['peer_frames_unknown', facts.unknownFrames],
      ['peer_frames_dropped', facts.framesDropped],
      ['peer_frames_dropped_offline', facts.framesDroppedOffline],
      ['facts_dropped', facts.factsDropped],
    ],
    Paxos: paxos(facts),
  }
}

function paxos({ status, members, peerPort, rules }: InfoFacts): Section {
  return [
    ['node', status.node],
    ['life', status.life],
    ['members', members.join(',')],
    ['peer_port', peerPort],
    ['role', status.role],
    ['leader', status.leader ? status.leader.node : 'none'],
    ['leader_ballot', status.leader ? formatBallot(status.leader) : 'none'],
    ['ballot', formatBallot(status.ballot)],
    ['promised', formatBallot(status.promised)],
    ['voted_through', status.votedThrough],
    ['chosen_through', status.chosenThrough],
    ['applied_through', status.appliedThrough],
    ['digest', status.digest],
    ['policy', status.policy.kind],
    ['waiting', status.waiting],
    ['in_flight', status.inFlight],
    ['bids', status.bids],
    ['preemptions', status.preemptions],
    ...rulePairs(rules),
  ]
}
