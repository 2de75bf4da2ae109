/**
 * Votes of one slot by proposal, against the quorum line: how many of the acceptors voted for each
 * ballot and value, when a quorum had, and what lacks.
 * Source: PMS §2.2; docs/protocol.md, rows S8 and S12. Votes are counted, whatever a learner says.
 *
 * Limits: BARS_MAX, the highest ballots; `hidden` counts those below.
 */
import type { LabEvent } from '../../../../core/event'
import { compareBallot, formatBallot } from '../../../../core/paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../../../core/paxos/ballot'
import { nodesOf } from '../../../../core/paxos/quorum'
import type { RunSetting } from './readsSetting'
import { choicesOf, idIn, votesOf } from './readsVotes'
import type { Choice } from './readsVotes'

export const BARS_MAX = 100

export interface VoteBar {
  readonly ballot: Ballot
  readonly id: string
  /** In the order of their votes; none: it was proposed, and nobody voted yet. */
  readonly voters: readonly NodeId[]
  /** Of its first vote, else of its proposal. */
  readonly seq: number
  readonly atMs: number
  /** When a quorum had voted for it; null: none did. */
  readonly chosen: Choice | null
}

export interface VoteBars {
  readonly slot: Slot
  /** Low to high. */
  readonly bars: readonly VoteBar[]
  readonly hidden: number
  readonly acceptors: readonly NodeId[]
  /** The fewest votes that can choose. */
  readonly need: number
  /** False: a quorum is one of some sets, so that as many votes may not be enough. */
  readonly byCount: boolean
  /** Values that are chosen, in the order in which they were; more than one breaks agreement. */
  readonly values: readonly string[]
}

/** `facts`: in the order of the record, up to the moment that is shown. */
export function voteBarsOf(
  facts: readonly LabEvent[],
  slot: Slot,
  { quorums }: RunSetting,
): VoteBars {
  const votes = votesOf(facts, slot)
  const choices = choicesOf(votes, quorums)
  const bars = new Map<string, VoteBar & { readonly voters: NodeId[] }>()
  const barOf = (ballot: Ballot, id: string, seq: number, atMs: number) => {
    const key = keyOf(ballot, id)
    const chosen = choices.find((one) => keyOf(one.ballot, one.id) === key)
    const bar = bars.get(key) ?? { ballot, id, voters: [], seq, atMs, chosen: chosen ?? null }
    bars.set(key, bar)
    return bar
  }
  for (const { node, ballot, id, seq, atMs } of votes)
    barOf(ballot, id, seq, atMs).voters.push(node)
  for (const fact of facts) {
    if (fact.type !== 'issued') continue
    const id = idIn(fact, slot)
    if (id !== null) barOf(fact.ballot, id, fact.seq, fact.atMs)
  }
  const all = [...bars.values()].sort((a, b) => compareBallot(a.ballot, b.ballot) || a.seq - b.seq)
  return {
    slot,
    bars: all.slice(-BARS_MAX),
    hidden: Math.max(0, all.length - BARS_MAX),
    acceptors: nodesOf(quorums.acceptors),
    need: quorums.smallestPhase2,
    byCount: quorums.system.kind !== 'sets',
    values: [...new Set(choices.map(({ id }) => id))],
  }
}

/** What the lamp of the slot says. */
export function lampWords(
  { bars, values, need, byCount }: VoteBars,
  text: (id: string) => string,
): { readonly look: 'on' | 'off' | 'bad'; readonly words: string } {
  if (values.length > 1) {
    return {
      look: 'bad',
      words: `${values.length} values are chosen: ${values.map(text).join(', ')}`,
    }
  }
  const first = bars.find(({ chosen }) => chosen !== null)
  if (first !== undefined) {
    const at = formatBallot(first.ballot)
    return { look: 'on', words: `Chosen: ${text(first.id)}, first at ${at}, for ever` }
  }
  // Of as many votes those at the highest ballot, which may still get more.
  const best = bars.toReversed().sort((a, b) => b.voters.length - a.voters.length)[0]
  if (best === undefined) return { look: 'off', words: 'Not chosen: nothing was proposed' }
  const lack = need - best.voters.length
  const votes = `${best.voters.length} ${best.voters.length === 1 ? 'vote' : 'votes'}`
  const at = `${votes} at ${formatBallot(best.ballot)}`
  if (!byCount || lack <= 0) return { look: 'off', words: `Not chosen: ${at} are no quorum` }
  return { look: 'off', words: `Not chosen: ${at}, ${lack} more would choose` }
}

function keyOf(ballot: Ballot, id: string): string {
  return `${formatBallot(ballot)} ${id}`
}
