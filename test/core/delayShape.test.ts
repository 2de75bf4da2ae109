/** Shapes of a delay: mean, least, longest and spread of many draws with a seed. */
import { describe, expect, it } from 'vitest'
import { drawDelayMs } from '../../src/core/delayShape'
import { DELAY_MS_MAX, DELAY_SHAPES } from '../../src/core/fault'
import type { DelayShape } from '../../src/core/fault'
import { createPrng } from '../../src/core/sim/prng'

const DRAWS = 20_000

function draws(shape: DelayShape | undefined, delayMs: number, jitterMs: number): number[] {
  const prng = createPrng(7, 1, 2, 3)
  const law = { delayMs, jitterMs, shape }
  return Array.from({ length: DRAWS }, () => drawDelayMs(law, () => prng.unit()))
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const share = (values: readonly number[], above: number) =>
  values.filter((value) => value > above).length / values.length

describe('draws of delay 100 ms, jitter 20 ms', () => {
  const MEANS: readonly (readonly [DelayShape, number])[] = [
    ['constant', 100],
    ['uniform', 100],
    ['normal', 100],
    ['exponential', 120],
    ['pareto', 120],
  ]

  it.each(MEANS)('%s has the mean %i ms', (shape, ms) => {
    expect(Math.abs(mean(draws(shape, 100, 20)) - ms)).toBeLessThan(2)
  })

  it('constant is constant, uniform stays within the jitter and is what is meant by none', () => {
    expect(new Set(draws('constant', 100, 20))).toEqual(new Set([100]))
    const uniform = draws('uniform', 100, 20)
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(80)
    expect(Math.max(...uniform)).toBeLessThanOrEqual(120)
    expect(draws(undefined, 100, 20)).toEqual(uniform)
  })

  it('normal goes beyond 2 jitters in 2.3 %; exponential and pareto are never below', () => {
    expect(share(draws('normal', 100, 20), 140)).toBeCloseTo(0.0228, 2)
    for (const shape of ['exponential', 'pareto'] as const) {
      expect(Math.min(...draws(shape, 100, 20))).toBeGreaterThanOrEqual(100)
    }
  })

  it('pareto has the heavier tail: far more frames wait ten times the mean excess', () => {
    expect(share(draws('pareto', 100, 20), 300)).toBeGreaterThan(0.005)
    expect(share(draws('exponential', 100, 20), 300)).toBeLessThan(0.001)
  })
})

it('every draw is from 0 to the longest delay, whatever the numbers', () => {
  for (const shape of DELAY_SHAPES) {
    const values = draws(shape, 0, DELAY_MS_MAX)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThanOrEqual(DELAY_MS_MAX)
    const edge = { delayMs: 5, jitterMs: DELAY_MS_MAX, shape }
    for (const unit of [0, 1 - 2 ** -53]) expect(drawDelayMs(edge, () => unit)).not.toBeNaN()
  }
})
