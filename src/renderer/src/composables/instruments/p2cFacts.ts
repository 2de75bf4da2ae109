/** Which events of a record the ladder looks at, and which slots have one worth looking at. */
import type { LabEvent, LabEventType } from '../../../../core/event'
import { formatBallot } from '../../../../core/paxos/ballot'
import type { Slot } from '../../../../core/paxos/ballot'

const KINDS: ReadonlySet<LabEventType> = new Set([
  'clusterStarted',
  'recovered',
  'nodeExited',
  'factsDropped',
  'promised',
  'elected',
  'issued',
  'voted',
  'chosen',
  'learned',
  'learnerRead',
] as const)

export function isLadderFact(event: LabEvent): boolean {
  if (KINDS.has(event.type)) return true
  if (event.type === 'received') {
    return event.message === 'promise' || event.message === 'blogPromise'
  }
  return event.type === 'messagesSeen' && event.messages.some(({ message: m }) => m === 'promise')
}

export interface SlotHeight {
  readonly slot: Slot
  readonly rungs: number
}

/** Slots with more than one ballot, most first; then the newest slot of all. */
export function tallSlots(facts: readonly LabEvent[], limit: number): SlotHeight[] {
  const ballots = new Map<Slot, Set<string>>()
  let newest = 0
  for (const fact of facts) {
    if (fact.type !== 'issued' && fact.type !== 'voted') continue
    newest = Math.max(newest, fact.slot + fact.count - 1)
    const name = formatBallot(fact.ballot)
    for (let slot = fact.slot; slot < fact.slot + fact.count; slot += 1) {
      const present = ballots.get(slot)
      if (present === undefined) ballots.set(slot, new Set([name]))
      else present.add(name)
    }
  }
  const heights = [...ballots].map(([slot, names]) => ({ slot, rungs: names.size }))
  const tall = heights.filter(({ rungs }) => rungs > 1)
  tall.sort((a, b) => b.rungs - a.rungs || b.slot - a.slot)
  const shown = tall.slice(0, limit)
  if (newest > 0 && !shown.some(({ slot }) => slot === newest)) {
    shown.push({ slot: newest, rungs: ballots.get(newest)?.size ?? 1 })
  }
  return shown
}
