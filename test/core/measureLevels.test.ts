import { describe, expect, it } from 'vitest'
import { LEVEL_FACTORS, LEVEL_KEEP_MS, POINTS_MAX } from '../../src/core/measure/series'
import type { LoadPoint, SeriesLevel } from '../../src/core/measure/series'
import { Run, sample, status } from '../support/measureRun'

/** A load of 40 a second with status lines, as a cluster at work tells, for so long. */
function workFor(minutes: number): Run {
  const run = new Run().start([1, 2, 3])
  let round = 1
  for (let atMs = 100; atMs <= minutes * 60_000; atMs += 100) {
    run.lab(atMs, { type: 'loadSampled', ...sample({ sent: 4, acked: 4 }) })
    if (atMs % 300 === 0) {
      const nodes = [1, 2, 3].map((node) => status(node, { chosenThrough: atMs / 25 }))
      run.lab(atMs, { type: 'statusSampled', nodes })
    }
    if (atMs % 5000 === 0) {
      run.bid(atMs, `${(round += 1)}.2`).preempted(atMs + 1, `${round}.2`, `${round + 1}.1`)
    }
  }
  return run
}

const acked = (points: readonly LoadPoint[], spanMs: number): number =>
  points.reduce((sum, point) => sum + (point.ackedPerSecond * spanMs) / 1000, 0)

function rowsOf({ load, progress, preemptions, tallies }: SeriesLevel): number {
  const perNode = progress.filter(({ node }) => node === 1)
  return Math.max(load.length, perNode.length, preemptions.length, tallies.length)
}

describe('levels', () => {
  it('a short run needs none: the whole is as fine', () => {
    expect(workFor(0.5).measures.snapshot().levels).toEqual([])
  })

  it('the last minute of a long run is as fine as it was measured', () => {
    const { load, levels, spanMs } = workFor(100).measures.snapshot()
    expect(spanMs).toBeGreaterThan(10_000)
    expect(load.length).toBeLessThanOrEqual(POINTS_MAX)
    expect(levels.map(({ factor }) => factor)).toEqual([...LEVEL_FACTORS])
    const [finest] = levels
    expect(finest).toMatchObject({ spanMs: 100, sinceMs: 100 * 60_000 + 1 - LEVEL_KEEP_MS })
    const steps = finest!.load.slice(1).map((point, at) => point.atMs - finest!.load[at]!.atMs)
    expect(new Set(steps)).toEqual(new Set([100]))
    const lines = finest!.progress.filter(({ node }) => node === 2)
    expect(lines.length).toBeGreaterThan(LEVEL_KEEP_MS / 300 - 3)
  })

  it('every level is bounded, counts what the others count and begins where it says', () => {
    const { levels } = workFor(100).measures.snapshot()
    for (const level of levels) {
      expect(rowsOf(level)).toBeLessThanOrEqual(POINTS_MAX)
      for (const { atMs } of level.load) expect(atMs).toBeGreaterThan(level.sinceMs)
      const seconds = (level.load.length * level.spanMs) / 1000
      expect(acked(level.load, level.spanMs)).toBeCloseTo(40 * seconds, 0)
      const keepMs = LEVEL_KEEP_MS * level.factor
      expect(level.load.length * level.spanMs).toBeGreaterThan(keepMs * 0.97)
      const preempted = level.preemptions.reduce((sum, { count }) => sum + count, 0)
      expect(Math.abs(preempted - keepMs / 5000)).toBeLessThanOrEqual(2)
    }
  })

  it('a source that samples seldom makes all levels wider', () => {
    const run = new Run().start([1])
    for (let atMs = 1000; atMs <= 900_000; atMs += 1000) {
      run.lab(atMs, { type: 'loadSampled', ...sample({ spanMs: 1000, sent: 4, acked: 4 }) })
    }
    const { spanMs, levels } = run.measures.snapshot()
    expect(spanMs).toBeGreaterThanOrEqual(800)
    for (const level of levels) expect(level.spanMs).toBeGreaterThanOrEqual(800)
  })
})
