/** `explore --model replicas`: bounded worlds of whole replicas, and what was found in them. */
import { exploreReplicas } from '../../core/check/explore/replicas'
import type { ReplicasOptions, ReplicasResult } from '../../core/check/explore/replicasTypes'
import type { LabEvent } from '../../core/event'
import { mutantLabel } from '../../core/mutants'
import { rolesOf } from '../../core/paxos/config'
import type { Schedule } from '../../core/schedule'
import { playSchedule } from '../../core/sim/player'
import type { Verdict } from '../../shared/labWords'
import { recordFinding } from '../explore/recordRun'
import type { Finding, RecordedFinding } from '../explore/recordRun'
import type { ExploreOutput } from './exploreAbstractRun'
import { chooseRunsDir, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { EXIT, Output } from './output'
import { Progress } from './progress'
import { UsageError } from './usage'

/** Throws UsageError for bounds that are none. */
export async function runReplicas(
  options: ReplicasOptions,
  { out, json }: ExploreOutput,
  context: CliContext,
): Promise<number> {
  const output = new Output(json)
  let at = ''
  const progress = new Progress(output.people, () => at)
  try {
    const startedMs = performance.now()
    const result = exploreReplicas({
      ...options,
      onProgress: (states, depth) => {
        at = `${count(states)} states, ${depth} acts deep`
        progress.redraw()
      },
    })
    const seconds = (performance.now() - startedMs) / 1000
    progress.end()
    const schedule = result.counterexample?.schedule ?? null
    const measures = { states: result.states, acts: schedule?.acts.length ?? 0 }
    const recorded =
      schedule === null
        ? null
        : await recordSchedule(schedule, measures, chooseRunsDir(out, output), context.version)
    return report(output, options, result, seconds, recorded)
  } catch (error) {
    progress.end()
    if (error instanceof RangeError) throw new UsageError(error.message)
    return giveUp(output, error)
  }
}

/** Plays a schedule and keeps what happened as a run directory. */
export async function recordSchedule(
  schedule: Schedule,
  measures: Finding['measures'],
  runsDir: string,
  appVersion: string,
): Promise<RecordedFinding> {
  const events: LabEvent[] = []
  playSchedule(schedule, (event) => events.push(event))
  const members = Array.from({ length: schedule.nodes }, (_, at) => at + 1)
  const { acceptors } = rolesOf({ roles: schedule.config.roles ?? null, members })
  const { title, nodes, config } = schedule
  const finding = { title, nodes, acceptors, config, events, schedule, measures }
  return await recordFinding(runsDir, appVersion, finding)
}

function verdictOf({ violations, complete, sometimesChosen }: ReplicasResult): Verdict {
  if (violations > 0) return 'violated'
  return complete && sometimesChosen ? 'valid' : 'unknown'
}

function report(
  output: Output,
  options: ReplicasOptions,
  result: ReplicasResult,
  seconds: number,
  recorded: RecordedFinding | null,
): number {
  const verdict = verdictOf(result)
  const { states, transitions, depth, violations, complete } = result
  const statesPerSecond = Math.round(states / Math.max(seconds, 1e-6))
  if (output.json) {
    const { counterexample, sometimesChosen, localStates } = result
    const found = counterexample && {
      invariant: counterexample.invariant,
      words: counterexample.words,
      acts: counterexample.schedule.acts,
      judged: recorded?.judged ?? [],
    }
    const { onProgress: _, ...bounds } = options
    const figures = { states, transitions, depth, violations, complete, statesPerSecond }
    const more = { verdict, model: 'replicas', bounds, sometimesChosen, localStates }
    const runDir = recorded?.runDir ?? null
    output.result({ ...figures, ...more, counterexample: found, runDir }, '')
    return EXIT[verdict]
  }
  output.say(boundsWords(options))
  output.say(`  ${count(states)} states, ${count(transitions)} transitions, ${depth} acts deep`)
  output.say(`  ${count(statesPerSecond)} states a second, 1 thread`)
  for (const line of foundWords(result, recorded)) output.say(line)
  output.say(`${verdict}: ${verdictWords(result)}`)
  return EXIT[verdict]
}

function foundWords({ counterexample }: ReplicasResult, recorded: RecordedFinding | null) {
  if (counterexample === null) return []
  const { acts, end } = counterexample.schedule
  return [
    `  BROKEN ${end.invariant}: ${end.words}, after ${acts.length} acts`,
    ...(recorded === null
      ? []
      : [
          `  the run is in ${recorded.runDir}, with its schedule.json`,
          `  the oracle finds ${recorded.judged.join(', ') || 'nothing'} in it`,
        ]),
  ]
}

function verdictWords({ violations, complete, sometimesChosen }: ReplicasResult): string {
  if (violations > 0) return `${count(violations)} states that violate, within these bounds`
  if (!complete) return 'no violation in what was explored, which is not all within these bounds'
  if (!sometimesChosen)
    return 'no violation, but no value was chosen either: the world is too small'
  return 'no violation in any state within these bounds'
}

function boundsWords(options: ReplicasOptions): string {
  const { nodes, requests, mutant, onProgress: _, statesMax: _max, ...rest } = options
  const bounds = Object.entries(rest).flatMap(([name, value]) =>
    typeof value === 'number' && value > 0 ? [`, ${value} ${name}`] : [],
  )
  const asked = typeof requests === 'number' ? requests : requests.length
  const broken = mutant === null ? '' : `, ${mutantLabel(mutant)}`
  return `Worlds of ${nodes} replicas: ${asked} requests${bounds.join('')}${broken}`
}

function count(figure: number): string {
  return figure.toLocaleString('en')
}
