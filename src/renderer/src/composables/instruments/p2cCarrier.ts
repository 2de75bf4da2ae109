/** The promise that told a proposer of the value it must adopt (PMS §2.2: phase 1b). */
import type { LabEvent } from '../../../../core/event'
import { formatBallot, sameBallot } from '../../../../core/paxos/ballot'
import type { Ballot, NodeId } from '../../../../core/paxos/ballot'
import type { MessageType } from '../../../../core/paxos/message'

export interface Carrier {
  readonly from: NodeId
  readonly to: NodeId
  /** `own`: the proposer is the witness. `fact`: only the promise was told, not its message. */
  readonly how: 'received' | 'seen' | 'fact' | 'own'
  /** Null: nothing of it was told. */
  readonly seq: number | null
  readonly atMs: number | null
}

const PROMISES: ReadonlySet<MessageType | null> = new Set(['promise', 'blogPromise'] as const)
const BEST_FIRST = ['received', 'seen', 'fact'] as const

/** `voters`: who voted for the value; one of them is a witness. */
export function findCarrier(
  facts: readonly LabEvent[],
  ballot: Ballot,
  voters: readonly NodeId[],
  witnesses: readonly NodeId[],
): Carrier | null {
  const to = ballot.node
  const able = voters.filter((node) => witnesses.includes(node))
  if (able.length === 0) return null
  const found: Carrier[] = []
  for (const fact of facts) found.push(...told(fact, ballot, able))
  const others = found.filter(({ from }) => from !== to)
  for (const how of BEST_FIRST) {
    const best = others.find((carrier) => carrier.how === how)
    if (best !== undefined) return best
  }
  const own = found.find(({ from }) => from === to)
  if (own !== undefined) return { ...own, how: 'own' }
  const [from = to] = able
  return { from, to, how: from === to ? 'own' : 'fact', seq: null, atMs: null }
}

/** By ballot: acceptors that promised it, as they or their promise messages told; low to high. */
export function promisersOf(facts: readonly LabEvent[]): (ballot: Ballot) => NodeId[] {
  const found = new Map<string, Set<NodeId>>()
  const add = (ballot: Ballot | null, node: NodeId): void => {
    if (ballot === null) return
    const name = formatBallot(ballot)
    const nodes = found.get(name)
    if (nodes === undefined) found.set(name, new Set([node]))
    else nodes.add(node)
  }
  for (const fact of facts) {
    if (fact.type === 'promised') add(fact.ballot, fact.by)
    else if (fact.type === 'received') {
      if (PROMISES.has(fact.message)) add(fact.ballot, fact.from)
    } else if (fact.type === 'messagesSeen') {
      // A promise that was lost on its way was made all the same.
      for (const { message, ballot, from } of fact.messages) {
        if (PROMISES.has(message)) add(ballot, from)
      }
    }
  }
  return (ballot) => [...(found.get(formatBallot(ballot)) ?? [])].sort((a, b) => a - b)
}

function told(fact: LabEvent, ballot: Ballot, able: readonly NodeId[]): Carrier[] {
  const to = ballot.node
  const { seq, atMs } = fact
  if (fact.type === 'promised') {
    if (!sameBallot(fact.ballot, ballot) || !able.includes(fact.by)) return []
    return [{ from: fact.by, to, how: 'fact', seq, atMs }]
  }
  if (fact.type === 'received') {
    const isIt = fact.by === to && fact.ballot !== null && sameBallot(fact.ballot, ballot)
    if (!isIt || !PROMISES.has(fact.message) || !able.includes(fact.from)) return []
    return [{ from: fact.from, to, how: 'received', seq, atMs }]
  }
  if (fact.type !== 'messagesSeen') return []
  return fact.messages.flatMap((seen): Carrier[] => {
    if (seen.to !== to || !PROMISES.has(seen.message) || !able.includes(seen.from)) return []
    if (seen.ballot === null || !sameBallot(seen.ballot, ballot) || seen.fate === 'dropped')
      return []
    return [{ from: seen.from, to, how: 'seen', seq, atMs: seen.endedAtMs }]
  })
}
