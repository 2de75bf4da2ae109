/** The parts of the benchmark that only count: figures, bars, report, profiles, frames. */
import { describe, expect, it } from 'vitest'
import { NO_EXTRAS, judgeBars, key, ratio } from '../bench/bars.mjs'
import { Histogram, Meter, keyDraws, median } from '../bench/figures.mjs'
import { putMessage } from '../bench/grpcPut.mjs'
import { ownTimes } from '../bench/profile.mjs'
import { comparisonText, timesText } from '../bench/report.mjs'

const figures = (perSecond: number, p50Ms = 1, p99Ms = 2) => ({
  ...{ perSecond, p50Ms, p99Ms, acked: perSecond, gapMs: 0, lost: 0, cores: 0.1, others: 0 },
  errors: {},
})

function verdict(
  results: Parameters<typeof judgeBars>[0],
  words: string,
  extras = NO_EXTRAS,
): boolean | null {
  const found = judgeBars(results, extras).filter(({ bar }) => bar.includes(words))
  expect(found).toHaveLength(1)
  return found[0]!.reached
}

describe('figures', () => {
  it('quantiles are off by 1 us or 0.1 %', () => {
    const histogram = new Histogram()
    for (let us = 1; us <= 100_000; us += 1) histogram.add(us)
    expect(Math.abs(histogram.quantileUs(0.005) - 500)).toBeLessThanOrEqual(1)
    expect(Math.abs(histogram.quantileUs(0.5) / 50_000 - 1)).toBeLessThan(0.001)
    expect(Math.abs(histogram.quantileUs(0.99) / 99_000 - 1)).toBeLessThan(0.001)
    expect(new Histogram().quantileUs(0.5)).toBe(0)
  })

  it('the gap reaches from one acknowledged write to the next, or to the end', () => {
    const between = new Meter()
    between.begin(0)
    for (const now of [10, 20, 720, 730]) between.ack(now - 5, now)
    expect(between.end(1000)).toMatchObject({ gapMs: 700, acked: 4, perSecond: 4 })
    const never = new Meter()
    never.begin(0)
    never.ack(0, 100)
    expect(never.end(1000).gapMs).toBe(900)
  })

  it('a refused write ends no gap and counts as no write', () => {
    const meter = new Meter()
    meter.begin(0)
    meter.error('-NOLEADER')
    meter.ack(0, 500)
    expect(meter.end(1000)).toMatchObject({ gapMs: 500, acked: 1, errors: { '-NOLEADER': 1 } })
  })

  it('the warm-up is not counted', () => {
    const meter = new Meter()
    meter.ack(0, 10)
    meter.begin(100)
    expect(meter.end(200).acked).toBe(0)
  })

  it('medians of odd and even counts', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  it('keys are drawn alike by every generator', () => {
    const [one, other] = [keyDraws(100), keyDraws(100)]
    const drawn = Array.from({ length: 50 }, one)
    expect(drawn).toEqual(Array.from({ length: 50 }, other))
    expect(drawn.every((each) => each >= 0 && each < 100)).toBe(true)
    expect(new Set(drawn).size).toBeGreaterThan(20)
  })
})

describe('bars', () => {
  const three = (system: string, rounds: number[]) =>
    ['16', '64', '256'].map((load): [string, ReturnType<typeof figures>[]] => [
      key(system, load),
      rounds.map((perSecond) => figures(perSecond)),
    ])

  it('a ratio is the median of the ratios within a round', () => {
    const results = new Map([...three('ours', [100, 40, 90]), ...three('etcd', [10, 20, 30])])
    expect(ratio(results, 'ours', 'etcd', '64', ({ perSecond }) => perSecond)).toBe(3)
  })

  it('a bar is reached, missed, or not measured', () => {
    const etcd = three('etcd', [10, 10, 10])
    expect(verdict(new Map([...three('ours', [20, 21, 19]), ...etcd]), '2x etcd')).toBe(true)
    expect(verdict(new Map([...three('ours', [19, 21, 19]), ...etcd]), '2x etcd')).toBe(false)
    expect(verdict(new Map(three('ours', [20, 21, 19])), '2x etcd')).toBeNull()
  })

  it('one part that misses decides, one that is missing does not', () => {
    const [sixteen] = three('etcd', [10])
    const parts = (perSecond: number) => new Map([...three('ours', [perSecond]), sixteen!])
    expect(verdict(parts(15), '2x etcd')).toBe(false)
    expect(verdict(parts(25), '2x etcd')).toBeNull()
  })

  it('failover is judged by its median and its worst', () => {
    const extras = { ...NO_EXTRAS, failoverMs: [500, 550, 1200] }
    expect(verdict(new Map(), 'failover, median', extras)).toBe(true)
    expect(verdict(new Map(), 'failover, worst', extras)).toBe(false)
  })

  it('a restart over fewer writes than the bar asks for proves nothing', () => {
    const extras = { ...NO_EXTRAS, restartMs: [100], restartWrites: 5000, residentMiB: 60 }
    expect(verdict(new Map(), 'restart over', extras)).toBeNull()
    const full = { ...extras, restartWrites: 1_000_000 }
    expect(verdict(new Map(), 'restart over', full)).toBe(true)
    expect(verdict(new Map(), 'node ≤ 150 MB', { ...full, residentMiB: 151 })).toBe(false)
  })
})

describe('report', () => {
  const head = { version: '9.9.9', rounds: 1, seconds: 1, machine: ['a machine'] }

  it('says what was measured, missing and refused', () => {
    const refused = { ...figures(1000, 0.5, 2), errors: { '-NOLEADER no node leads': 7 } }
    const results = new Map([
      [key('ours', '64'), [refused]],
      [key('skeleton', '64'), [figures(2000, 1, 4)]],
    ])
    const kinds = [
      { id: 'ours', title: 'Ours' },
      { id: 'skeleton', title: 'Bare' },
    ]
    const disk = [{ single: 5000, batched: 300_000 }]
    const missing = ['etcd is not installed']
    const text = comparisonText({ results, disk, missing, kinds }, NO_EXTRAS, head)
    expect(text).toContain('| clients | 64 |')
    expect(text).toContain('| Ours | 1,000 (0.50 / 2.00) |')
    expect(text).toContain('| Bare | 0.50x, 0.50x, 0.50x |')
    expect(text).toContain('| ≥ 0.7x the skeleton at 64 | 0.50x | **not reached** |')
    expect(text).toContain('**etcd is not installed: left out**')
    expect(text).toContain('ours | 64: 7 writes were refused')
    expect(text).toContain('fdatasync 5,000/s')
  })

  it('times have a median and a range, or were not measured', () => {
    expect(timesText('x', [3000, 1000, 2000])).toBe('x: median 2,000 ms, 1,000 to 3,000 ms, 3 runs')
    expect(timesText('x', [])).toBe('x: not measured')
  })
})

it('a profile: own time by function, idle time apart', () => {
  const frame = (functionName: string, url = '', lineNumber = 0) => ({
    callFrame: { functionName, url, lineNumber },
  })
  const profile = {
    nodes: [
      { id: 1, ...frame('(idle)') },
      { id: 2, ...frame('step', 'file:///out/main/node.js', 9) },
      { id: 3, ...frame('step', 'file:///out/main/node.js', 9) },
      { id: 4, ...frame('fdatasync') },
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [5000, 2000, 1000, 1000],
    ...{ startTime: 0, endTime: 9000 },
  }
  const { busyMs, idleMs, rows, groups } = ownTimes(profile)
  expect({ busyMs, idleMs }).toEqual({ busyMs: 4, idleMs: 5 })
  expect(rows).toEqual([
    { name: 'step node.js:10', ms: 3, share: 0.75 },
    { name: 'fdatasync', ms: 1, share: 0.25 },
  ])
  expect(groups.slice(0, 2).map(({ name, ms }) => [name, ms])).toEqual([
    ['ours', 3],
    ['native', 1],
  ])
})

it('a put is a PutRequest in one gRPC message', () => {
  const bytes = putMessage('k', 'v'.repeat(200))
  expect([...bytes.subarray(0, 5)]).toEqual([0, 0, 0, 0, bytes.length - 5])
  expect([...bytes.subarray(5, 11)]).toEqual([0x0a, 1, 'k'.charCodeAt(0), 0x12, 0xc8, 0x01])
  expect(bytes.subarray(11).toString()).toBe('v'.repeat(200))
})
