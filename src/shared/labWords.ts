/** What a lab's status says, in figures and in words for people. */
import type { ActiveFault, DelayShape, Fault, FrameMatch, Link } from '../core/fault'
import { compareBallot, formatBallot } from '../core/paxos/ballot'
import type { ElectionPolicy } from '../core/paxos/config'
import type { LabStatus, NodeView } from './api'
import { isFaultOfNode, nodeFaultWords } from './faultWords'
import { changeWords } from './linkFaults'

/** The node that leads, by its own word: of several, the one with the highest ballot. */
export function leaderOf(status: LabStatus): number | null {
  let best: NodeView | null = null
  for (const view of status.nodes) {
    if (view.state !== 'running' || view.status?.role !== 'leading') continue
    const known = best?.status?.ballot
    if (!known || compareBallot(view.status.ballot, known) > 0) best = view
  }
  return best?.node ?? null
}

/** The lowest running node that does not lead. */
export function followerOf(status: LabStatus): number | null {
  const leader = leaderOf(status)
  const nodes = status.nodes.filter(({ node, state }) => state === 'running' && node !== leader)
  return nodes.length === 0 ? null : Math.min(...nodes.map(({ node }) => node))
}

/** True when every node that runs has applied the same slots to the same state. */
export function logsEqual(status: Pick<LabStatus, 'nodes'>): boolean {
  const seen = new Set<string>()
  for (const { state, status: own } of status.nodes) {
    if (state === 'running') seen.add(own ? `${own.appliedThrough} ${own.digest}` : '?')
  }
  return seen.size === 1 && !seen.has('?')
}

export function policyWords(policy: ElectionPolicy, tickMs: number): string {
  const ms = (ticks: number): string => `${ticks * tickMs}`
  switch (policy.kind) {
    case 'eager':
      return 'eager'
    case 'leader':
    case 'lease': {
      const { heartbeatTicks, electionTicksMin, electionTicksMax } = policy
      const election = `${ms(electionTicksMin)}-${ms(electionTicksMax)} ms`
      const lease = policy.kind === 'lease' ? `, lease ${ms(policy.leaseTicks)} ms` : ''
      const aware = policy.quorumAware === true ? ', quorum-aware' : ''
      return `${policy.kind} (heartbeat ${ms(heartbeatTicks)} ms, election ${election}${lease}${aware})`
    }
    case 'backoff': {
      const { backoff } = policy
      if (backoff.kind === 'fixed') return `fixed back-off ${ms(backoff.ticks)} ms`
      const name = backoff.kind === 'random' ? 'random' : 'exponential random'
      return `${name} back-off ${ms(backoff.ticksMin)}-${ms(backoff.ticksMax)} ms`
    }
  }
}

export function faultWords(fault: Fault): string {
  if (isFaultOfNode(fault)) return nodeFaultWords(fault)
  switch (fault.kind) {
    case 'cut':
      return `cut ${linksWords(fault.links)}`
    case 'partition':
      return `partition ${fault.groups.map((group) => group.join(',')).join(' | ')}`
    case 'hold': {
      if (fault.adversary !== undefined) return `adversary ${fault.adversary}`
      if (fault.stepping !== undefined) return 'step mode'
      const atEnd = fault.atEnd === 'drop' ? ', dropped at its end' : ''
      return `hold ${matchWords(fault.match)} on ${linksWords(fault.links)}${atEnd}`
    }
    case 'delay':
    case 'reorder':
    case 'drop':
    case 'dropNext':
    case 'duplicate':
      return shareWords(fault) + onlyWords(fault.match)
    case 'burst':
      return `${changeWords(fault)} on ${linksWords(fault.links)}${onlyWords(fault.match)}`
    case 'bandwidth':
    case 'reset':
    case 'halfOpen':
      return `${changeWords(fault)} on ${linksWords(fault.links)}`
  }
}

/** Which frames, for people: `accept, accepted slot 4`. */
export function matchWords(match: FrameMatch): string {
  return matchParts(match, ', ')
}

/** The same as the verbs take it: `accept,accepted slot 4`. */
export function matchText(match: FrameMatch): string {
  return matchParts(match, ',')
}

function matchParts(match: FrameMatch, between: string): string {
  const { types, slotFrom, slotTo, ballotNode, ballotRound } = match
  const parts = [types === undefined ? 'any' : types.join(between)]
  if (slotFrom !== undefined || slotTo !== undefined) {
    const from = slotFrom ?? 1
    parts.push(slotTo === from ? `slot ${from}` : `slot ${from}-${slotTo ?? ''}`)
  }
  if (ballotNode !== undefined || ballotRound !== undefined) {
    parts.push(`ballot ${ballotRound ?? '*'}.${ballotNode ?? '*'}`)
  }
  return parts.join(' ')
}

type ShareFault = Extract<Fault, { kind: 'delay' | 'reorder' | 'drop' | 'duplicate' | 'dropNext' }>

function shareWords(fault: ShareFault): string {
  const links = linksWords(fault.links)
  switch (fault.kind) {
    case 'delay':
      return `delay ${links} ${fault.delayMs} ms ± ${fault.jitterMs} ms${shapeWords(fault)}`
    case 'reorder':
      return `reorder ${links} ${fault.probability * 100} % within ${fault.windowMs} ms`
    case 'drop':
    case 'duplicate':
      return `${fault.kind} ${links} ${fault.probability * 100} %`
    case 'dropNext':
      return `drop the next ${fault.count} of ${links}`
  }
}

/** Nothing for uniform jitter, which is what "±" says. */
export function shapeWords({ shape }: { readonly shape?: DelayShape | undefined }): string {
  return shape === undefined || shape === 'uniform' ? '' : ` ${shape}`
}

function onlyWords(match: FrameMatch | undefined): string {
  return match === undefined ? '' : `, only ${matchWords(match)}`
}

function linksWords(links: readonly Link[]): string {
  const [first] = links
  if (links.length === 1 && first) return `${first.from} > ${first.to}`
  return `${links.length} links`
}

function nodeWords({ node, state, clientPort, status }: NodeView): string {
  if (state !== 'running' || status === null) return `node ${node}: ${state}`
  const leading = status.role === 'idle' ? '' : `, ${status.role} at ${formatBallot(status.ballot)}`
  const through = `chosen ${status.chosenThrough}, applied ${status.appliedThrough}`
  return `node ${node}: running on port ${clientPort}${leading}, ${through}`
}

function activeWords({ id, fault }: ActiveFault): string {
  return `${id}: ${faultWords(fault)}`
}

/** One line: state, leader, each node, active faults, checks that do not hold. */
export function statusWords(status: LabStatus): string {
  const leader = leaderOf(status)
  const checks = status.checks.filter(({ state }) => state === 'violated')
  return [
    `${status.state}, ${leader === null ? 'no leader' : `node ${leader} leads`}`,
    ...status.nodes.map(nodeWords),
    ...(status.faults.length === 0 ? ['no faults'] : status.faults.map(activeWords)),
    ...checks.map(({ title, words }) => `VIOLATED ${title}: ${words}`),
  ].join('; ')
}

export type Verdict = 'valid' | 'violated' | 'unknown'

/** What the checks of a run say together; `unknown` where one has not enough data. */
export function verdictOf(status: Pick<LabStatus, 'checks'>): Verdict {
  if (status.checks.some(({ state }) => state === 'violated')) return 'violated'
  return status.checks.some(({ state }) => state === 'notEnoughData') ? 'unknown' : 'valid'
}
