/** What a node voted and knows, slot by slot, for acceptor table, log grid and inspector. */
import { describeValue } from './kv/value'
import type { SlotView } from './machineTypes'
import type { Slot } from './paxos/ballot'
import { valueId } from './paxos/fact'
import type { ReplicaState } from './paxos/state'

const SLOT_VIEWS_MAX = 200

/** What stands in the place of a value that only the snapshot's state remembers. */
const IN_SNAPSHOT = { id: '-', text: 'in the snapshot' } as const

export function slotViews(state: ReplicaState, from: Slot, count: number): SlotView[] {
  const { log, appliedThrough } = state
  const views: SlotView[] = []
  const first = Math.max(1, from)
  for (let slot = first; slot < first + Math.min(count, SLOT_VIEWS_MAX); slot += 1) {
    const entry = log.at(slot)
    const vote =
      entry === undefined || entry.voteBallot === null
        ? null
        : { ballot: entry.voteBallot, ...named(entry.voteValue) }
    const cut = slot <= log.base ? IN_SNAPSHOT : null
    const chosen = entry?.chosen === true ? named(entry.chosenValue) : cut
    const known = chosen === null ? (vote === null ? 'open' : 'voted') : 'chosen'
    views.push({ slot, state: slot <= appliedThrough ? 'applied' : known, vote, chosen })
  }
  return views
}

function named(value: string): { readonly id: string; readonly text: string } {
  return { id: valueId(value), text: describeValue(value) }
}
