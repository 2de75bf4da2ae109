/**
 * Seeds: hundreds of simulated clusters with all kinds of faults, no violation, and all converge.
 *
 * `SIM_SEEDS=1000 npx vitest run test/sim/seeds.test.ts` runs that many, without a bound of time:
 * the nightly size. A failing seed is one command: `paxos-lab sim --seed S`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { SwarmOptions } from '../../src/core/sim/swarm'
import { drawPlan } from '../../src/core/sim/swarm'
import { runTrial } from '../../src/core/trial/trial'
import type { TrialResult } from '../../src/core/trial/trial'
import { parseSimPlan } from '../../src/shared/simPlanCodec'

const wanted = process.env['SIM_SEEDS']
const SEEDS_MAX = wanted === undefined ? 400 : Number(wanted)
/** A busy machine does fewer seeds, never fewer than these. */
const SEEDS_MIN = 60
const BUDGET_MS = wanted === undefined ? 20_000 : Infinity
const TEST_MS_MAX = 36_000_000

function shortOf({ seed, verdict, violations, words }: TrialResult) {
  const [first] = violations
  return `seed ${seed} is ${verdict}: ${first === undefined ? words : first.invariant} ${first?.words ?? ''}`
}

function runSeeds(draw: (seed: number) => SwarmOptions): TrialResult[] {
  const startMs = performance.now()
  const results: TrialResult[] = []
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    if (seed > SEEDS_MIN && performance.now() - startMs > BUDGET_MS) break
    const { history, checks, ...kept } = runTrial({ plan: drawPlan(draw(seed)) })
    results.push({ ...kept, history: [], checks: [] })
    expect(kept.operations, `seed ${seed}`).toBeGreaterThan(0)
    expect([history.length > 0, checks.length > 0], `seed ${seed}`).toEqual([true, true])
  }
  return results
}

function judge(results: readonly TrialResult[]): string {
  expect(results.filter(({ verdict }) => verdict !== 'valid').map(shortOf)).toEqual([])
  const sum = (of: (result: TrialResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0)
  const chosen = sum(({ chosenSlots }) => chosenSlots)
  expect(chosen).toBeGreaterThan(results.length * 10)
  return `${results.length} seeds, ${sum(({ events }) => events)} events, ${chosen} slots chosen`
}

it(
  'S19, S31: whatever a seed does, nothing breaks; healed, every request is answered and all are equal',
  () => {
    const results = runSeeds((seed) => ({ seed }))
    const healed = results.map(({ healTicks }) => healTicks)
    expect(healed).not.toContain(null)
    console.log(judge(results))
  },
  TEST_MS_MAX,
)

it(
  'S30: kills, power losses and restarts at random: no acknowledged write is lost',
  () => {
    const results = runSeeds((seed) => ({ seed: seed + 1_000_000, faults: ['kill', 'powerLoss'] }))
    const kills = results.reduce(
      (sum, { faults }) => sum + (faults.kill ?? 0) + (faults.powerLoss ?? 0),
      0,
    )
    expect(kills).toBeGreaterThan(results.length)
    console.log(`${judge(results)}, ${kills} nodes killed`)
  },
  TEST_MS_MAX,
)

/** One plan a line, as `sim --plan` takes it; words begin with #. */
const kept = readFileSync(join(import.meta.dirname, 'regress.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

it.each(kept.map((line, index) => [index + 1, line] as const))(
  'plan %i of regress.txt, which failed once, is valid',
  (index, line) => {
    const result = runTrial({ plan: parseSimPlan(line, `regress.txt, plan ${index}`) })
    expect(result.violations.map(({ invariant, words }) => `${invariant} ${words}`)).toEqual([])
  },
)
