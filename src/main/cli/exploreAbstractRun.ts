/** `explore --model abstract`: runs the search, says what it found and within which bounds. */
import { acceptorIds } from '../../core/check/explore/abstractBounds'
import type { AbstractBounds } from '../../core/check/explore/abstractBounds'
import { AbstractModel } from '../../core/check/explore/abstractModel'
import { membersOf, recordOf, rolesIn } from '../../core/check/explore/abstractRecord'
import { scheduleOf } from '../../core/check/explore/abstractSchedule'
import type { SearchOptions, SearchProgress } from '../../core/check/explore/abstractSearch'
import { mutantLabel } from '../../core/mutants'
import { playFault } from '../../core/trial/playFault'
import type { Verdict } from '../../shared/labWords'
import { exploreAbstract } from '../explore/exploreAbstract'
import type { AbstractOutcome } from '../explore/exploreAbstract'
import { recordFinding } from '../explore/recordRun'
import { Ending } from './ending'
import { chooseRunsDir, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { EXIT, Output } from './output'
import { Progress } from './progress'

export interface AbstractRun {
  readonly search: SearchOptions
  readonly workers: number
  readonly liveness: boolean
}

export interface ExploreOutput {
  readonly out: string | undefined
  readonly json: boolean
}

/** A counterexample on disk. */
interface Recorded {
  readonly runDir: string
  readonly judged: readonly string[]
  /** Why there is no schedule for machines; null if there is one. */
  readonly unplayed: string | null
}

export async function runAbstract(
  run: AbstractRun,
  { out, json }: ExploreOutput,
  context: CliContext,
): Promise<number> {
  const output = new Output(json)
  const ending = new Ending()
  let at: SearchProgress = { states: 0, depth: 0, violations: 0 }
  const progress = new Progress(output.people, () => {
    const { states, depth, violations } = at
    return `${count(states)} states, ${depth} steps deep, ${count(violations)} violations`
  })
  try {
    const outcome = await exploreAbstract(run.search, {
      workers: run.workers,
      mainDir: context.mainDir,
      signal: ending.signal,
      liveness: run.liveness,
      onProgress: (now) => void (at = now),
    })
    progress.end()
    const runsDir = outcome.worst === null ? null : chooseRunsDir(out, output)
    const recorded = runsDir === null ? null : await record(run, outcome, runsDir, context.version)
    return report(output, run, outcome, recorded)
  } catch (error) {
    progress.end()
    return giveUp(output, error)
  } finally {
    ending.dispose()
  }
}

async function record(
  { search }: AbstractRun,
  { steps, worst, figures }: AbstractOutcome,
  runsDir: string,
  appVersion: string,
): Promise<Recorded> {
  const { bounds } = search
  const model = new AbstractModel(bounds)
  const invariant = worst?.invariant ?? null
  const title = `Explorer: ${boundsWords(bounds)}: ${invariant} in ${steps.length} steps`
  const acceptors = acceptorIds(bounds)
  const end = { invariant, words: steps.at(-1)?.words ?? '' }
  const schedule = scheduleOf(model, steps, title, end)
  const unplayed = schedule === null ? 'this mutant has none' : playFault(schedule, acceptors)
  const { runDir, judged } = await recordFinding(runsDir, appVersion, {
    title,
    nodes: membersOf(bounds).length,
    acceptors,
    config: { mode: 'single', roles: rolesIn(bounds), mutant: bounds.mutant },
    events: recordOf(model, steps, title),
    schedule: unplayed === null ? schedule : null,
    measures: { states: figures.states, steps: steps.length },
  })
  return { runDir, judged, unplayed }
}

function verdictOf({ figures, possibility }: AbstractOutcome): Verdict {
  if (figures.violations > 0 || (possibility?.stuck ?? 0) > 0) return 'violated'
  if (!figures.complete) return 'unknown'
  return figures.chosenStates === 0 ? 'violated' : 'valid'
}

function report(
  output: Output,
  run: AbstractRun,
  outcome: AbstractOutcome,
  recorded: Recorded | null,
): number {
  const verdict = verdictOf(outcome)
  if (output.json) output.result(resultOf(run, outcome, recorded, verdict), '')
  else for (const line of wordsOf(run, outcome, recorded, verdict)) output.say(line)
  return EXIT[verdict]
}

function resultOf(
  { search, workers }: AbstractRun,
  { figures, seconds, worst, steps, possibility }: AbstractOutcome,
  recorded: Recorded | null,
  verdict: Verdict,
): object {
  const { states, transitions, depth, violations, complete, broken } = figures
  const { bounds, symmetry, compact } = search
  return {
    states,
    transitions,
    depth,
    violations,
    complete,
    statesPerSecond: perSecond(states, seconds),
    verdict,
    model: 'abstract',
    ...bounds,
    symmetry,
    exact: !compact,
    missProbability: figures.missProbability,
    workers,
    bytesPerState: Math.round(figures.bytes / states),
    chosenStates: figures.chosenStates,
    stuckStates: possibility?.stuck ?? null,
    broken: broken.map(({ invariant, count: times, depth: length }) => ({
      invariant,
      count: times,
      steps: length,
    })),
    counterexample:
      worst === null
        ? null
        : {
            invariant: worst.invariant,
            steps: steps.map(({ words }) => words.trim()),
            judged: recorded?.judged ?? [],
            schedule: recorded?.unplayed === null,
          },
    runDir: recorded?.runDir ?? null,
  }
}

function wordsOf(
  run: AbstractRun,
  outcome: AbstractOutcome,
  recorded: Recorded | null,
  verdict: Verdict,
): string[] {
  const { figures, seconds, worst, steps, possibility } = outcome
  const { states, transitions, depth, violations, bytes, missProbability, broken } = figures
  const { bounds, symmetry, compact } = run.search
  const rate = count(perSecond(states, seconds))
  const threads = run.workers === 1 ? '1 thread' : `${run.workers} threads`
  const lines = [
    boundsWords(bounds),
    `  ${count(states)} states${symmetry ? ', distinct up to symmetry' : ', all distinct'}`,
    `  ${count(transitions)} transitions, ${depth} steps deep`,
    `  ${rate} states a second, ${threads}, ${Math.round(bytes / states)} bytes a state`,
    `  ${count(figures.chosenStates)} states in which a value is chosen`,
  ]
  if (compact) lines.push(`  a state was missed with probability below ${odds(missProbability)}`)
  if (possibility !== null) lines.push(`  ${possibilityWords(possibility.stuck, states)}`)
  for (const { invariant, count: times, depth: length } of broken) {
    lines.push(
      `  BROKEN ${invariant}: ${count(times)} times, first after ${plural(length, 'step')}`,
    )
  }
  if (worst !== null) lines.push('', ...steps.map(({ words }, at) => stepLine(words, at)), '')
  if (recorded !== null) lines.push(...recordedWords(recorded))
  return [...lines, `${verdict}: ${violationWords(violations, outcome)}`]
}

function violationWords(violations: number, { figures }: AbstractOutcome): string {
  const { complete, chosenStates } = figures
  if (violations > 0) return `${count(violations)} violations within these bounds`
  if (!complete) return 'no violation in what was explored, which is not all within these bounds'
  if (chosenStates > 0) return 'no violation in any state within these bounds'
  return 'a value is chosen in no state within these bounds'
}

function possibilityWords(stuck: number, states: number): string {
  if (stuck === 0) return 'from every state a value can still be chosen, within these bounds'
  return `from ${count(stuck)} of ${count(states)} states no value can be chosen any more`
}

function recordedWords({ runDir, judged, unplayed }: Recorded): string[] {
  const schedule =
    unplayed === null
      ? 'machines play it: see its schedule.json'
      : `no schedule for machines (${unplayed}); look with --model replicas`
  return [
    `  the run is in ${runDir}`,
    `  the oracle finds ${judged.join(', ')} in it`,
    `  ${schedule}`,
  ]
}

function boundsWords({ acceptors, values, ballots, mutant }: AbstractBounds): string {
  const sizes = `${plural(acceptors, 'acceptor')}, ${plural(values, 'value')}`
  const broken = mutant === null ? '' : `, ${mutantLabel(mutant)}`
  return `Abstract model: ${sizes}, ${plural(ballots, 'ballot')}${broken}`
}

function stepLine(words: string, at: number): string {
  return `  ${String(at + 1).padStart(3)}  ${words}`
}

function plural(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? '' : 's'}`
}

function perSecond(states: number, seconds: number): number {
  return Math.round(states / Math.max(seconds, 1e-6))
}

function odds(probability: number): string {
  return probability === 0 ? '1e-19' : probability.toExponential(1)
}

function count(figure: number): string {
  return figure.toLocaleString('en')
}
