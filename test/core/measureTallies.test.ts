/** Slots, failures, messages and reach, as the charts of a run get them. */
import { describe, expect, it } from 'vitest'
import { failReasonOf } from '../../src/core/measure/failReason'
import { POINTS_MAX, TALLY_MS } from '../../src/core/measure/series'
import { OPEN_SLOTS_MAX, SlotWork } from '../../src/core/measure/slotWork'
import { TallySeries } from '../../src/core/measure/tallySeries'
import { b, Run, sample, status } from '../support/measureRun'

describe('ballots and time of a slot', () => {
  it('a leader that goes on has one ballot in every slot', () => {
    const work = new SlotWork()
    work.bid(0, b('1.1'), 'election')
    work.issued(10, b('1.1'), 1, 3)
    expect(work.chosen(14, b('1.1'), 1, 2)).toEqual([
      { ms: 4, ballots: 1 },
      { ms: 4, ballots: 1 },
    ])
    work.issued(20, b('1.1'), 4, 1)
    expect(work.chosen(26, b('1.1'), 3, 2)).toEqual([
      { ms: 16, ballots: 1 },
      { ms: 6, ballots: 1 },
    ])
  })

  it('a duel counts every ballot that was begun, from the first request on', () => {
    const work = new SlotWork()
    work.bid(100, b('1.1'), 'request')
    for (let round = 2; round <= 9; round += 1) work.bid(round * 100, b(`${round}.2`), 'preempted')
    work.issued(950, b('9.2'), 1, 1)
    expect(work.chosen(990, b('9.2'), 1, 1)).toEqual([{ ms: 890, ballots: 9 }])
  })

  it('a slot that an old leader had proposed has one ballot more', () => {
    const work = new SlotWork()
    work.bid(0, b('1.1'), 'election')
    work.issued(10, b('1.1'), 1, 2)
    work.chosen(12, b('1.1'), 1, 1)
    work.bid(500, b('2.2'), 'election')
    work.issued(520, b('2.2'), 2, 2)
    expect(work.chosen(530, b('2.2'), 2, 2)).toEqual([
      { ms: 520, ballots: 2 },
      { ms: 10, ballots: 1 },
    ])
  })

  it('a choice told twice counts once; a beginning that is lost has no time', () => {
    const work = new SlotWork()
    expect(work.chosen(10, b('1.1'), 1, 1)).toEqual([{ ms: null, ballots: 1 }])
    expect(work.chosen(12, b('1.1'), 1, 1)).toEqual([])
  })

  it('keeps at most so many open slots', () => {
    const work = new SlotWork()
    work.issued(0, b('1.1'), 1, 3 * OPEN_SLOTS_MAX)
    const results = work.chosen(5, b('1.1'), 1, 3 * OPEN_SLOTS_MAX)
    expect(results).toHaveLength(OPEN_SLOTS_MAX)
    expect(results.every(({ ms }) => ms === 5)).toBe(true)
  })
})

describe('reasons of failures', () => {
  it.each([
    [null, 'connection'],
    ['-NOLEADER x', 'noLeader'],
    ['(error) UNKNOWN the deadline passed', 'timeout'],
    ['UNDETERMINED no quorum of replies', 'undetermined'],
    ['-UNDETERMINED the lease ran out', 'lease'],
    ['-BUSY 100 requests wait', 'busy'],
    ['-WRONGTYPE', 'refused'],
    ['(unknown) no answer within 5000 ms', 'timeout'],
    ['(unknown) the connection ended first', 'connection'],
  ] as const)('%s is %s', (answer, reason) => {
    expect(failReasonOf(answer)).toBe(reason)
  })

  it('while no quorum is possible that is the reason, whatever the client was told', () => {
    const run = new Run().start([1, 2, 3])
    const load = (atMs: number) =>
      run.lab(atMs, {
        type: 'loadSampled',
        ...sample({ failed: 2, reasons: [['noLeader', 2]] }),
      })
    load(600)
    for (const node of [1, 2]) run.lab(1000, { type: 'nodeExited', node, injected: true })
    load(1600)
    run.lab(3000, { type: 'labNote' })
    expect(run.measures.snapshot().tallies.map(({ failed }) => failed)).toEqual([
      [['noLeader', 2]],
      [['noQuorum', 2]],
    ])
  })

  it('a record without reasons tells refused and unknown apart', () => {
    const run = new Run().lab(100, { type: 'loadSampled', ...sample({ failed: 1, unknown: 2 }) })
    run.lab(3000, { type: 'labNote' })
    expect(run.measures.snapshot().tallies[0]?.failed).toEqual([
      ['refused', 1],
      ['timeout', 2],
    ])
  })
})

describe('tallies over time', () => {
  it('messages between nodes count by family, those of a node to itself do not', () => {
    const run = new Run().lab(400, {
      type: 'trafficSampled',
      links: [
        { from: 1, to: 2, types: { prepare: 2, promise: 1, nack: 3 } },
        { from: 1, to: 1, types: { prepare: 9 } },
      ],
    })
    run.lab(3000, { type: 'labNote' })
    expect(run.measures.snapshot().tallies[0]?.messages).toEqual([
      ['phase1', 3],
      ['refuse', 3],
    ])
  })

  it('a percentile over merged buckets is that of all their flushes', () => {
    const series = new TallySeries()
    for (let at = 0; at < POINTS_MAX + 1; at += 1) {
      for (let n = 0; n < 10; n += 1) series.flushed(at * TALLY_MS, 1, at % 2 ? 1 : 100)
      series.chosen(at * TALLY_MS, { ms: 2, ballots: 7 })
    }
    series.advance(Infinity)
    const points = series.points()
    expect(points.length).toBeLessThanOrEqual(POINTS_MAX)
    expect(series.spanMs).toBe(2 * TALLY_MS)
    // An average of both percentiles would be about 50.
    expect(points[0]?.flush[0]?.[1]).toBeGreaterThan(98)
    expect(points[0]?.ballots).toEqual([0, 0, 0, 0, 2])
  })

  it('an empty bucket is absent, and the highest lag of a bucket is kept', () => {
    const run = new Run().start([1])
    for (const [atMs, lagMsP95] of [
      [100, 1],
      [200, 9],
      [2600, 2],
    ] as const) {
      run.lab(atMs, { type: 'statusSampled', nodes: [status(1, { lagMsP95 })] })
    }
    run.lab(9000, { type: 'labNote' })
    const { tallies } = run.measures.snapshot()
    expect(tallies.map(({ atMs, lag }) => [atMs, lag])).toEqual([
      [500, [[1, 9]]],
      [3000, [[1, 2]]],
    ])
  })
})

describe('reach', () => {
  const spans = (run: Run, node: number) =>
    run.measures
      .snapshot()
      .reach.filter((span) => span.node === node && span.toMs !== span.fromMs)
      .map(({ state, reaches, fromMs, toMs }) => [state, reaches, fromMs, toMs])

  it('says when a quorum was possible, and what each node could reach', () => {
    const run = new Run().start([1, 2, 3])
    run.lab(1000, { type: 'nodeExited', node: 1, injected: true })
    run.lab(2000, { type: 'nodeExited', node: 2, injected: true })
    run.lab(3500, { type: 'nodeReady', node: 2 })
    expect(spans(run, 0)).toEqual([
      ['starting', 0, 0, 1],
      ['quorum', 3, 1, 1000],
      ['quorum', 2, 1000, 2000],
      ['none', 1, 2000, 3500],
      ['quorum', 2, 3500, null],
    ])
    expect(spans(run, 3).map(([state]) => state)).toEqual([
      ...['starting', 'quorum', 'quorum', 'minority', 'quorum'],
    ])
    expect(spans(run, 1).at(-1)).toEqual(['down', 0, 1000, null])
  })

  it('asks the quorum system of the run, not always for a majority', () => {
    const run = new Run()
    const quorums = { kind: 'counts', phase1: 4, phase2: 2 }
    run.lab(0, { type: 'clusterStarted', members: [1, 2, 3, 4, 5], quorums })
    for (const node of [1, 2, 3, 4, 5]) run.lab(1, { type: 'nodeReady', node })
    for (const node of [1, 2]) run.lab(1000, { type: 'nodeExited', node, injected: true })
    expect(spans(run, 0).at(-1)).toEqual(['none', 3, 1000, null])
  })
})
