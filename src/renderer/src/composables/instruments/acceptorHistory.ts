/**
 * What each acceptor did about one slot, in order: promises, with the vote that each reported, and
 * votes. A promise that reports a vote is a forced reply: its proposer may have to take that value.
 * Source: PMS §2.2, phase 1(b) and 2(b); docs/protocol.md, rows S13, S14 and S16.
 *
 * A promise is about all slots: in a long run those that say the same about this one are one step,
 * so that its votes stay in sight.
 *
 * Limits: STEPS_MAX of each acceptor, the newest; `hidden` counts those before.
 */
import type { LabEvent } from '../../../../core/event'
import { compareBallot } from '../../../../core/paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../../../core/paxos/ballot'
import type { RunSetting } from './readsSetting'
import { idIn } from './readsVotes'

export const STEPS_MAX = 200

export interface HeldProposal {
  readonly ballot: Ballot
  readonly id: string
}

export type AcceptorStep = { readonly seq: number; readonly atMs: number } & (
  | {
      readonly kind: 'promise'
      /** Of the last of them; `seq` and `atMs` are its, too. */
      readonly ballot: Ballot
      /** Promises in a row that report the same. */
      readonly times: number
      /** Its highest vote below; null: it had none, and its proposer is free as far as it goes. */
      readonly reports: HeldProposal | null
    }
  | ({ readonly kind: 'vote' } & HeldProposal)
  /** Its process began again, with what its disk held. */
  | { readonly kind: 'restart'; readonly promised: Ballot }
)

export interface AcceptorRow {
  readonly node: NodeId
  /** As far as facts tell; null: it has promised nothing. */
  readonly promised: Ballot | null
  readonly vote: HeldProposal | null
  readonly steps: readonly AcceptorStep[]
  readonly hidden: number
}

/** `facts`: in the order of the record, up to the moment that is shown. */
export function acceptorRows(
  facts: readonly LabEvent[],
  slot: Slot,
  { acceptors }: RunSetting,
): AcceptorRow[] {
  return acceptors.map((node) => {
    const steps: AcceptorStep[] = []
    let promised: Ballot | null = null
    let vote: HeldProposal | null = null
    for (const fact of facts) {
      if (fact.by !== node) continue
      const { seq, atMs } = fact
      if (fact.type === 'promised') {
        promised = higher(promised, fact.ballot)
        const reports: HeldProposal | null =
          vote !== null && isBelow(vote, fact.ballot) ? vote : null
        const last = steps.at(-1)
        const isSame = last?.kind === 'promise' && last.reports === reports
        const times = isSame ? last.times + 1 : 1
        if (isSame) steps.pop()
        steps.push({ kind: 'promise', ballot: fact.ballot, times, reports, seq, atMs })
      } else if (fact.type === 'voted') {
        const id = idIn(fact, slot)
        // A vote for another slot raises the promise, too.
        promised = higher(promised, fact.ballot)
        if (id === null) continue
        const { ballot } = fact
        if (vote === null || compareBallot(ballot, vote.ballot) >= 0) vote = { ballot, id }
        steps.push({ kind: 'vote', ballot, id, seq, atMs })
      } else if (fact.type === 'recovered' && steps.length > 0) {
        promised = fact.promised
        steps.push({ kind: 'restart', promised, seq, atMs })
      }
    }
    const hidden = Math.max(0, steps.length - STEPS_MAX)
    return { node, promised, vote, steps: steps.slice(-STEPS_MAX), hidden }
  })
}

function higher(one: Ballot | null, other: Ballot): Ballot {
  return one !== null && compareBallot(one, other) >= 0 ? one : other
}

function isBelow({ ballot }: HeldProposal, bound: Ballot): boolean {
  return compareBallot(ballot, bound) < 0
}
