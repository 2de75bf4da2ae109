/** Milestone events of this run, in order of the record; lists and the inspector read them. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LabEvent } from '../../../core/event'

export const EVENTS_MAX = 50_000

export const useEventsStore = defineStore('events', () => {
  const log = shallowRef<readonly LabEvent[]>([])
  /** Events that left the front because the store was full. */
  const forgotten = shallowRef(0)

  /** A new array each batch: mutating in place would not reach the props of a child. */
  function append(told: readonly LabEvent[]): void {
    // Single messages have a store of their own (spacetime); they would push the others out.
    const batch = told.filter(({ type }) => type !== 'messagesSeen')
    if (batch.length === 0) return
    const all = [...log.value, ...batch]
    forgotten.value += Math.max(0, all.length - EVENTS_MAX)
    log.value = all.length > EVENTS_MAX ? all.slice(-EVENTS_MAX) : all
  }

  function reset(events: readonly LabEvent[]): void {
    forgotten.value = 0
    log.value = events.slice(-EVENTS_MAX)
  }

  /** Binary search: `seq` grows along the log, but has gaps where high-rate facts are left out. */
  function bySeq(seq: number): LabEvent | null {
    const events = log.value
    let low = 0
    let high = events.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const event = events[middle]!
      if (event.seq === seq) return event
      if (event.seq < seq) low = middle + 1
      else high = middle - 1
    }
    return null
  }

  /** How many events happened up to `atMs`: the part of the log a cursor in the past shows. */
  function countUntil(atMs: number): number {
    const events = log.value
    let low = 0
    let high = events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (events[middle]!.atMs <= atMs) low = middle + 1
      else high = middle
    }
    return low
  }

  const last = computed(() => log.value.at(-1) ?? null)
  return { log, forgotten, append, reset, bySeq, countUntil, last }
})
