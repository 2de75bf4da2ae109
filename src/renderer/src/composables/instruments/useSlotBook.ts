/**
 * What is recorded of a run of slots up to the moment that is shown, votes included: the record is
 * read where the events that were pushed leave details out.
 */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { LabEvent } from '../../../../core/event'
import { useEventsStore } from '../../stores/events'
import { useLabStore } from '../../stores/lab'
import { useTimeStore } from '../../stores/time'
import { NOT_READ, quorumsOf, seqRangeOf, SlotBook } from './slotFacts'
import type { ReadTo, SlotRange } from './slotFacts'
import type { SeqRange } from './recordWindow'
import { useRecordPart } from './useRecordPart'
import type { EventSequence } from '../../stores/eventLog'

export interface ShownSlots {
  readonly book: SlotBook
  /** True if every event about these slots up to the moment was read, and no node lost any. */
  readonly whole: boolean
  /** False until the record was read once: votes and answers may be missing. */
  readonly isRead: boolean
  /** How far the record was read. */
  readonly read: ReadTo
  readonly totalOrder: boolean
}

/** So many events of a run may stand before that of its start. */
const START_WITHIN = 50

type Started = Extract<LabEvent, { type: 'clusterStarted' }>

export function startedOf(events: EventSequence): Started | null {
  // The first event of a run; it may have left the front of a long log.
  for (let at = 0; at < Math.min(events.length, START_WITHIN); at += 1) {
    const event = events.at(at)
    if (event?.type === 'clusterStarted') return event
  }
  return null
}

export function useSlotBook(slots: () => SlotRange | null): ComputedRef<ShownSlots | null> {
  const lab = useLabStore()
  const events = useEventsStore()
  const time = useTimeStore()
  const until = computed(() => events.countUntil(time.shownMs))
  const wanted = computed<SeqRange | null>(() => {
    const range = slots()
    return range && seqRangeOf(events.held, until.value, range)
  })
  const part = useRecordPart(() => wanted.value)
  const quorums = computed(() => {
    return quorumsOf(startedOf(events.held), lab.status.options, lab.members)
  })

  return computed(() => {
    const range = slots()
    if (range === null) return null
    const book = new SlotBook(range, quorums.value)
    const { events: read, through, range: had } = part.value
    const from = wanted.value?.from ?? Infinity
    const isRead = had !== null && had.from <= from && through >= from
    const atMs = time.shownMs
    if (isRead) {
      for (const event of read) if (event.seq >= from && event.atMs <= atMs) book.feed(event)
    }
    const pushedFrom = isRead ? through + 1 : from
    const { held } = events
    for (const event of held.slice(held.indexFrom(pushedFrom), until.value)) book.feed(event)
    const source = lab.saved?.kind === 'simulated' ? 'simulator' : startedOf(events.held)?.source
    const totalOrder = source === 'simulator' || source === 'explorer'
    const to = wanted.value?.to ?? 0
    const readTo = isRead ? { through, ms: read.at(-1)?.atMs ?? 0 } : NOT_READ
    const whole = isRead && through >= to && !book.lost
    return { book, whole, totalOrder, isRead, read: readTo }
  })
}
