/**
 * Parses an election policy, a back-off and a replica configuration: at the control port, from
 * start-up files and from data directories.
 *
 * Errors: FrameError that says where and what.
 */
import { rolesFault, rolesOf } from '../core/paxos/config'
import type {
  Backoff,
  ElectionPolicy,
  LearnerMode,
  ReplicaConfig,
  Roles,
} from '../core/paxos/config'
import { MUTANT_IDS } from '../core/paxos/mutant'
import { quorumFault } from '../core/paxos/quorum'
import type { QuorumSystem } from '../core/paxos/quorum'
import { FrameError } from './frame'
import { asCount, asList, Fields } from './fields'

/** At 5 ms a tick this is over eight minutes; a longer wait is a typing mistake. */
const TICKS_MAX = 100_000
const MEMBERS_MAX = 99
const QUORUMS_MAX = 1000

export function parsePolicy(value: unknown, where: string): ElectionPolicy {
  const policy = Fields.of(value, where)
  const kind = policy.oneOf('kind', ['eager', 'backoff', 'leader', 'lease'])
  switch (kind) {
    case 'eager':
      return { kind }
    case 'backoff':
      return { kind, backoff: parseBackoff(policy.at('backoff')) }
    case 'leader':
      return { kind, ...parseElection(policy) }
    case 'lease': {
      const leaseTicks = policy.count('leaseTicks', 1, TICKS_MAX)
      const driftBound = policy.probability('driftBound')
      const election = parseElection(policy)
      if (leaseTicks > election.electionTicksMin) {
        throw new FrameError(`${where}.leaseTicks is longer than electionTicksMin`)
      }
      return { kind, ...election, leaseTicks, driftBound }
    }
  }
}

function parseElection(policy: Fields): {
  heartbeatTicks: number
  electionTicksMin: number
  electionTicksMax: number
  quorumAware?: boolean
} {
  const electionTicksMin = policy.count('electionTicksMin', 1, TICKS_MAX)
  return {
    heartbeatTicks: policy.count('heartbeatTicks', 1, TICKS_MAX),
    electionTicksMin,
    electionTicksMax: policy.count('electionTicksMax', electionTicksMin, TICKS_MAX),
    ...(policy.raw('quorumAware') === undefined ? {} : { quorumAware: policy.flag('quorumAware') }),
  }
}

export function isPolicy(value: unknown): value is ElectionPolicy {
  try {
    parsePolicy(value, 'policy')
    return true
  } catch (error) {
    if (error instanceof FrameError) return false
    throw error
  }
}

function parseBackoff(backoff: Fields): Backoff {
  const kind = backoff.oneOf('kind', ['fixed', 'random', 'exponential'])
  if (kind === 'fixed') return { kind, ticks: backoff.count('ticks', 0, TICKS_MAX) }
  const ticksMin = backoff.count('ticksMin', 0, TICKS_MAX)
  return { kind, ticksMin, ticksMax: backoff.count('ticksMax', ticksMin, TICKS_MAX) }
}

export function parseReplicaConfig(replica: Fields): ReplicaConfig {
  const members = replica.list('members', MEMBERS_MAX, asNodeId)
  if (members.length === 0 || new Set(members).size < members.length) {
    throw new FrameError(`${replica.where}.members is empty or names a node twice`)
  }
  const node = replica.count('node', 1)
  if (!members.includes(node)) {
    throw new FrameError(`${replica.where}.node ${node} is not among the members`)
  }
  const roles = parseRoles(replica, members)
  return {
    node,
    members,
    variant: replica.oneOf('variant', ['lamport', 'blog2014']),
    quorums: parseQuorums(replica.at('quorums'), rolesOf({ roles, members }).acceptors),
    roles,
    votes: replica.flag('votes'),
    phases: replica.oneOf('phases', ['both', 'second']),
    refusal: replica.oneOf('refusal', ['nack', 'silence']),
    mode: replica.oneOf('mode', ['single', 'multi']),
    policy: parsePolicy(replica.raw('policy'), `${replica.where}.policy`),
    learnerMode: parseLearnerMode(replica.at('learnerMode'), members),
    windowSlots: replica.count('windowSlots', 1),
    resendTicks: replica.count('resendTicks', 1, TICKS_MAX),
    waitingRequestsMax: replica.count('waitingRequestsMax', 1),
    commandBytesMax: replica.count('commandBytesMax', 1),
    messageBytesMax: replica.count('messageBytesMax', 1),
    readTicks: replica.count('readTicks', 1, TICKS_MAX),
    snapshotSlots: replica.count('snapshotSlots'),
    tailSlots: replica.count('tailSlots'),
    mutant: replica.raw('mutant') === null ? null : replica.oneOf('mutant', MUTANT_IDS),
  }
}

/** A system whose phases need not meet is refused: two values could be chosen. */
export function parseQuorums(quorums: Fields, acceptors: readonly number[]): QuorumSystem {
  const system = readQuorums(quorums)
  const fault = quorumFault(system, acceptors)
  if (fault !== null) throw new FrameError(`${quorums.where}: ${fault}`)
  return system
}

function readQuorums(quorums: Fields): QuorumSystem {
  const kind = quorums.oneOf('kind', ['majority', 'counts', 'sets'])
  switch (kind) {
    case 'majority':
      return { kind }
    case 'counts':
      return { kind, phase1: quorums.count('phase1', 1), phase2: quorums.count('phase2', 1) }
    case 'sets':
      return { kind, phase1: parseSets(quorums, 'phase1'), phase2: parseSets(quorums, 'phase2') }
  }
}

function parseSets(quorums: Fields, name: string): number[][] {
  return quorums.list(name, QUORUMS_MAX, (set, where) => asList(set, where, MEMBERS_MAX, asNodeId))
}

export function parseRoles(replica: Fields, members: readonly number[]): Roles | null {
  const fields = replica.atOrNull('roles')
  if (fields === null) return null
  const roles = {
    proposers: fields.list('proposers', MEMBERS_MAX, asNodeId),
    acceptors: fields.list('acceptors', MEMBERS_MAX, asNodeId),
    learners: fields.list('learners', MEMBERS_MAX, asNodeId),
  }
  const fault = rolesFault(roles, members)
  if (fault !== null) throw new FrameError(`${fields.where}: ${fault}`)
  return roles
}

function parseLearnerMode(mode: Fields, members: readonly number[]): LearnerMode {
  const kind = mode.oneOf('kind', ['leader', 'all', 'set'])
  if (kind !== 'set') return { kind }
  const nodes = mode.list('nodes', MEMBERS_MAX, asNodeId)
  if (nodes.length === 0 || !nodes.every((node) => members.includes(node))) {
    throw new FrameError(`${mode.where}.nodes is empty or names a node that is not a member`)
  }
  return { kind, nodes }
}

export function asNodeId(value: unknown, where: string): number {
  return asCount(value, where, 1)
}
