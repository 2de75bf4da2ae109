/**
 * Survival: the share of trials that have not decided yet, by Kaplan and Meier, with a pointwise
 * 95 % confidence band (Greenwood's variance on the log-log scale, which stays within 0 and 1).
 *
 * A censored trial counts as at risk up to and at its own time, and never as decided. Where a curve
 * is at 1 or at 0 the band has no width that the data could tell, and it is null.
 */

export interface Lifetime {
  readonly at: number
  /** False: censored. */
  readonly decided: boolean
}

/** From `at` on, up to the next step. */
export interface SurvivalStep {
  readonly at: number
  readonly atRisk: number
  readonly decided: number
  readonly censored: number
  readonly survival: number
  readonly low: number | null
  readonly high: number | null
}

export interface Survival {
  /** Begins with a step at 0 where nothing was decided. */
  readonly steps: readonly SurvivalStep[]
  readonly trials: number
  readonly decided: number
  /** When half had decided; null: fewer did. */
  readonly median: number | null
}

/** The two-sided 95 % point of the normal distribution. */
const Z_95 = 1.959963985

export function survivalOf(lifetimes: readonly Lifetime[]): Survival {
  const times = [...new Set(lifetimes.map(({ at }) => at))].sort((a, b) => a - b)
  const first = { at: 0, atRisk: lifetimes.length, decided: 0, censored: 0 }
  const steps: SurvivalStep[] = [{ ...first, survival: 1, low: null, high: null }]
  let survival = 1
  let greenwood = 0
  let atRisk = lifetimes.length
  for (const at of times) {
    const here = lifetimes.filter((one) => one.at === at)
    const decided = here.filter((one) => one.decided).length
    const censored = here.length - decided
    if (decided > 0) {
      survival *= 1 - decided / atRisk
      greenwood += decided / (atRisk * (atRisk - decided))
    }
    steps.push({ at, atRisk, decided, censored, survival, ...bandOf(survival, greenwood) })
    atRisk -= here.length
  }
  return {
    steps,
    trials: lifetimes.length,
    decided: lifetimes.filter((one) => one.decided).length,
    median: steps.find((step) => step.survival <= 0.5)?.at ?? null,
  }
}

function bandOf(survival: number, greenwood: number): { low: number | null; high: number | null } {
  if (survival <= 0 || survival >= 1) return { low: null, high: null }
  const width = (Z_95 * Math.sqrt(greenwood)) / Math.abs(Math.log(survival))
  return { low: survival ** Math.exp(width), high: survival ** Math.exp(-width) }
}
