import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { EVENTS_MAX, useEventsStore } from '../../src/renderer/src/stores/events'

const note = (seq: number, atMs = seq): LabEvent => ({
  seq,
  atMs,
  by: 'lab',
  type: 'labNote',
  level: 'info',
  words: `note ${seq}`,
})
const notes = (from: number, to: number): LabEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => note(from + index))

describe('the store of milestone events', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('hands over a new log with each batch, or a child would not see it', () => {
    const events = useEventsStore()
    const before = events.held
    events.append(notes(1, 2))
    expect(events.held).not.toBe(before)
    expect(events.held.slice().map((event) => event.seq)).toEqual([1, 2])
  })

  it('counts milestones as a walk over all that is held would', () => {
    const events = useEventsStore()
    const sample = (seq: number): LabEvent => {
      return { seq, atMs: seq, by: 'lab', type: 'trafficSampled', links: [] }
    }
    const mixed = (from: number, count: number): LabEvent[] =>
      notes(from, from + count - 1).map((one) => (one.seq % 3 === 0 ? sample(one.seq) : one))
    const walked = () => events.held.slice().filter(({ type }) => type !== 'trafficSampled').length
    let next = 1
    for (const count of [10, EVENTS_MAX - 12, 4, 500, EVENTS_MAX + 11, 200]) {
      events.append(mixed(next, count))
      next += count
      expect(events.milestones).toBe(walked())
      expect(events.held.length + events.forgotten).toBe(next - 1)
    }
    events.reset(mixed(1, 9))
    expect(events.milestones).toBe(6)
  })

  it('keeps the newest and counts what left the front', () => {
    const events = useEventsStore()
    events.append(notes(1, EVENTS_MAX))
    events.append(notes(EVENTS_MAX + 1, EVENTS_MAX + 10))
    expect(events.held.slice()).toHaveLength(EVENTS_MAX)
    expect(events.held.slice()[0]?.seq).toBe(11)
    expect(events.forgotten).toBe(10)
  })

  it('keeps landmarks that left the front, and those that a snapshot had before its events', () => {
    const events = useEventsStore()
    const act = (seq: number): LabEvent => ({
      ...{ seq, atMs: seq, by: 'lab', type: 'acted', act: `act ${seq}`, actor: 'person' },
    })
    events.reset([act(5), ...notes(6, 10)], [act(1)])
    expect(events.earlier.map(({ seq }) => seq)).toEqual([1])
    events.append(notes(11, 10 + EVENTS_MAX))
    expect(events.earlier.map(({ seq }) => seq)).toEqual([1, 5])
    events.append([...notes(20 + EVENTS_MAX, 30 + 2 * EVENTS_MAX)])
    expect(events.held.length).toBe(EVENTS_MAX)
    expect(events.earlier.map(({ seq }) => seq)).toEqual([1, 5])
    events.reset(notes(1, 3))
    expect(events.earlier).toEqual([])
  })

  it('finds an event by its place in the record, which has gaps', () => {
    const events = useEventsStore()
    events.append([note(2), note(5), note(9)])
    expect(events.bySeq(5)?.seq).toBe(5)
    expect(events.bySeq(9)?.seq).toBe(9)
    expect(events.bySeq(4)).toBeNull()
    expect(events.bySeq(10)).toBeNull()
  })

  it('counts what had happened at a moment, the moment included', () => {
    const events = useEventsStore()
    events.append([note(1, 10), note(2, 20), note(3, 20), note(4, 30)])
    expect([0, 10, 20, 29, 99].map((atMs) => events.countUntil(atMs))).toEqual([0, 1, 3, 3, 4])
  })

  it('forgets the run before on a reset', () => {
    const events = useEventsStore()
    events.append(notes(1, 5))
    events.reset([note(1)])
    expect(events.held.slice()).toHaveLength(1)
    expect(events.forgotten).toBe(0)
  })
})
