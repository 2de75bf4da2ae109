/**
 * The simulator of the page: the same run for the same seed, and a hunt that finds and can fail.
 */
import { describe, expect, it } from 'vitest'
import { drawPlan } from '../../src/core/sim/swarm'
import { runTrial } from '../../src/core/trial/trial'
import { HUNT_SEEDS_MAX, simulate } from '../../src/renderer/src/sources/simulation'
import type { FromSimulator } from '../../src/renderer/src/sources/simulation'
import type { SimWish } from '../../src/renderer/src/sources/simWish'

const WISH: SimWish = {
  ...{ seed: 3, nodes: 3, faults: ['kill', 'drop'], mutant: null, seconds: 2, hunt: false },
}

function run(wish: SimWish): FromSimulator[] {
  const told: FromSimulator[] = []
  simulate(wish, (message) => told.push(message))
  return told
}

function only(told: readonly FromSimulator[]) {
  const last = told.at(-1)
  if (last?.kind !== 'done') throw new Error(`it ended with ${String(last?.kind)}`)
  return last.run
}

describe('one seed', () => {
  it('gives the run that the command line gives', () => {
    const made = only(run(WISH))
    const plan = drawPlan({ seed: 3, nodes: 3, faults: ['kill', 'drop'], safetyTicks: 400 })
    expect(made).toMatchObject({
      seed: 3,
      nodes: 3,
      verdict: 'valid',
      hash: runTrial({ plan }).hash,
    })
    expect(only(run(WISH)).hash).toBe(made.hash)
    expect(only(run({ ...WISH, seed: 4 })).hash).not.toBe(made.hash)
  })

  it('is folded as a saved run is, messages and checks included', () => {
    const { view } = only(run(WISH))
    expect(view.events.some(({ type }) => type === 'sent')).toBe(true)
    expect(view.status.nodes).toHaveLength(3)
    expect(view.status.checks.length).toBeGreaterThanOrEqual(15)
    expect(view.status.options).toMatchObject({ nodes: 3, seed: 3, mutant: null })
    expect(view.series.progress.length).toBeGreaterThan(0)
  })
})

it('a hunt goes from seed to seed until a mutant is caught', () => {
  const wish = {
    ...WISH,
    nodes: null,
    faults: null,
    seconds: null,
    mutant: 'M1',
    hunt: true,
  } as const
  const told = run(wish)
  const made = only(told)
  expect(made.verdict).toBe('violated')
  expect(made.words).not.toBe('')
  expect(made.view.status.options?.mutant ?? 'M1').toBe('M1')
  expect(told.filter(({ kind }) => kind === 'seed')).toHaveLength(made.seed - wish.seed + 1)
  expect(made.seed).toBeLessThan(wish.seed + HUNT_SEEDS_MAX)
})
