/**
 * Parses an election policy, a back-off and a replica configuration: at the control port, from
 * start-up files and from data directories.
 *
 * Errors: FrameError that says where and what.
 */
import type { Backoff, ElectionPolicy, LearnerMode, ReplicaConfig } from '../core/paxos/config'
import { FrameError } from './frame'
import { asCount, Fields } from './fields'

/** At 5 ms a tick this is over eight minutes; a longer wait is a typing mistake. */
const TICKS_MAX = 100_000
const MEMBERS_MAX = 99

export function parsePolicy(value: unknown, where: string): ElectionPolicy {
  const policy = Fields.of(value, where)
  const kind = policy.oneOf('kind', ['eager', 'backoff', 'leader'])
  switch (kind) {
    case 'eager':
      return { kind }
    case 'backoff':
      return { kind, backoff: parseBackoff(policy.at('backoff')) }
    case 'leader': {
      const electionTicksMin = policy.count('electionTicksMin', 1, TICKS_MAX)
      return {
        kind,
        heartbeatTicks: policy.count('heartbeatTicks', 1, TICKS_MAX),
        electionTicksMin,
        electionTicksMax: policy.count('electionTicksMax', electionTicksMin, TICKS_MAX),
      }
    }
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
  return {
    node,
    members,
    mode: replica.oneOf('mode', ['single', 'multi']),
    policy: parsePolicy(replica.raw('policy'), `${replica.where}.policy`),
    learnerMode: parseLearnerMode(replica.at('learnerMode'), members),
    windowSlots: replica.count('windowSlots', 1),
    resendTicks: replica.count('resendTicks', 1, TICKS_MAX),
    waitingRequestsMax: replica.count('waitingRequestsMax', 1),
    commandBytesMax: replica.count('commandBytesMax', 1),
    messageBytesMax: replica.count('messageBytesMax', 1),
    readTicks: replica.count('readTicks', 1, TICKS_MAX),
  }
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
