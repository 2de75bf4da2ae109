/**
 * Shards of one experiment as one result.
 *
 * Errors: MergeError for results of different experiments, or with the same trial twice.
 */
import { experimentVerdict } from '../../shared/experimentCodec'
import type { ExperimentPlan, ExperimentResult } from '../../shared/experimentResult'
import { wholeCommand } from './command'

export class MergeError extends Error {
  override readonly name = 'MergeError'
}

export interface ShardResult {
  readonly dir: string
  readonly result: ExperimentResult
}

/** At least one shard. What is said of the system is that of the first. */
export function mergeShards(shards: readonly ShardResult[]): ExperimentResult {
  const [first, ...rest] = shards
  if (first === undefined) throw new MergeError('there is nothing to merge')
  if (rest.length === 0) return judged(first.result)
  const { plan } = first.result
  const other = rest.find(({ result }) => keyOf(result.plan) !== keyOf(plan))
  if (other !== undefined) {
    throw new MergeError(`${other.dir} and ${first.dir} are not of the same plan`)
  }
  const seen = new Map<number, string>()
  for (const { dir, result } of shards) {
    for (const { trial } of result.trials) {
      const where = seen.get(trial)
      if (where !== undefined) throw new MergeError(`trial ${trial} is in ${where} and in ${dir}`)
      seen.set(trial, dir)
    }
  }
  const results = shards.map(({ result }) => result)
  return judged({
    ...first.result,
    plan: { ...plan, command: wholeCommand(plan.command) },
    startedAt: results.map(({ startedAt }) => startedAt).sort()[0] ?? first.result.startedAt,
    trials: results.flatMap(({ trials }) => trials).sort((left, right) => left.trial - right.trial),
    planned: results.reduce((sum, { planned }) => sum + planned, 0),
    cancelled: results.some(({ cancelled }) => cancelled),
  })
}

/** A runner that was killed wrote what it knew until then. */
function judged(result: ExperimentResult): ExperimentResult {
  return { ...result, verdict: experimentVerdict(result) }
}

function keyOf({ name, sweep, seeds, source, command }: ExperimentPlan): string {
  return JSON.stringify([name, sweep, seeds, source, wholeCommand(command)])
}
