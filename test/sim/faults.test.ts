/** Every kind of fault strikes, alone and with others, and leaves an honest cluster unharmed. */
import { expect, it } from 'vitest'
import { BREAKING_KINDS, FAULT_KINDS } from '../../src/core/sim/plan'
import type { SimFaultKind } from '../../src/core/sim/plan'
import { drawPlan } from '../../src/core/sim/swarm'
import { runTrial } from '../../src/core/trial/trial'
import type { TrialResult } from '../../src/core/trial/trial'

const SEEDS = [1, 2, 3, 4]

function trials(faults: readonly SimFaultKind[], seeds: readonly number[]): TrialResult[] {
  return seeds.map((seed) => runTrial({ plan: drawPlan({ seed, faults }) }))
}

it.each(FAULT_KINDS)('%s strikes, and nothing breaks', (kind) => {
  const results = trials([kind], SEEDS)
  const broken = results.filter(({ verdict }) => verdict !== 'valid')
  expect(broken.map(({ seed, violations, words }) => ({ seed, violations, words }))).toEqual([])
  const strikes = results.reduce((sum, { faults }) => sum + (faults[kind] ?? 0), 0)
  expect(strikes).toBeGreaterThan(0)
  const others = results.flatMap(({ faults }) => Object.keys(faults)).filter((one) => one !== kind)
  expect(others).toEqual([])
})

it.each(BREAKING_KINDS)('a disk whose %s is found out by the judges', (kind) => {
  const seeds = Array.from({ length: 30 }, (_, index) => index + 1)
  const results = trials([kind, 'powerLoss'], seeds)
  const broken = results.filter(({ verdict }) => verdict === 'violated')
  expect(broken.length).toBeGreaterThan(0)
  expect(results.some(({ faults }) => (faults[kind] ?? 0) > 0)).toBe(true)
})

it('a seed uses some kinds and leaves others out; all are used by some', () => {
  const used = Array.from({ length: 100 }, (_, index) => {
    return new Set(drawPlan({ seed: index + 1 }).faults.map(({ fault }) => fault.kind))
  })
  for (const kind of FAULT_KINDS) {
    const count = used.filter((kinds) => kinds.has(kind)).length
    expect(count, kind).toBeGreaterThan(kind === 'wipe' ? 2 : 20)
    expect(count, kind).toBeLessThan(80)
  }
  for (const kind of BREAKING_KINDS) expect(used.some((kinds) => kinds.has(kind))).toBe(false)
})
