/** Small readings of a status that several views share. Pure. */
import type { NodeStatus } from '../../../core/event'
import type { ActiveFault, Fault, Link } from '../../../core/fault'
import type { Ballot } from '../../../core/paxos/ballot'
import { compareBallot } from '../../../core/paxos/ballot'
import type { ElectionPolicy } from '../../../core/paxos/config'
import type { ClusterOptions, LabStatus, NodeView } from '../../../shared/api'
import { isPaxos, quorumWords, rolesWords, VARIANT_NAMES } from '../../../shared/clusterOptions'
import { shownMutant } from '../../../shared/unnamed'
import { isUnsafeRead, nameOfReadMode } from '../../../core/kv/readMode'

export interface Claimant {
  readonly node: number
  readonly ballot: Ballot
  /** It is paused: it claims, but cannot answer. */
  readonly paused: boolean
}

/** Nodes that believe to lead, highest ballot first. More than one is normal and safe. */
export function claimants(nodes: readonly NodeView[]): Claimant[] {
  return nodes
    .filter((view) => view.state === 'running' || view.state === 'paused')
    .flatMap(({ node, state, status }) =>
      status?.role === 'leading'
        ? [{ node, ballot: status.ballot, paused: state === 'paused' }]
        : [],
    )
    .sort((a, b) => compareBallot(b.ballot, a.ballot))
}

export function answering(nodes: readonly NodeView[]): number {
  return nodes.filter((view) => view.state === 'running').length
}

/** It was a process with a log: what its machine did is known. Not so in a path of a model. */
export function ranOnMachine({ logBytes, rssBytes }: NodeStatus): boolean {
  return logBytes > 0 || rssBytes > 0
}

interface Asker {
  /** The window may change the lab. */
  readonly usable: boolean
  /** The run that is shown is over, or was never more than a record. */
  readonly over: boolean
}

/** Why its nodes take no requests of this window, a sentence; empty: they do. */
export function askObstacle({ state }: LabStatus, { usable, over }: Asker): string {
  if (over) return 'This run is over: its nodes take no requests.'
  if (state === 'starting') return 'The cluster is still starting.'
  if (state === 'stopping') return 'The cluster is being stopped.'
  if (state === 'idle') return 'Start a cluster first.'
  return usable ? '' : 'This window does not control a lab now.'
}

/** The same of a load, which goes on by itself. */
export function loadObstacle(status: LabStatus, asker: Asker): string {
  const obstacle = askObstacle(status, asker)
  return obstacle === '' && status.stepping ? 'Step mode is on: a load would move alone.' : obstacle
}

/** Links can be changed: a cluster with a switchboard runs. */
export function linksOpen(status: LabStatus): boolean {
  return status.state === 'running' && status.options?.direct === false
}

export function isLinkFault(fault: Fault): fault is Extract<Fault, { links: readonly Link[] }> {
  return 'links' in fault
}

/** Faults that touch this directed link now. */
export function faultsOfLink(faults: readonly ActiveFault[], link: Link): ActiveFault[] {
  return faults.filter(
    ({ fault, endedAtMs }) =>
      endedAtMs === null &&
      isLinkFault(fault) &&
      fault.links.some(({ from, to }) => from === link.from && to === link.to),
  )
}

export function cutsOf(faults: readonly ActiveFault[], link: Link): ActiveFault[] {
  return faultsOfLink(faults, link).filter(
    ({ fault }) => fault.kind === 'cut' || fault.kind === 'partition',
  )
}

/** Policy in words: what the chip of the toolbar says. */
export function policyWords(policy: ElectionPolicy, tickMs: number): string {
  const ms = (ticks: number): string => String(Math.round(ticks * tickMs))
  if (policy.kind === 'eager') return 'eager, no back-off'
  if (policy.kind === 'leader' || policy.kind === 'lease') {
    const lease = policy.kind === 'lease' ? ` of ${ms(policy.leaseTicks)} ms` : ''
    const aware = policy.quorumAware === true ? ', quorum-aware' : ''
    const election = `${ms(policy.electionTicksMin)}–${ms(policy.electionTicksMax)} ms`
    return `${policy.kind}${lease}, election ${election}${aware}`
  }
  const { backoff } = policy
  if (backoff.kind === 'fixed') return `back-off fixed ${ms(backoff.ticks)} ms`
  const name = backoff.kind === 'random' ? 'random' : 'exponential random'
  return `back-off ${name} ${ms(backoff.ticksMin)}–${ms(backoff.ticksMax)} ms`
}

/** What is not Paxos is not called so. */
export function clusterName(options: ClusterOptions): string {
  const { nodes, mode } = options
  if (isPaxos(options)) return `${nodes} nodes, ${mode}-Paxos`
  return `${nodes} nodes, ${mode === 'multi' ? 'a log of slots' : 'single decree'}`
}

interface OptionRow {
  readonly name: string
  readonly words: string
  /** It may break what Paxos promises, on purpose. */
  readonly unsafe: boolean
}

/** What sets this cluster apart from the usual one, a row each; empty for a plain one. */
export function optionRows(options: ClusterOptions): OptionRow[] {
  const { variant, roles, quorums, learnerMode, phases, refusal, readMode } = options
  const mutant = shownMutant(options)
  const row = (name: string, words: string, unsafe = false): OptionRow[] => [
    { name, words, unsafe },
  ]
  const told =
    learnerMode.kind === 'set' ? learnerMode.nodes.map((node) => `N${node}`).join(' ') : 'everybody'
  return [
    ...(variant === 'lamport' ? [] : row('Variant', VARIANT_NAMES[variant], true)),
    ...(mutant === null ? [] : row('Mutant', mutant.replace(/^mutant /, ''), true)),
    ...(roles === null ? [] : row('Roles', rolesWords(roles))),
    ...(quorums.kind === 'majority' ? [] : row('Quorums', quorumWords(quorums))),
    ...(learnerMode.kind === 'leader' ? [] : row('Votes told to', told)),
    ...(phases === 'both' ? [] : row('Phases', 'second only: not safe', true)),
    ...(refusal === 'nack' ? [] : row('Refusal', 'silence')),
    ...(readMode === 'log' ? [] : row('Reads', nameOfReadMode(readMode), isUnsafeRead(readMode))),
    ...(options.stallMsMax > 0 ? row('Stall bound', `${options.stallMsMax} ms`) : []),
    ...(options.recordInputs ? row('Inputs', 'recorded for replay') : []),
    ...(options.recordMessages ? row('Messages', 'each one recorded') : []),
  ]
}
