/** `explore --model replicas --liveness`: a fair way to go on for ever and choose nothing. */
import { findLasso } from '../../core/check/explore/replicasLasso'
import type { LassoOptions, LassoResult } from '../../core/check/explore/replicasLasso'
import { mutantLabel } from '../../core/mutants'
import type { Verdict } from '../../shared/labWords'
import type { ExploreOutput } from './exploreAbstractRun'
import { recordSchedule } from './exploreReplicasRun'
import { chooseRunsDir, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { EXIT, Output } from './output'
import { UsageError } from './usage'

/** Throws UsageError for bounds that are none. */
export async function runLasso(
  options: LassoOptions,
  { out, json }: ExploreOutput,
  context: CliContext,
): Promise<number> {
  const output = new Output(json)
  try {
    const result = findLasso(options)
    const { lasso, states } = result
    let runDir: string | null = null
    if (lasso !== null) {
      const measures = { states, acts: lasso.schedule.acts.length }
      const runsDir = chooseRunsDir(out, output)
      const recorded = await recordSchedule(lasso.schedule, measures, runsDir, context.version)
      runDir = recorded.runDir
    }
    return report(output, options, result, runDir)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    return giveUp(output, error)
  }
}

function report(
  output: Output,
  options: LassoOptions,
  { states, transitions, complete, lasso }: LassoResult,
  runDir: string | null,
): number {
  const verdict: Verdict = lasso !== null ? 'violated' : complete ? 'valid' : 'unknown'
  if (output.json) {
    const { schedule: _, ...turns } = lasso ?? { schedule: null }
    const found = lasso === null ? null : turns
    const what = { verdict, model: 'replicas', bounds: options, lasso: found, runDir }
    output.result({ states, transitions, complete, ...what }, '')
    return EXIT[verdict]
  }
  const { nodes, requests, mutant } = options
  const asked = typeof requests === 'number' ? requests : requests.length
  const broken = mutant === null ? '' : `, ${mutantLabel(mutant)}`
  output.say(`Worlds of ${nodes} replicas: ${asked} requests, nothing lost${broken}`)
  output.say(`  ${states.toLocaleString('en')} states before anything is chosen`)
  if (lasso !== null) {
    const { stemSteps, cycleSteps, bids } = lasso
    output.say(`  LASSO: after ${stemSteps} steps, ${cycleSteps} that can go on for ever`)
    output.say(`  each turn begins ${bids} ballots, and no value is chosen (PMS §2.4)`)
    output.say(`  the run, with three turns, is in ${runDir}`)
  }
  output.say(`${verdict}: ${verdictWords(complete, lasso !== null)}`)
  return EXIT[verdict]
}

function verdictWords(complete: boolean, found: boolean): string {
  if (found) return 'nothing needs ever be chosen, although every message arrives'
  if (complete) return 'no such cycle within these bounds'
  return 'no such cycle in what was explored, which is not all within these bounds'
}
