/** Small builders for core tests. */
import type { Ballot } from '../../src/core/paxos/ballot'
import type { MachineOutput } from '../../src/core/machineTypes'
import type { Message } from '../../src/core/paxos/message'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { MAJORITY, Quorums } from '../../src/core/paxos/quorum'
import type { CoreCluster } from './coreCluster'

export function b(round: number, node = 1): Ballot {
  return { round, node }
}

/** Nodes 1 to `count`. */
export function nodesTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/** Majorities of nodes 1 to `count`. */
export function majorities(count: number): Quorums {
  return new Quorums(MAJORITY, nodesTo(count))
}

export function emptyOutput(): MachineOutput {
  return { effects: [], replies: [], reads: [] }
}

export function messagesOf<T extends Message['type']>(
  cluster: CoreCluster,
  type: T,
): Extract<Message, { type: T }>[] {
  return cluster.sent
    .map(({ message }) => message)
    .filter((message): message is Extract<Message, { type: T }> => message.type === type)
}

export function factsOf<T extends PaxosFact['type']>(
  cluster: CoreCluster,
  type: T,
): Extract<PaxosFact, { type: T }>[] {
  return cluster.facts
    .map(({ fact }) => fact)
    .filter((fact): fact is Extract<PaxosFact, { type: T }> => fact.type === type)
}

/** Runs until every request of `tags` is answered; false if that takes more than `ticks`. */
export function runAnswered(
  cluster: CoreCluster,
  tags: readonly (readonly [node: number, tag: number])[],
  ticks = 5000,
): boolean {
  return cluster.run(ticks, () =>
    tags.every(([node, tag]) => cluster.reply(node, tag) !== undefined),
  )
}
