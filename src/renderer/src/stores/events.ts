/** Milestone events of this run, in order of the record; lists and the inspector read them. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { LabEvent } from '../../../core/event'
import { isSample } from '../api/words'
import { LANDMARKS } from '../../../shared/coalesce'
import { EMPTY_LOG, EventLog } from './eventLog'

export const EVENTS_MAX = 50_000
/** As many as a snapshot of the host has. */
const EARLIER_MAX = 2000

export const useEventsStore = defineStore('events', () => {
  /** Another object with each batch, so that it reaches the props of a child. */
  const held = shallowRef(EMPTY_LOG)
  /** Events that left the front because the store was full. */
  const forgotten = ref(0)
  /** Landmarks from before those that are held: a moment is folded from them, too. In order. */
  const earlier = shallowRef<readonly LabEvent[]>([])
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
    if (over > 0) {
      const left = batch.slice(0, Math.max(0, over - before.length))
      remember([...before.slice(0, over), ...left])
    }
    held.value = before.appended(batch, EVENTS_MAX)
  }

  function remember(gone: readonly LabEvent[]): void {
    const landmarks = gone.filter(({ type }) => LANDMARKS.has(type))
    if (landmarks.length === 0) return
    const all = [...earlier.value, ...landmarks]
    const start = all.findLast(({ type }) => type === 'clusterStarted')
    const newest = all.slice(-EARLIER_MAX)
    earlier.value = start === undefined || newest.includes(start) ? newest : [start, ...newest]
  }

  /** `before`: landmarks from before these. */
  function reset(events: readonly LabEvent[], before: readonly LabEvent[] = []): void {
    const last = events.slice(-EVENTS_MAX)
    earlier.value = []
    remember([...before, ...events.slice(0, events.length - last.length)])
    forgotten.value = 0
    milestones.value = milestonesIn(last)
    held.value = EventLog.of(last)
  }

  return {
    held,
    earlier,
    forgotten,
    milestones,
    append,
    reset,
    /** All that a fold up to `atMs` needs: landmarks of before, then what is held. */
    upTo: (atMs: number): readonly LabEvent[] => [
      ...earlier.value.filter((event) => event.atMs <= atMs),
      ...held.value.until(atMs).slice(),
    ],
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
