/**
 * Cost ledger: messages, bytes and flushes per chosen slot, by kind, against the least of the mode
 * (`core/report/leastCost.ts`), and what the difference was spent on, where the record tells.
 *
 * Folds the record from its beginning; sums are kept at `ROWS_MAX` moments at most, so that the
 * past can be shown without reading it again. Units: frames, bytes; lab time in ms.
 */
import type { LabEvent } from '../../../../core/event'
import { CostFold } from '../../../../core/report/cost'
import type { CostSums } from '../../../../core/report/cost'
import type { LeastCost } from '../../../../core/report/leastCost'
import { FAMILY_OF } from '../../../../core/paxos/message'
import type { MessageFamily } from '../../../../core/paxos/message'

export const ROWS_MAX = 600
const ROW_MS = 250

export interface LedgerSums {
  readonly atMs: number
  readonly seq: number
  readonly cost: CostSums
  readonly chosenSlots: number
  readonly bids: number
  readonly preempted: number
  /** Slots in proposals, those proposed again counted again. */
  readonly proposedSlots: number
  readonly noops: number
  /** Votes of all acceptors. */
  readonly votes: number
  /** Facts and events that the record lacks. */
  readonly lost: number
}

export class LedgerFold {
  #cost = new CostFold()
  #sums = { chosenSlots: 0, bids: 0, preempted: 0, proposedSlots: 0, noops: 0, votes: 0, lost: 0 }
  #rows: LedgerSums[] = []
  #stepMs = ROW_MS
  #top = 0
  #atMs = 0
  /** Place in the record of the last event that was counted, and how many were. */
  through = 0
  counted = 0

  feed(event: LabEvent): void {
    if (event.seq <= this.through) return
    const last = this.#rows.at(-1)
    if (this.counted > 0 && event.atMs - (last?.atMs ?? 0) >= this.#stepMs) this.#keep()
    this.through = event.seq
    this.counted += 1
    this.#atMs = event.atMs
    this.#cost.feed(event)
    this.#count(event)
  }

  /** Up to the moment; null: nothing was counted before it. */
  at(atMs: number): LedgerSums | null {
    if (this.counted === 0) return null
    if (atMs >= this.#atMs) return this.#now()
    return this.#rows.findLast((row) => row.atMs <= atMs) ?? null
  }

  /** Lab time of the last event that was counted. */
  get atMs(): number {
    return this.#atMs
  }

  #now(): LedgerSums {
    return { ...this.#sums, atMs: this.#atMs, seq: this.through, cost: this.#cost.sums() }
  }

  #keep(): void {
    this.#rows.push(this.#now())
    if (this.#rows.length <= ROWS_MAX) return
    this.#rows = this.#rows.filter((_row, at) => at % 2 === 1)
    this.#stepMs *= 2
  }

  #count(event: LabEvent): void {
    const sums = this.#sums
    switch (event.type) {
      case 'chosen': {
        // Several learners tell of one choice.
        const through = event.slot + event.count - 1
        sums.chosenSlots += Math.max(0, through - Math.max(this.#top, event.slot - 1))
        this.#top = Math.max(this.#top, through)
        return
      }
      case 'issued':
        sums.proposedSlots += event.count
        if (event.cause === 'noop') sums.noops += event.count
        return
      case 'bid':
        sums.bids += 1
        return
      case 'preempted':
        sums.preempted += 1
        return
      case 'voted':
        sums.votes += event.count
        return
      case 'factsDropped':
        sums.lost += event.count
    }
  }
}

export interface LedgerRow {
  readonly name: string
  readonly family: MessageFamily | 'other'
  /** Messages by type, most first. */
  readonly types: readonly (readonly [string, number])[]
  readonly messages: number
  readonly perSlot: number | null
  /** Of what goes by time and not by slot; null: it goes by slot. */
  readonly perSecond: number | null
  /** Of one slot without batching; null: the mode has none of this kind. */
  readonly least: number | null
  /** What goes beyond the least was spent on this; empty where the record does not tell. */
  readonly words: string
}

const FAMILIES = ['phase1', 'phase2', 'learn', 'refuse', 'heartbeat', 'client'] as const

const NAMES: Readonly<Record<MessageFamily, string>> = {
  phase1: 'Phase 1',
  phase2: 'Phase 2',
  learn: 'Learning',
  refuse: 'Refusals',
  heartbeat: 'Heartbeats',
  client: 'Forwarded',
}

const TYPES = new Map<string, MessageFamily>(Object.entries(FAMILY_OF))

/** One row a family, those that cost nothing left out; types that no family names are `other`. */
export function ledgerRows(sums: LedgerSums, least: LeastCost | null): LedgerRow[] {
  const families: readonly LedgerRow['family'][] = [...FAMILIES, 'other']
  return families.flatMap((family): LedgerRow[] => {
    const types = sums.cost.byType.filter(([type]) => (TYPES.get(type) ?? 'other') === family)
    const messages = types.reduce((sum, [, count]) => sum + count, 0)
    const isTimed = family === 'heartbeat'
    const lowest = isTimed ? null : least && leastOf(least, family)
    if (messages === 0 && (lowest ?? 0) === 0) return []
    const words = wordsOf(family, sums, { messages, least: lowest })
    const name = family === 'other' ? 'Other' : NAMES[family]
    return [
      {
        ...{ name, family, messages, types, words },
        ...{ perSlot: isTimed ? null : perSlot(sums, messages), least: lowest },
        perSecond: isTimed && sums.atMs > 0 ? (messages * 1000) / sums.atMs : null,
      },
    ]
  })
}

/** Messages that slots asked for: all but heartbeats, which go by time. */
export function slotMessages({ cost }: LedgerSums): number | null {
  if (cost.messages === null) return null
  const timed = cost.byType.reduce((sum, [type, count]) => {
    return TYPES.get(type) === 'heartbeat' ? sum + count : sum
  }, 0)
  return cost.messages - timed
}

/**
 * What was paid above the least; null: there is no such figure. Batches cost less than the least
 * of slots that go one by one: that is said as what they saved.
 */
export function beyondLeast(
  each: number | null,
  least: number | null,
): { readonly more: number; readonly saved: number } | null {
  if (each === null || least === null) return null
  return { more: Math.max(0, each - least), saved: Math.max(0, least - each) }
}

export function perSlot(sums: LedgerSums, value: number): number | null {
  return sums.chosenSlots === 0 ? null : value / sums.chosenSlots
}

function leastOf(least: LeastCost, family: LedgerRow['family']): number {
  return Object.entries(least.byType).reduce(
    (sum, [type, count]) => sum + (TYPES.get(type) === family ? (count ?? 0) : 0),
    0,
  )
}

function wordsOf(
  family: LedgerRow['family'],
  sums: LedgerSums,
  { messages, least }: { messages: number; least: number | null },
): string {
  const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`
  const each = perSlot(sums, messages)
  if (messages === 0) return ''
  switch (family) {
    case 'phase1':
      return `${plural(sums.bids, 'ballot')}, ${sums.preempted} preempted`
    case 'phase2': {
      const again = sums.proposedSlots - sums.chosenSlots
      const retried = again > 0 ? `${plural(again, 'slot')} proposed again or still open` : ''
      const noops = sums.noops > 0 ? plural(sums.noops, 'no-op') : ''
      const isLess = each !== null && least !== null && each < least * 0.95
      const batched = isLess ? 'batching saved: one message carries several slots' : ''
      return [batched, retried, noops].filter((part) => part !== '').join('; ')
    }
    case 'learn':
      return least === 0 ? 'watermarks and catching up' : ''
    case 'refuse':
      return 'answers to ballots below a promise'
    case 'heartbeat':
      return 'a leader that shows it lives: by time, not by slot'
    case 'client':
      return 'requests that reached a node that does not lead'
    case 'other':
      return ''
  }
}
