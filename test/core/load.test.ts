/** Which keys the load asks for, and when its requests become due. */
import { describe, expect, it } from 'vitest'
import { Arrivals } from '../../src/core/load/arrivals'
import { SINGLE, UNIFORM, ZipfSampler } from '../../src/core/load/keys'
import type { KeySampler } from '../../src/core/load/keys'
import { LoadFigures } from '../../src/core/measure/loadFigures'
import { Histogram } from '../../src/core/measure/histogram'
import { LoadSeries } from '../../src/core/measure/loadSeries'
import { createPrng } from '../../src/core/sim/prng'
import { sample } from '../support/measureRun'

const DRAWS = 200_000

function drawn(sampler: KeySampler, keys: number, seed = 1): number[] {
  const prng = createPrng(seed)
  const counts = new Array<number>(keys).fill(0)
  for (let draw = 0; draw < DRAWS; draw++) {
    const key = sampler.next(prng)
    counts[key - 1] = (counts[key - 1] ?? NaN) + 1
  }
  return counts
}

/** Pearson's sum over keys; about `keys - 1` where the shares are right, give or take its root. */
function chiSquare(counts: readonly number[], shares: readonly number[]): number {
  return counts.reduce((sum, count, at) => {
    const expected = (shares[at] ?? 0) * DRAWS
    return sum + (count - expected) ** 2 / expected
  }, 0)
}

function zipfShares(keys: number, theta: number): number[] {
  const weights = Array.from({ length: keys }, (_, at) => 1 / (at + 1) ** theta)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

describe('keys', () => {
  // 100 degrees of freedom less one: above 160 in one of 10,000 seeds, and the seed is fixed.
  const KEYS = 100
  const LIMIT = 160

  it.each([0, 0.5, 0.99, 1, 1.5])('Zipf with theta %d has exactly its shares', (theta) => {
    const counts = drawn(new ZipfSampler(KEYS, theta), KEYS)
    expect(chiSquare(counts, zipfShares(KEYS, theta))).toBeLessThan(LIMIT)
  })

  it('the measure can tell: shares of another theta do not fit', () => {
    const counts = drawn(new ZipfSampler(KEYS, 0.99), KEYS)
    expect(chiSquare(counts, zipfShares(KEYS, 0.9))).toBeGreaterThan(10 * LIMIT)
  })

  it('a draw at every edge of a share is the key on its far side', () => {
    const sampler = new ZipfSampler(3, 1)
    const at = (unit: number) => sampler.next({ ...createPrng(1), unit: () => unit })
    expect([0, 6 / 11, 9 / 11].map((edge) => at(edge + 1e-9))).toEqual([1, 2, 3])
    expect([6 / 11, 9 / 11, 1].map((edge) => at(edge - 1e-9))).toEqual([1, 2, 3])
    expect(new ZipfSampler(1, 0.99).next(createPrng(1))).toBe(1)
  })

  it('uniform and single are what they say', () => {
    const shares = new Array<number>(KEYS).fill(1 / KEYS)
    expect(chiSquare(drawn(UNIFORM(KEYS), KEYS), shares)).toBeLessThan(LIMIT)
    expect(drawn(SINGLE, KEYS)[0]).toBe(DRAWS)
  })

  it('a seed gives the same keys, another seed others', () => {
    const sampler = new ZipfSampler(KEYS, 0.99)
    expect(drawn(sampler, KEYS, 7)).toEqual(drawn(sampler, KEYS, 7))
    expect(drawn(sampler, KEYS, 7)).not.toEqual(drawn(sampler, KEYS, 8))
  })

  it('a million keys are in reach', () => {
    const sampler = new ZipfSampler(1_000_000, 0.99)
    const prng = createPrng(1)
    const keys = Array.from({ length: 1000 }, () => sampler.next(prng))
    expect(Math.min(...keys)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...keys)).toBeLessThanOrEqual(1_000_000)
    expect(Math.max(...keys)).toBeGreaterThan(100_000)
  })
})

describe('arrivals', () => {
  const times = (arrivals: Arrivals, untilMs: number): number[] => {
    const taken: number[] = []
    for (let due = arrivals.take(untilMs); due !== null; due = arrivals.take(untilMs)) {
      taken.push(due)
    }
    return taken
  }

  it('constant: one each span, late or not, and each once', () => {
    const arrivals = new Arrivals('constant', 20, 5, createPrng(1))
    expect(arrivals.nextMs).toBe(5)
    expect(arrivals.take(4.9)).toBeNull()
    expect(times(arrivals, 50)).toEqual([5, 25, 45])
    expect(times(arrivals, 60)).toEqual([])
    expect(times(arrivals, 105)).toEqual([65, 85, 105])
  })

  it('poisson: gaps have the mean and the spread of an exponential, and no memory', () => {
    const due = times(new Arrivals('poisson', 10, 0, createPrng(3)), 1_000_000)
    const gaps = due.map((at, index) => at - (due[index - 1] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
    // 100,000 gaps: a mean is off by 1 % in one of a thousand seeds.
    expect(mean).toBeCloseTo(10, 0)
    expect(spread / mean).toBeCloseTo(1, 1)
    const long = gaps.filter((gap) => gap > 20).length / gaps.length
    expect(long).toBeCloseTo(Math.exp(-2), 2)
  })

  it('a seed gives the same arrivals', () => {
    const of = (seed: number) => times(new Arrivals('poisson', 10, 0, createPrng(seed)), 500)
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
  })
})

describe('what a load came to', () => {
  const pairs = (...values: number[]) => {
    const histogram = new Histogram()
    for (const value of values) histogram.add(value)
    return histogram.pairs()
  }
  const stamp = { by: 'lab', type: 'loadSampled', seq: 1, atMs: 100 } as const

  it('keeps response and service time apart, and counts what was offered and shed', () => {
    const figures = new LoadFigures()
    const counts = { sent: 3, offered: 5, shed: 2, acked: 3 }
    const open = { ...counts, latency: pairs(1000, 500, 1), service: pairs(1, 1, 1) }
    figures.feed({ ...stamp, ...sample(open) })
    const told = figures.figures()
    expect(told).toMatchObject({ offered: 5, shed: 2 })
    expect(told['responseMaxMs']! / 1000).toBeCloseTo(1, 1)
    expect(told['responseP50Ms']! / 500).toBeCloseTo(1, 1)
    expect(told['serviceMaxMs']).toBeCloseTo(1, 1)
  })

  it('without an open loop both times are one, and all that was sent was offered', () => {
    const figures = new LoadFigures()
    expect(figures.figures()).toEqual({})
    figures.feed({ ...stamp, ...sample({ sent: 2 }) })
    expect(figures.figures()).toMatchObject({ offered: 2, shed: 0, responseP99Ms: null })
    figures.feed({ ...stamp, ...sample({ sent: 1, latency: pairs(7) }) })
    const told = figures.figures()
    expect(told['serviceP999Ms']).toBe(told['responseP999Ms'])
  })

  it('the series has a line for each', () => {
    const series = new LoadSeries()
    const change = { sent: 3, offered: 5, shed: 2, acked: 1, latency: pairs(80), service: pairs(2) }
    series.feed(100, sample(change))
    series.feed(200, sample({ sent: 1, acked: 1, latency: pairs(3) }))
    series.advance(1000)
    const [first, second] = series.points()
    expect(first).toMatchObject({ offeredPerSecond: 50, sentPerSecond: 30, shedPerSecond: 20 })
    expect(first!.p99Ms! / first!.serviceP99Ms!).toBeGreaterThan(30)
    expect(second).toMatchObject({ offeredPerSecond: 10, shedPerSecond: 0, serviceP99Ms: null })
  })
})
