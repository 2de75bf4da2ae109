/** What command ids stand for: a record names values by id, nodes and readers say the command. */
import type { LabEvent } from '../../../../core/event'
import type { Slot } from '../../../../core/paxos/ballot'
import type { HeldSlots } from '../useSlots'
import type { SlotVote } from './readsVotes'

/** By id, for the values of one slot. */
export function textsOf(
  facts: readonly LabEvent[],
  slot: Slot,
  held: HeldSlots,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>([['-', 'no-op']])
  const add = (id: string, text: string | null): void => {
    if (text !== null && text !== '' && text !== id) texts.set(id, text)
  }
  for (const fact of facts) {
    if (fact.type !== 'learnerRead' || fact.slot !== slot) continue
    const { value, verdict, replies } = fact.result
    const ids = replies.flatMap(({ votes }) => votes.filter((vote) => vote.slot === slot))
    const most = ids.find(({ id }) => 2 * ids.filter((vote) => vote.id === id).length > ids.length)
    if (verdict === 'chosen' && most) add(most.id, value)
  }
  for (const views of held.byNode.values()) {
    const view = views.get(slot)
    if (view?.vote) add(view.vote.id, view.vote.text)
    if (view?.chosen) add(view.chosen.id, view.chosen.text)
  }
  return texts
}

/** The votes that nodes say they hold now, as votes of this moment. */
export function votesTold(held: HeldSlots, slot: Slot, atMs: number): SlotVote[] {
  const votes: SlotVote[] = []
  for (const [node, views] of held.byNode) {
    const vote = views.get(slot)?.vote
    if (vote) votes.push({ node, ballot: vote.ballot, id: vote.id, seq: Infinity, atMs })
  }
  return votes
}
