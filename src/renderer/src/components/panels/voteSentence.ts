/** What the votes of one slot amount to, in a sentence. Pure. */
import type { SlotView } from '../../../../core/machineTypes'
import { compareBallot, formatBallot } from '../../../../core/paxos/ballot'

interface Told {
  readonly vote: SlotView['vote']
  readonly chosen: SlotView['chosen']
}

export function voteSentence(slot: number, rows: readonly Told[], members: number): string {
  if (rows.some(({ chosen }) => chosen)) return `Slot ${slot} is chosen by now.`
  const votes = rows.flatMap(({ vote }) => (vote ? [vote] : []))
  const newest = votes.toSorted((a, b) => compareBallot(b.ballot, a.ballot))[0]
  if (!newest) return `No vote in slot ${slot} yet: any value may still be proposed.`
  const same = votes.filter((vote) => compareBallot(vote.ballot, newest.ballot) === 0)
  const quorum = Math.floor(members / 2) + 1
  const at = `${same.length} of ${members} votes at ${formatBallot(newest.ballot)}`
  if (same.length >= quorum) return `${at}: a quorum, so it is chosen, whether known or not.`
  return `${at}: not chosen. A phase-1 quorum that meets one of them forces ${newest.text || 'no-op'}.`
}
