/**
 * A frozen state of acceptors, a value and a set S that somebody picks in it, and whether P2c lets
 * them propose that value: pure, so that panel, record and a teacher's file judge alike.
 *
 * Source: PMS §2.2, P2c: S is a majority, and either (case 1) no acceptor in S has accepted a
 *         proposal numbered less than n, or (case 2) v is the value of the highest-numbered of
 *         those that acceptors in S have accepted. It is judged over all votes, not over the
 *         last ones alone.
 * Errors: none for what was picked; `impossible` says why no Paxos leaves such a state.
 */
import { compareBallot, formatBallot, sameBallot } from '../core/paxos/ballot'
import type { Ballot, NodeId } from '../core/paxos/ballot'
import { majorityOf } from '../core/paxos/quorum'

export interface FrozenVote {
  readonly ballot: Ballot
  readonly value: string
}

export interface FrozenAcceptor {
  readonly node: NodeId
  /** ZERO_BALLOT: it promised nothing. */
  readonly promised: Ballot
  /** All that it ever accepted, the lowest first. */
  readonly votes: readonly FrozenVote[]
  /** It does not answer: nobody knows its votes now, and it can be no witness. */
  readonly isSilent: boolean
}

export interface FrozenState {
  /** n: of the proposal that is to be made; nobody has used it. */
  readonly ballot: Ballot
  /** What clients asked for. */
  readonly proposed: readonly string[]
  readonly acceptors: readonly FrozenAcceptor[]
}

export interface P2cChoice {
  /** v */
  readonly value: string
  /** S */
  readonly witnesses: readonly NodeId[]
}

export interface WitnessVote extends FrozenVote {
  readonly node: NodeId
}

export interface ChoiceVerdict {
  readonly isLegal: boolean
  /** Case 1 or 2 of the rule; null: it was refused before anybody asked. */
  readonly grounds: 1 | 2 | null
  /** The vote in S that decides; null: there is none below n. */
  readonly decides: WitnessVote | null
  readonly words: string
}

export function judgeChoice(state: FrozenState, { value, witnesses }: P2cChoice): ChoiceVerdict {
  const { acceptors, ballot, proposed } = state
  const set = acceptors.filter(({ node }) => witnesses.includes(node))
  const stranger = witnesses.find((node) => !set.some((one) => one.node === node))
  if (stranger !== undefined) return refused(`N${stranger} is no acceptor`)
  const silent = set.find(({ isSilent }) => isSilent)
  if (silent) {
    return refused(`N${silent.node} does not answer: what it has accepted is not known`)
  }
  const wanted = majorityOf(acceptors.length)
  if (set.length < wanted) {
    const need = `a majority of ${acceptors.length} is ${wanted}`
    return refused(
      `S has ${set.length === 0 ? 'no member' : namesOf(set.map(({ node }) => node))}; ${need}`,
    )
  }
  if (!proposed.includes(value)) return refused(`No client proposed ${value}`)
  const decides = highestBelow(set, ballot)
  const n = formatBallot(ballot)
  if (decides === null) {
    const words = `No member of S has accepted a proposal numbered less than ${n}: v is free`
    return { isLegal: true, grounds: 1, decides, words }
  }
  const told = `N${decides.node} has accepted ${voteWords(decides)}`
  const most = `the highest below ${n} in S`
  if (decides.value === value) {
    return { isLegal: true, grounds: 2, decides, words: `${told}, ${most}` }
  }
  const why = excuseOf(set, value, state)
  return { isLegal: false, grounds: 2, decides, words: `${told}, ${most}${why}` }
}

function refused(words: string): ChoiceVerdict {
  return { isLegal: false, grounds: null, decides: null, words }
}

/** Why a vote for the value that was picked is none that decides. */
function excuseOf(set: readonly FrozenAcceptor[], value: string, { ballot }: FrozenState): string {
  const own = set.flatMap(({ node, votes }) => votes.map((vote) => ({ ...vote, node })))
  const found = own
    .filter((vote) => vote.value === value)
    .toSorted(byBallot)
    .at(-1)
  if (found === undefined) return `; nobody in S has accepted ${value}`
  const isLater = compareBallot(found.ballot, ballot) > 0
  const why = isLater ? `not less than ${formatBallot(ballot)}` : 'lower'
  return `; ${voteWords(found)}, by N${found.node}, is ${why}`
}

function byBallot(one: FrozenVote, other: FrozenVote): number {
  return compareBallot(one.ballot, other.ballot)
}

/** Of the votes of a set of acceptors below `n`; null: there is none. */
export function highestBelow(set: readonly FrozenAcceptor[], n: Ballot): WitnessVote | null {
  const votes = set.flatMap(({ node, votes: own }) => own.map((vote) => ({ ...vote, node })))
  const below = votes.filter((vote) => compareBallot(vote.ballot, n) < 0)
  return below.toSorted((one, other) => byBallot(other, one) || one.node - other.node)[0] ?? null
}

export function voteWords({ ballot, value }: FrozenVote): string {
  return `${value} at ${formatBallot(ballot)}`
}

export function namesOf(nodes: readonly NodeId[]): string {
  return nodes
    .toSorted((a, b) => a - b)
    .map((node) => `N${node}`)
    .join(' ')
}

/** `promised 2.2; voted blue at 1.1, green at 2.2`; what a silent one holds is not told. */
export function reportWords({ promised, votes, isSilent }: FrozenAcceptor): string {
  if (isSilent) return 'no answer'
  const own = votes.length === 0 ? 'no vote' : `voted ${votes.map(voteWords).join(', ')}`
  return promised.round === 0 ? `no promise; ${own}` : `promised ${formatBallot(promised)}; ${own}`
}

/** Why no run of Paxos leaves these acceptors so; null: some run does. */
export function impossible({ acceptors, ballot, proposed }: FrozenState): string | null {
  for (const { node, promised, votes } of acceptors) {
    const last = votes.at(-1)
    const isRising = votes.every((vote, at) => {
      const before = votes[at - 1]
      return before === undefined || byBallot(before, vote) < 0
    })
    if (!isRising) return `votes of N${node} do not rise`
    if (last && compareBallot(last.ballot, promised) > 0) {
      return `N${node} has accepted ${voteWords(last)} above its promise`
    }
    if (sameBallot(promised, ballot)) return `N${node} has promised ${formatBallot(ballot)} already`
  }
  const votes = acceptors.flatMap((one) => one.votes)
  const strange = votes.find(({ value }) => !proposed.includes(value))
  if (strange) return `${voteWords(strange)}: no client proposed it`
  for (const vote of votes) {
    const other = votes.find((one) => {
      return sameBallot(one.ballot, vote.ballot) && one.value !== vote.value
    })
    if (other) return `${voteWords(vote)} and ${voteWords(other)}: a ballot has one value`
    if (sameBallot(vote.ballot, ballot)) return `${voteWords(vote)}: that ballot is to be free`
    if (!couldIssue(acceptors, vote)) {
      return `${voteWords(vote)}: no majority that may have promised that ballot allows it`
    }
  }
  return null
}

/** Some majority with a promise at or above its ballot satisfies P2c for it. */
function couldIssue(acceptors: readonly FrozenAcceptor[], vote: FrozenVote): boolean {
  const promised = acceptors.filter((one) => compareBallot(one.promised, vote.ballot) >= 0)
  const highest = promised.map((one) => highestBelow([one], vote.ballot))
  const majority = majorityOf(acceptors.length)
  if (highest.filter((one) => one === null).length >= majority) return true
  return highest.some((top) => {
    if (top?.value !== vote.value) return false
    return highest.filter((one) => one === null || byBallot(one, top) <= 0).length >= majority
  })
}

/** Every majority of those that answer, with every value. */
export function* choicesIn({ acceptors, proposed }: FrozenState): Generator<P2cChoice> {
  const nodes = acceptors.filter(({ isSilent }) => !isSilent).map(({ node }) => node)
  for (let mask = 0; mask < 1 << nodes.length; mask += 1) {
    const witnesses = nodes.filter((_node, at) => (mask & (1 << at)) !== 0)
    if (witnesses.length < majorityOf(acceptors.length)) continue
    for (const value of proposed) yield { value, witnesses }
  }
}
