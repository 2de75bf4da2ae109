import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spanKey } from '../../src/core/measure/leaderSpans'
import { reachKey } from '../../src/core/measure/reachSpans'
import type { SeriesFrame, SeriesSnapshot } from '../../src/core/measure/series'
import { Run, sample, status } from '../support/measureRun'

describe('frames', () => {
  /** What a viewer does with frames; `stores/series.ts` is tested against the same. */
  function apply(held: SeriesSnapshot, frame: SeriesFrame): SeriesSnapshot {
    if (frame.whole) return frame.whole
    const replace = <T>(old: readonly T[], rows: readonly T[], key: (row: T) => string): T[] => {
      const map = new Map(old.map((row) => [key(row), row]))
      for (const row of rows) map.set(key(row), row)
      return [...map.values()]
    }
    return {
      ...held,
      load: [...held.load, ...frame.load],
      progress: [...held.progress, ...frame.progress],
      stairs: replace(held.stairs, frame.stairs, (row) => `${row.ballot.round}.${row.ballot.node}`),
      leaders: replace(held.leaders, frame.leaders, spanKey),
      preemptions: replace(held.preemptions, frame.preemptions, (row) => `${row.node} ${row.atMs}`),
      tallies: [...held.tallies, ...frame.tallies],
      reach: replace(held.reach, frame.reach, reachKey),
      liveness: frame.liveness,
      dropped: frame.dropped,
    }
  }

  const step = fc.record({
    gapMs: fc.integer({ min: 0, max: 400 }),
    node: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom(
      'bid',
      'elected',
      'preempted',
      'chosen',
      'load',
      'status',
      'exit',
      'ready',
      'frame',
    ),
  })

  it('frames applied one after another give the snapshot', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 2500, size: 'max' }), (steps) => {
        const run = new Run().start([1, 2, 3])
        let held = run.measures.snapshot()
        run.measures.frame()
        held = run.measures.snapshot()
        let atMs = 1
        let round = 1
        for (const { gapMs, node, kind } of steps) {
          atMs += gapMs
          const ballot = `${round}.${node}`
          if (kind === 'bid') run.bid(atMs, `${(round += 1)}.${node}`)
          else if (kind === 'elected') run.elected(atMs, ballot)
          else if (kind === 'preempted') run.preempted(atMs, ballot, `${round + 1}.1`)
          else if (kind === 'chosen') run.chosen(atMs, ballot, round)
          else if (kind === 'load') run.lab(atMs, { type: 'loadSampled', ...sample({ sent: 1 }) })
          else if (kind === 'status')
            run.lab(atMs, { type: 'statusSampled', nodes: [status(node)] })
          else if (kind === 'exit') run.lab(atMs, { type: 'nodeExited', node })
          else if (kind === 'ready') run.lab(atMs, { type: 'nodeReady', node })
          else held = apply(held, run.measures.frame())
        }
        held = apply(held, run.measures.frame())
        expect(held).toEqual(run.measures.snapshot())
      }),
      { numRuns: 40 },
    )
  })

  it('a new cluster replaces everything', () => {
    const run = new Run().start().bid(10, '1.1')
    run.measures.frame()
    run.start()
    const { whole } = run.measures.frame()
    expect(whole?.stairs).toEqual([])
  })
})
