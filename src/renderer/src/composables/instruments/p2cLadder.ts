/**
 * The ballots of one slot as rungs from low to high, each with the quorum S whose promises its
 * proposer used: case 1, nobody in S had voted below; case 2, the value of the highest vote in S.
 * Source: PMS §2.2, P2c; docs/protocol.md, rows S15 and S19. I6 and I7 are judged by
 * `core/check/p2c.ts`, I5 and I8 by `core/check/agreement.ts`, over the facts of this slot alone.
 *
 * Limits: RUNGS_MAX, the highest ballots; `hidden` counts those below.
 */
import { Agreement } from '../../../../core/check/agreement'
import { Holes } from '../../../../core/check/holes'
import { P2c } from '../../../../core/check/p2c'
import type { JudgedProposal } from '../../../../core/check/p2c'
import type { Violation } from '../../../../core/check/violation'
import type { LabEvent, NodeEvent } from '../../../../core/event'
import { compareBallot, formatBallot, sameBallot } from '../../../../core/paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../../../core/paxos/ballot'
import { nodesOf } from '../../../../core/paxos/quorum'
import { findCarrier, promisersOf } from './p2cCarrier'
import type { Carrier } from './p2cCarrier'
import type { RunSetting } from './readsSetting'
import { choicesOf, votesOf } from './readsVotes'
import type { Choice, SlotVote } from './readsVotes'

export const RUNGS_MAX = 200

export interface Fault {
  readonly invariant: string
  readonly words: string
}

/** A vote that a witness had cast below, as its promise reported it. */
export interface ReportedVote {
  readonly node: NodeId
  readonly ballot: Ballot
  readonly id: string
}

export interface Rung {
  readonly ballot: Ballot
  readonly id: string
  readonly cause: 'free' | 'forced' | 'noop' | null
  /** The event that issued it; else its first vote. */
  readonly seq: number
  readonly atMs: number
  /** S: whose promises the proposer used; empty: it named none. */
  readonly witnesses: readonly NodeId[]
  /** Who is known to have promised it and is not of S: a proposer counts the first quorum. */
  readonly uncounted: readonly NodeId[]
  /** Null: it was not judged, as a promise was not told yet, or there is no phase 1. */
  readonly grounds: 1 | 2 | null
  readonly below: { readonly ballot: Ballot; readonly id: string } | null
  readonly reported: readonly ReportedVote[]
  readonly verdict: 'holds' | 'violated' | 'unknown' | 'waits'
  readonly faults: readonly Fault[]
  readonly voters: readonly NodeId[]
  /** When a quorum had voted for it; null: none did. */
  readonly chosen: Choice | null
  /** How its proposer heard of `below`; null: there was nothing to hear. */
  readonly carrier: Carrier | null
}

export interface Ladder {
  readonly slot: Slot
  readonly acceptors: readonly NodeId[]
  /** Low to high. */
  readonly rungs: readonly Rung[]
  /** Lower ones that are not shown. */
  readonly hidden: number
  /** The lowest proposal that a quorum voted for. */
  readonly chosen: Choice | null
}

type Run = Extract<NodeEvent, { type: 'issued' | 'voted' | 'chosen' | 'learned' }>
type Elected = Extract<NodeEvent, { type: 'elected' }>

/** `facts`: in the order of the record, up to the moment that is shown. */
export function ladderOf(facts: readonly LabEvent[], slot: Slot, setting: RunSetting): Ladder {
  const own = factsOfSlot(facts, slot)
  const { proposals, violations } = judgeSlot(own, setting)
  const votes = votesOf(own, slot)
  const choices = choicesOf(votes, setting.quorums)
  const [first = null] = choices.toSorted((a, b) => compareBallot(a.ballot, b.ballot))
  const all = rungKeys(own, votes)
  const promisedBy = promisersOf(facts)
  const rungs = all.slice(-RUNGS_MAX).map((key): Rung => {
    const judged = proposals.findLast(({ ballot, id }) => isOf(key, ballot, id)) ?? null
    const elected = own.findLast((fact): fact is Elected => isElection(fact, key.ballot))
    const witnesses = judged?.witnesses ?? elected?.witnesses ?? []
    const reported = reportedBy(witnesses, votes, key.ballot)
    const below = judged?.below ?? highestOf(reported)
    const chosen = choices.find(({ ballot, id }) => isOf(key, ballot, id)) ?? null
    const promised = promisedBy(key.ballot)
    return {
      ...key,
      witnesses,
      uncounted: promised.filter((node) => !witnesses.includes(node)),
      // A vote of before the run has no fact; a read may have told of it, or the proposer itself.
      grounds: judged && (below !== null || key.cause === 'forced' ? 2 : judged.grounds),
      below: below && { ballot: below.ballot, id: below.id },
      reported,
      verdict: judged?.verdict ?? 'waits',
      faults: faultsOf(violations, key, slot, chosen !== null && chosen.id !== choices[0]?.id),
      voters: votersOf(votes, key),
      chosen,
      carrier: below && findCarrier(facts, key.ballot, votersOf(votes, below), witnesses),
    }
  })
  const hidden = all.length - rungs.length
  return { slot, acceptors: nodesOf(setting.quorums.acceptors), rungs, hidden, chosen: first }
}

/** Facts of this slot alone: runs are cut to it. */
function factsOfSlot(facts: readonly LabEvent[], slot: Slot): LabEvent[] {
  return facts.flatMap((fact): LabEvent[] => {
    if (!isRun(fact)) return [fact]
    const id = fact.ids[slot - fact.slot]
    return id === undefined ? [] : [{ ...fact, slot, count: 1, ids: [id] }]
  })
}

function isRun(fact: LabEvent): fact is Run {
  const { type } = fact
  return type === 'issued' || type === 'voted' || type === 'chosen' || type === 'learned'
}

function judgeSlot(facts: readonly LabEvent[], { quorums, order, acceptors }: RunSetting) {
  const proposals: JudgedProposal[] = []
  const violations: Violation[] = []
  const report = (violation: Violation): void => void violations.push(violation)
  const agreement = new Agreement(quorums)
  const holes = new Holes(order, acceptors)
  const check = new P2c(quorums, agreement, holes, (proposal) => void proposals.push(proposal))
  for (const fact of facts) {
    if (isRun(fact)) agreement.feed(fact, report)
    check.feed(fact, report)
  }
  check.finish(report)
  return { proposals, violations }
}

type RungKey = Pick<Rung, 'ballot' | 'id' | 'cause' | 'seq' | 'atMs'>

function rungKeys(facts: readonly LabEvent[], votes: readonly SlotVote[]): RungKey[] {
  const keys = new Map<string, RungKey>()
  // Facts of two nodes may come in any order: the vote before the proposal.
  for (const { ballot, id, seq, atMs } of votes) {
    const name = `${formatBallot(ballot)} ${id}`
    if (!keys.has(name)) keys.set(name, { ballot, id, cause: null, seq, atMs })
  }
  for (const fact of facts) {
    if (fact.type !== 'issued') continue
    const { ballot, cause, seq, atMs, ids } = fact
    const [id = ''] = ids
    const name = `${formatBallot(ballot)} ${id}`
    if ((keys.get(name)?.cause ?? null) === null) keys.set(name, { ballot, id, cause, seq, atMs })
  }
  return [...keys.values()].sort((a, b) => compareBallot(a.ballot, b.ballot) || a.seq - b.seq)
}

function highestOf(votes: readonly ReportedVote[]): ReportedVote | null {
  const [highest = null] = votes.toSorted((a, b) => compareBallot(b.ballot, a.ballot))
  return highest
}

function isOf(key: { ballot: Ballot; id: string }, ballot: Ballot, id: string): boolean {
  return key.id === id && sameBallot(key.ballot, ballot)
}

function isElection(fact: LabEvent, ballot: Ballot): fact is Elected {
  return fact.type === 'elected' && sameBallot(fact.ballot, ballot)
}

function votersOf(votes: readonly SlotVote[], key: { ballot: Ballot; id: string }): NodeId[] {
  const voters = votes.flatMap(({ node, ballot, id }) => (isOf(key, ballot, id) ? [node] : []))
  return [...new Set(voters)].sort((a, b) => a - b)
}

/** The highest vote below of each witness: promises kept them from voting there later. */
function reportedBy(
  witnesses: readonly NodeId[],
  votes: readonly SlotVote[],
  ballot: Ballot,
): ReportedVote[] {
  return witnesses.flatMap((node) => {
    const below = votes.filter((vote) => {
      return vote.node === node && compareBallot(vote.ballot, ballot) < 0
    })
    const [highest] = below.toSorted((a, b) => compareBallot(b.ballot, a.ballot))
    return highest ? [{ node, ballot: highest.ballot, id: highest.id }] : []
  })
}

/** Which of the violations of the slot are those of this rung: their words name its ballot. */
function faultsOf(
  violations: readonly Violation[],
  { ballot, id }: RungKey,
  slot: Slot,
  isSecondChoice: boolean,
): Fault[] {
  const name = formatBallot(ballot)
  const isOwn = ({ invariant, words }: Violation): boolean => {
    switch (invariant) {
      case 'I5':
        return words.includes(`at ballot ${name}:`)
      case 'I6':
        return (
          words.startsWith(`${name} leads`) ||
          words.startsWith(`${name} counts`) ||
          words.startsWith(`${name} proposed ${id} in slot ${slot},`)
        )
      case 'I7':
        return words.includes(` is a witness of ${id} at ${name} in slot ${slot},`)
      case 'I8':
        return isSecondChoice
      default:
        return false
    }
  }
  const found = new Map<string, Fault>()
  for (const violation of violations) {
    const { invariant, words } = violation
    if (isOwn(violation) && !found.has(invariant)) found.set(invariant, { invariant, words })
  }
  return [...found.values()]
}
