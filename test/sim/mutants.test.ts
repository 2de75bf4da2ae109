/**
 * The judges can say no: every mutant of the catalogue is caught within a stated number of seeds.
 * The table that is printed tells in how many, and by which invariant first.
 */
import { expect, it } from 'vitest'
import { MUTANT_IDS } from '../../src/core/paxos/mutant'
import type { MutantId } from '../../src/core/paxos/mutant'
import { drawPlan } from '../../src/core/sim/swarm'
import { minimise } from '../../src/core/trial/minimise'
import { runTrial } from '../../src/core/trial/trial'

/** Within so many seeds each is caught once at least; most are in the first three. */
const SEEDS_MAX = 200
/** The table goes on until so many were seen, where that is cheap. */
const SEEDS_MIN = 6

interface Caught {
  readonly seeds: number
  readonly caught: number
  readonly first: number
  readonly by: ReadonlyMap<string, number>
}

function hunt(mutant: MutantId): Caught {
  const by = new Map<string, number>()
  let caught = 0
  let first = 0
  let seed = 0
  while (seed < SEEDS_MIN || (caught === 0 && seed < SEEDS_MAX)) {
    seed += 1
    const [violation] = runTrial({ plan: drawPlan({ seed, mutant }) }).violations
    if (violation === undefined) continue
    caught += 1
    if (first === 0) first = seed
    by.set(violation.invariant, (by.get(violation.invariant) ?? 0) + 1)
  }
  return { seeds: seed, caught, first, by }
}

it.each(MUTANT_IDS)(`${'%s'} is caught within ${SEEDS_MAX} seeds`, (mutant) => {
  const { seeds, caught, first, by } = hunt(mutant)
  const judges = [...by].map(([invariant, count]) => `${invariant} ${count}`).join(', ')
  console.log(`${mutant}: ${caught} of ${seeds} seeds, first ${first}, by ${judges}`)
  expect(caught).toBeGreaterThan(0)
})

it('a failing plan is made smaller, the same way each time, and breaks the same invariant', () => {
  const plan = drawPlan({ seed: 1, mutant: 'M12', faults: ['kill', 'drop', 'partition', 'elect'] })
  const before = runTrial({ plan }).violations[0]
  expect(before?.invariant).toBe('I1')
  const [once, twice] = [minimise(plan), minimise(plan)]
  expect(twice?.plan).toEqual(once?.plan)
  const small = once?.plan ?? plan
  expect(small.faults.length).toBeLessThan(plan.faults.length / 2)
  expect(small.clients.opsMax).toBeLessThan(plan.clients.opsMax)
  expect(small.safetyTicks).toBeLessThan(plan.safetyTicks)
  expect(runTrial({ plan: small }).violations[0]?.invariant).toBe('I1')
})

it('a plan that breaks nothing is not made smaller', () => {
  expect(minimise(drawPlan({ seed: 1, faults: [] }))).toBeNull()
})
