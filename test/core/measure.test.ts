import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/core/fault'
import { Histogram, bucketMs, bucketOf } from '../../src/core/measure/histogram'
import { LoadSeries } from '../../src/core/measure/loadSeries'
import { POINTS_MAX, STAIRS_MAX } from '../../src/core/measure/series'
import { b, Run, sample, status } from '../support/measureRun'

describe('histogram', () => {
  const valueMs = fc.double({ min: 0.001, max: 900_000, noNaN: true })

  it('the middle of its bucket is at most 2 % away from any value', () => {
    fc.assert(
      fc.property(valueMs, (value) => {
        expect(Math.abs(bucketMs(bucketOf(value)) - value) / value).toBeLessThanOrEqual(0.02)
      }),
    )
  })

  it('a quantile is at most 2 % away from the value of that rank', () => {
    fc.assert(
      fc.property(
        fc.array(valueMs, { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const histogram = new Histogram()
          for (const value of values) histogram.add(value)
          const sorted = [...values].sort((x, y) => x - y)
          const exact = sorted[Math.max(1, Math.ceil(q * values.length)) - 1] ?? NaN
          expect(Math.abs((histogram.quantile(q) ?? NaN) - exact) / exact).toBeLessThanOrEqual(0.02)
        },
      ),
    )
  })

  it('merging parts gives the histogram of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.array(valueMs)), (parts) => {
        const whole = new Histogram()
        const merged = new Histogram()
        for (const part of parts) {
          const histogram = new Histogram()
          for (const value of part) {
            histogram.add(value)
            whole.add(value)
          }
          merged.merge(histogram.pairs())
        }
        expect(merged.pairs()).toEqual(whole.pairs())
        expect(merged.count).toBe(parts.flat().length)
      }),
    )
  })

  it.each([0, -1, NaN])('a duration of %s falls into the first bucket', (value) => {
    expect(bucketOf(value)).toBe(0)
  })

  it('is empty at first and ignores counts from a broken sender', () => {
    const histogram = new Histogram()
    histogram.merge([
      [3, 0],
      [3, -2],
      [-1, 5],
      [1.5, 5],
    ])
    expect(histogram.count).toBe(0)
    expect(histogram.quantile(0.5)).toBeNull()
  })
})

describe('load series', () => {
  it('roll-up keeps every total, in order, within its bound', () => {
    const anySample = fc.record({ gapMs: fc.integer({ min: 1, max: 900 }), acked: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(anySample, { maxLength: 3000, size: 'max' }), (samples) => {
        const series = new LoadSeries()
        let atMs = 0
        for (const { gapMs, acked } of samples) {
          atMs += gapMs
          const latency: [number, number][] = acked > 0 ? [[bucketOf(5), acked]] : []
          series.feed(atMs, sample({ sent: acked + 1, acked, failed: 1, latency }))
        }
        series.advance(atMs + 10_000_000)
        const points = series.points()
        const total = (of: (point: (typeof points)[number]) => number) =>
          Math.round(points.reduce((sum, point) => sum + of(point) * (series.spanMs / 1000), 0))
        const acked = samples.reduce((sum, one) => sum + one.acked, 0)
        expect(points.length).toBeLessThanOrEqual(POINTS_MAX + 1)
        expect(total((point) => point.ackedPerSecond)).toBe(acked)
        expect(total((point) => point.sentPerSecond)).toBe(acked + samples.length)
        expect(total((point) => point.failedPerSecond)).toBe(samples.length)
        const times = points.map((point) => point.atMs)
        expect(times).toEqual([...new Set(times)].sort((x, y) => x - y))
        expect(times.every((time) => time % series.spanMs === 0)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('has no percentile where nothing was acknowledged, and counts unknown apart', () => {
    const run = new Run().lab(100, {
      type: 'loadSampled',
      ...sample({ sent: 3, waiting: 3, waitMsMax: 80 }),
    })
    run.lab(110, {
      type: 'clientReplied',
      node: 1,
      reply: '-UNKNOWN',
      outcome: 'unknown',
      latencyMs: 5000,
    })
    run.lab(900, { type: 'labNote' })
    expect(run.measures.snapshot().load).toMatchObject([
      {
        atMs: 100,
        sentPerSecond: 30,
        ackedPerSecond: 0,
        p50Ms: null,
        maxMs: null,
        waiting: 3,
        waitMsMax: 80,
      },
      { atMs: 200, sentPerSecond: 10, ackedPerSecond: 0, failedPerSecond: 0, unknownPerSecond: 10 },
    ])
  })

  it('a sample that covers a little more than a bucket leaves the span alone', () => {
    const series = new LoadSeries()
    for (let at = 1; at <= 50; at += 1) series.feed(at * 104, sample({ spanMs: 104, acked: 1 }))
    expect(series.spanMs).toBe(100)
  })

  it('one that was late leaves it alone, too, and is no peak', () => {
    const series = new LoadSeries()
    series.feed(100, sample({ acked: 4 }))
    series.feed(700, sample({ spanMs: 600, acked: 24 }))
    series.feed(800, sample({ acked: 4 }))
    series.advance(2000)
    expect(series.spanMs).toBe(100)
    expect(series.points().map(({ ackedPerSecond }) => ackedPerSecond)).toEqual([40, 40, 40])
  })

  it('a source that is coarser makes the buckets wider', () => {
    const series = new LoadSeries()
    for (let at = 1; at <= 20; at += 1) series.feed(at * 250, sample({ spanMs: 250, acked: 10 }))
    expect(series.spanMs).toBe(200)
  })

  it('goes on when buckets merge: the newest point is never older than a few of them', () => {
    const series = new LoadSeries()
    let newestMs = 0
    for (let atMs = 100; atMs <= 10 * POINTS_MAX * 100; atMs += 100) {
      series.feed(atMs, sample({ acked: 1 }))
      newestMs = series.take().at(-1)?.atMs ?? newestMs
      expect(Math.abs(atMs - newestMs)).toBeLessThanOrEqual(3 * series.spanMs)
    }
    expect(series.spanMs).toBeGreaterThan(400)
  })

  it('a sample that comes a little late stays in its bucket', () => {
    const series = new LoadSeries()
    for (const atMs of [100.9, 202, 303.4]) series.feed(atMs, sample({ acked: 1 }))
    series.advance(1000)
    expect(series.points().map((point) => point.atMs)).toEqual([100, 200, 300])
  })
})

describe('ballot staircase', () => {
  it('tells of each ballot when it began, reached phase 2, lost and had a value chosen', () => {
    const run = new Run().start().bid(10, '1.1').elected(20, '1.1').bid(30, '1.2')
    run
      .preempted(40, '1.1', '1.2')
      .preempted(41, '1.1', '1.2')
      .elected(50, '1.2')
      .chosen(60, '1.2', 1)
    const row = { electedAtMs: null, preemptedAtMs: null, preemptedBy: null, chosenAtMs: null }
    expect(run.measures.snapshot().stairs).toEqual([
      {
        ...row,
        ballot: b('1.1'),
        bidAtMs: 10,
        electedAtMs: 20,
        preemptedAtMs: 40,
        preemptedBy: b('1.2'),
      },
      { ...row, ballot: b('1.2'), bidAtMs: 30, electedAtMs: 50, chosenAtMs: 60 },
    ])
    expect(run.measures.liveness.preemptions).toBe(1)
    expect(run.measures.snapshot().preemptions).toEqual([{ atMs: 0, node: 1, count: 1 }])
  })

  it('keeps the newest ballots, counts what it dropped and never invents a beginning', () => {
    const run = new Run().start()
    for (let round = 1; round <= STAIRS_MAX + 5; round += 1) run.bid(round, `${round}.1`)
    run.preempted(9000, '2.1', '3.2')
    const { stairs, dropped } = run.measures.snapshot()
    expect(stairs).toHaveLength(STAIRS_MAX)
    expect(stairs[0]?.ballot).toEqual(b('6.1'))
    expect(dropped).toBe(5)
  })
})

describe('leader timeline', () => {
  const spansOf = (run: Run) =>
    run.measures
      .snapshot()
      .leaders.map(({ node, kind, fromMs, toMs }) => [node, kind, fromMs, toMs] as const)

  it('an old leader claims to lead until it learns better: two claimants overlap', () => {
    const run = new Run()
      .start()
      .bid(10, '1.1')
      .elected(20, '1.1')
      .bid(100, '2.3')
      .elected(110, '2.3')
    run.node(150, 1, { type: 'followed', ballot: b('1.1') })
    expect(spansOf(run)).toContainEqual([1, 'leading', 20, null])
    run.node(200, 1, { type: 'followed', ballot: b('2.3') })
    expect(spansOf(run)).toEqual([
      [1, 'preparing', 10, 20],
      [1, 'leading', 20, 200],
      [3, 'preparing', 100, 110],
      [3, 'leading', 110, null],
    ])
  })

  it('a preemption of an earlier ballot does not end the present one', () => {
    const run = new Run().start().bid(10, '1.1').bid(20, '3.1').preempted(30, '1.1', '2.2')
    expect(spansOf(run).at(-1)).toEqual([1, 'preparing', 20, null])
  })

  it('down lasts from the exit to the next ready, paused as long as the fault; both beside belief', () => {
    const pause: Fault = { kind: 'pause', node: 1, cooperative: false }
    const run = new Run().start().bid(10, '1.1').elected(20, '1.1').fault(50, 'f1', pause)
    run.fault(80, 'f1', pause, true).lab(100, { type: 'nodeExited', node: 1 })
    run.lab(300, { type: 'nodeStarted', node: 1 }).lab(350, { type: 'nodeReady', node: 1 })
    expect(spansOf(run).slice(1)).toEqual([
      [1, 'leading', 20, 100],
      [1, 'paused', 50, 80],
      [1, 'down', 100, 350],
    ])
  })

  it('nothing goes on after the cluster stopped', () => {
    const run = new Run()
      .start()
      .bid(10, '1.1')
      .elected(20, '1.1')
      .lab(90, { type: 'clusterStopped' })
    expect(spansOf(run).every(([, , , toMs]) => toMs !== null)).toBe(true)
  })
})

describe('progress', () => {
  it('ignores the last line of a node that has exited', () => {
    const run = new Run().start()
    const nodes = (chosenThrough: number) => [
      status(1, { chosenThrough }),
      status(2, { chosenThrough }),
    ]
    run
      .lab(250, { type: 'statusSampled', nodes: nodes(5) })
      .lab(300, { type: 'nodeExited', node: 2 })
    run.lab(500, { type: 'statusSampled', nodes: nodes(9) })
    expect(
      run.measures.snapshot().progress.map(({ node, chosenThrough }) => [node, chosenThrough]),
    ).toEqual([
      [1, 5],
      [2, 5],
      [1, 9],
    ])
  })

  it('stays within its bound for hours and keeps its order', () => {
    const run = new Run().start([1, 2, 3])
    for (let step = 1; step <= 20_000; step += 1) {
      const nodes = [1, 2, 3].map((node) => status(node, { chosenThrough: step }))
      run.lab(step * 250, { type: 'statusSampled', nodes })
    }
    const { progress } = run.measures.snapshot()
    expect(progress.length).toBeLessThanOrEqual(3 * (POINTS_MAX + 1))
    expect(progress.length).toBeGreaterThan(POINTS_MAX)
    expect(
      progress.every((point, i) => i === 0 || point.atMs >= (progress[i - 1]?.atMs ?? 0)),
    ).toBe(true)
  })
})
