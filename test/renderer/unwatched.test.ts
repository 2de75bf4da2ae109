import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { UnwatchedSpans } from '../../src/renderer/src/spacetime/unwatched'

const mark = (atMs: number, on: boolean): LabEvent => ({
  ...{ seq: atMs + 1, atMs, by: 'lab', type: 'messagesWatched', on },
})

describe('spans in which nobody watched messages', () => {
  it('are those that the record of a run that is over tells', () => {
    const spans = new UnwatchedSpans()
    spans.reset(true)
    spans.feed([mark(0, false), mark(1200, true), mark(3000, false)])
    expect(spans.all).toEqual([
      { fromMs: 0, toMs: 1200 },
      { fromMs: 3000, toMs: null },
    ])
    spans.feed([mark(4000, false), mark(5000, true)])
    expect(spans.all.at(-1)).toEqual({ fromMs: 3000, toMs: 5000 })
    spans.reset(true)
    expect(spans.all).toEqual([])
  })

  it('are none of a record without such marks, as that of a simulation', () => {
    const spans = new UnwatchedSpans()
    spans.reset(true)
    spans.feed([])
    expect(spans.all).toEqual([])
  })

  it('of a cluster that goes on are those in which this window did not look', () => {
    const spans = new UnwatchedSpans()
    spans.reset(false)
    spans.watched(false, 0)
    spans.feed([mark(100, true), mark(200, false)])
    spans.watched(true, 900)
    expect(spans.all).toEqual([{ fromMs: 0, toMs: 900 }])
  })
})
