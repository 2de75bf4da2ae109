/** Survival curves against figures worked out by hand, and the spread of a sample. */
import { describe, expect, it } from 'vitest'
import { distributionOf } from '../../../src/core/report/distribution'
import { survivalOf } from '../../../src/core/report/survival'

const decided = (at: number) => ({ at, decided: true })
const censored = (at: number) => ({ at, decided: false })

describe('survival', () => {
  it('steps down by the share of those at risk, who are fewer after a censored trial', () => {
    const { steps } = survivalOf([decided(1), censored(2), decided(3), decided(4), censored(5)])
    const shown = steps.map(({ at, atRisk, survival }) => [at, atRisk, Number(survival.toFixed(4))])
    expect(shown).toEqual([
      [0, 5, 1],
      [1, 5, 0.8],
      [2, 4, 0.8],
      [3, 3, 0.5333],
      [4, 2, 0.2667],
      [5, 1, 0.2667],
    ])
  })

  it('has the band of Greenwood on the log-log scale', () => {
    // S = 0.8 with one of five: variance of log S is 1/(5·4) = 0.05.
    const [, step] = survivalOf([decided(1), ...[2, 3, 4, 5].map(decided)]).steps
    const width = (1.959963985 * Math.sqrt(0.05)) / -Math.log(0.8)
    expect(step?.low).toBeCloseTo(0.8 ** Math.exp(width), 10)
    expect(step?.high).toBeCloseTo(0.8 ** Math.exp(-width), 10)
    expect(step?.low).toBeCloseTo(0.2038, 3)
    expect(step?.high).toBeCloseTo(0.9692, 3)
  })

  it('keeps a censored trial at risk at its own time', () => {
    const { steps } = survivalOf([decided(2), censored(2)])
    expect(steps.at(-1)).toMatchObject({ atRisk: 2, decided: 1, censored: 1, survival: 0.5 })
  })

  it('has no band where nothing or everything is decided, and no median without half', () => {
    const never = survivalOf([censored(3), censored(4)])
    expect(never).toMatchObject({ trials: 2, decided: 0, median: null })
    expect(never.steps.every(({ low, high }) => low === null && high === null)).toBe(true)
    const all = survivalOf([decided(3), decided(4)])
    expect(all.steps.at(-1)).toMatchObject({ survival: 0, low: null, high: null })
    expect(all.median).toBe(3)
  })
})

describe('distribution', () => {
  it('has quartiles between ranks', () => {
    expect(distributionOf([4, 1, 3, 2])).toEqual({
      ...{ count: 4, min: 1, lower: 1.75, median: 2.5, upper: 3.25, max: 4 },
    })
    expect(distributionOf([])).toBeNull()
  })
})
