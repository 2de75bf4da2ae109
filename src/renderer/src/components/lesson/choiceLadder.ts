/**
 * A frozen state as the ladder of the Lab draws one: a rung for each ballot with a vote that can be
 * seen, and one for the proposal that is being picked. What decides is drawn when it was handed in.
 */
import { formatBallot, compareBallot } from '../../../../core/paxos/ballot'
import { highestBelow } from '../../../../shared/p2cChoice'
import type { ChoiceVerdict, FrozenState, FrozenVote } from '../../../../shared/p2cChoice'
import type { Ladder, Rung } from '../../composables/instruments/p2cLadder'

export interface Picked {
  /** Empty: none yet. */
  readonly value: string
  readonly witnesses: readonly number[]
  /** Null: it was not handed in. */
  readonly verdict: ChoiceVerdict | null
}

export interface ChoiceLadder {
  readonly ladder: Ladder
  /** Of the proposal. */
  readonly own: Rung
}

export function choiceLadder(state: FrozenState, picked: Picked): ChoiceLadder {
  const acceptors = state.acceptors.map(({ node }) => node)
  const own = ownRung(state, picked)
  const rungs = [...pastRungs(state), own].toSorted((a, b) => compareBallot(a.ballot, b.ballot))
  return { ladder: { slot: 1, acceptors, rungs, hidden: 0, chosen: null }, own }
}

const NOTHING = {
  ...{ cause: null, seq: 0, atMs: 0, grounds: null, below: null, carrier: null, chosen: null },
  ...{ witnesses: [], uncounted: [], reported: [], voters: [], faults: [] },
}

function pastRungs({ acceptors }: FrozenState): Rung[] {
  const seen = acceptors.filter(({ isSilent }) => !isSilent)
  const votes = new Map<string, FrozenVote>()
  for (const vote of seen.flatMap((one) => one.votes)) votes.set(formatBallot(vote.ballot), vote)
  return [...votes].map(([name, { ballot, value }]): Rung => {
    const voted = seen.filter((one) => one.votes.some((vote) => formatBallot(vote.ballot) === name))
    const voters = voted.map(({ node }) => node)
    return { ...NOTHING, ballot, id: value, voters, verdict: 'holds' }
  })
}

function ownRung({ acceptors, ballot }: FrozenState, { value, witnesses, verdict }: Picked): Rung {
  const set = acceptors.filter(({ node }) => witnesses.includes(node))
  const reported = set.flatMap((one) => {
    const highest = highestBelow([one], ballot)
    return highest === null ? [] : [{ node: one.node, ballot: highest.ballot, id: highest.value }]
  })
  const decides = verdict?.decides ?? null
  const isRefused = verdict?.isLegal === false
  return {
    ...NOTHING,
    ...{ ballot, id: value, witnesses, reported, grounds: verdict?.grounds ?? null },
    below: decides && { ballot: decides.ballot, id: decides.value },
    verdict: verdict === null ? 'waits' : isRefused ? 'violated' : 'holds',
    faults: isRefused ? [{ invariant: 'not legal', words: verdict.words }] : [],
  }
}
