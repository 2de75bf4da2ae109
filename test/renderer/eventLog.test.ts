import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { EventLog } from '../../src/renderer/src/stores/eventLog'

const note = (seq: number, atMs: number): LabEvent => {
  return { seq, atMs, by: 'lab', type: 'labNote', level: 'info', words: '' }
}

/** Steps of `seq` and of time from one event to the next. */
const stepsArb = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 })),
  {
    maxLength: 12,
  },
)
const runArb = fc.record({
  max: fc.integer({ min: 1, max: 20 }),
  batches: fc.array(stepsArb, { maxLength: 30 }),
})

/** The log beside a plain array that is made anew with each batch. */
function* grown({ max, batches }: { max: number; batches: (readonly [number, number])[][] }) {
  let log = EventLog.of([])
  let model: readonly LabEvent[] = []
  let [seq, atMs] = [0, 0]
  for (const steps of batches) {
    const batch = steps.map(([up, later]) => note((seq += up), (atMs += later)))
    log = log.appended(batch, max)
    model = [...model, ...batch].slice(-max)
    yield { log, model, seq, atMs, batch }
  }
}

function expectSame(log: EventLog, model: readonly LabEvent[]): void {
  expect([...log]).toEqual(model)
  expect(log.slice()).toEqual(model)
  expect(log).toHaveLength(model.length)
}

describe('a log of events', () => {
  it('is what a plain array would be, at every batch and ever after', () => {
    fc.assert(
      fc.property(runArb, (run) => {
        const seen = [...grown(run)]
        // Looked at when all is there: a later batch must not have changed an earlier log.
        for (const { log, model } of seen) expectSame(log, model)
      }),
    )
  })

  it('answers as a plain array does: places, parts, moments, numbers', () => {
    const arb = fc.tuple(runArb, fc.integer({ min: -25, max: 25 }), fc.nat({ max: 25 }))
    fc.assert(
      fc.property(arb, ([run, index, to]) => {
        for (const { log, model, seq, atMs } of grown(run)) {
          expect(log.at(index)).toBe(model.at(index))
          const from = Math.abs(index)
          expect(log.slice(from, to)).toEqual(model.slice(from, to))
          const moment = atMs - from
          expectSame(
            log.until(moment),
            model.filter((event) => event.atMs <= moment),
          )
          expect(log.countUntil(moment)).toBe(log.until(moment).length)
          const wanted = seq - to
          const found = model.findIndex((event) => event.seq >= wanted)
          expect(log.indexFrom(wanted)).toBe(found < 0 ? model.length : found)
          expect(log.bySeq(wanted)).toBe(model.find((event) => event.seq === wanted) ?? null)
          expectSame(
            log.since(wanted),
            model.filter((event) => event.seq >= wanted),
          )
        }
      }),
    )
  })

  it('a part of it, and what was the newest once, can go on too, and disturb nobody', () => {
    fc.assert(
      fc.property(runArb, fc.nat({ max: 40 }), (run, back) => {
        const seen = [...grown(run)]
        const { log, model } = seen.at(-1 - (back % Math.max(1, seen.length))) ?? {
          log: EventLog.of([]),
          model: [],
        }
        const other = note(1000, 1000)
        const part = log.until((model.at(-1)?.atMs ?? 0) - 1)
        expectSame(part.appended([other], 99), [...part, other])
        expectSame(log.appended([other], 99), [...model, other])
        for (const one of seen) expectSame(one.log, one.model)
      }),
    )
  })

  it('tells another log with the same ends from one that moved', () => {
    const log = EventLog.of([note(1, 1), note(2, 2), note(3, 3)])
    const later = log.appended([note(4, 4)], 99)
    expect(later.until(3).isLike(log)).toBe(true)
    expect(later.isLike(log)).toBe(false)
    expect(
      log
        .appended([note(4, 4)], 3)
        .until(3)
        .isLike(log),
    ).toBe(false)
  })
})

describe('what a batch costs', () => {
  const MAX = 1000

  /** References that are copied into new arrays while `count` events come in batches of ten. */
  function copied(count: number): number {
    let log = EventLog.of([])
    let copies = 0
    const slice = Array.prototype.slice
    Array.prototype.slice = function (this: unknown[], ...args: [number?, number?]) {
      const part = slice.apply(this, args)
      copies += part.length
      return part
    }
    try {
      for (let seq = 1; seq <= count; seq += 10) {
        log = log.appended(
          Array.from({ length: 10 }, (_, at) => note(seq + at, seq)),
          MAX,
        )
      }
    } finally {
      Array.prototype.slice = slice
    }
    expect(log).toHaveLength(Math.min(count, MAX))
    return copies
  }

  it('nothing is copied before the log is full', () => {
    expect(copied(MAX)).toBe(0)
  })

  it('then at most eight references an event, not all that are held with each batch', () => {
    const events = 20 * MAX
    const copies = copied(events)
    expect(copies).toBeGreaterThan(0)
    expect(copies / events).toBeLessThanOrEqual(8)
  })
})
