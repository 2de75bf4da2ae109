/**
 * What the S10 tests judge: facts in an order in which they can have happened, "chosen" counted
 * from votes alone (a majority of distinct voters at one ballot), never taken from a claim.
 */
import { formatBallot } from '../../src/core/paxos/ballot'
import type { PaxosFact } from '../../src/core/paxos/fact'

export interface Unsound {
  readonly node: number
  readonly what: 'acknowledged' | 'learned'
  readonly id: string
  /** What the votes had chosen by then. */
  readonly chosen: readonly string[]
}

/** I10 and I11: acknowledgements and learned values of slot 1 that were not chosen by then. */
export function unsoundClaims(
  facts: readonly { readonly node: number; readonly fact: PaxosFact }[],
  members: number,
): Unsound[] {
  const votes = new Map<string, Set<number>>()
  const chosen = new Set<string>()
  const unsound: Unsound[] = []
  for (const { node, fact } of facts) {
    if (fact.type === 'voted') {
      for (const id of fact.ids) {
        const key = `${formatBallot(fact.ballot)} ${id}`
        const voters = votes.get(key) ?? new Set()
        votes.set(key, voters.add(node))
        if (voters.size > members / 2) chosen.add(id)
      }
    }
    if (fact.type !== 'acknowledged' && fact.type !== 'learned') continue
    for (const id of fact.ids) {
      if (!chosen.has(id)) unsound.push({ node, what: fact.type, id, chosen: [...chosen] })
    }
  }
  return unsound
}
