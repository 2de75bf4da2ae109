/** Milestone events of this run, in order of the record; lists and the inspector read them. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { LabEvent } from '../../../core/event'
import { isSample } from '../api/words'
import { EMPTY_LOG, EventLog } from './eventLog'

export const EVENTS_MAX = 50_000

export const useEventsStore = defineStore('events', () => {
  /** Another object with each batch, so that it reaches the props of a child. */
  const held = shallowRef(EMPTY_LOG)
  /** Events that left the front because the store was full. */
  const forgotten = ref(0)
  /** Of those that are held, without samples. */
  const milestones = ref(0)

  function append(told: readonly LabEvent[]): void {
    // Single messages have a store of their own (spacetime); they would push the others out.
    const batch = told.filter(({ type }) => type !== 'messagesSeen')
    if (batch.length === 0) return
    const before = held.value
    const over = Math.max(0, before.length + batch.length - EVENTS_MAX)
    milestones.value += milestonesIn(batch) - milestonesIn([...before.slice(0, over)])
    if (over > before.length) milestones.value -= milestonesIn(batch.slice(0, over - before.length))
    forgotten.value += over
    held.value = before.appended(batch, EVENTS_MAX)
  }

  function reset(events: readonly LabEvent[]): void {
    const last = events.slice(-EVENTS_MAX)
    forgotten.value = 0
    milestones.value = milestonesIn(last)
    held.value = EventLog.of(last)
  }

  return {
    held,
    forgotten,
    milestones,
    append,
    reset,
    bySeq: (seq: number): LabEvent | null => held.value.bySeq(seq),
    /** How many happened up to `atMs`: the part of the log a cursor in the past shows. */
    countUntil: (atMs: number): number => held.value.countUntil(atMs),
  }
})

function milestonesIn(events: readonly LabEvent[]): number {
  let count = 0
  for (const event of events) if (!isSample(event)) count += 1
  return count
}
