/**
 * Plays a scenario at a place: starts its cluster, carries out its steps, judges what it expects.
 * The cluster is left running, so that a person can go on from there.
 *
 * Errors: none for what happens in a run, which is its outcome; rejects if no cluster starts.
 * Units:  ms.
 */
import type { LabEvent } from '../../core/event'
import { LabCallError } from '../../shared/api'
import { meets } from '../../shared/condition'
import type { Expectation, Scenario, ScenarioStep, ScenarioVerb } from '../../shared/experiment'
import type { StepBody } from '../../shared/experimentSteps'
import { verdictOf } from '../../shared/labWords'
import type { Verdict } from '../../shared/labWords'
import { policyNameOf, toPolicy } from '../../shared/policyVerb'
import { ScenarioEvents, expectationsOf, onlyGrows } from './scenarioEvents'
import { ScenarioMeasures } from './scenarioMeasures'
import type { Baseline } from './scenarioMeasures'
import { labPlace } from './scenarioPlace'
import type { ScenarioHost, ScenarioPlace, Waited } from './scenarioPlace'
import { awaitedWords, bodyWords, stepWords, triggerWords } from '../../shared/scenarioWords'

export type { ScenarioHost } from './scenarioPlace'

const START_MS_MAX = 30_000
/** Facts leave a node within 50 ms and reach the checks soon after: judged when they are in. */
const SETTLE_MS = 300

export interface ScenarioOptions {
  readonly seed: number
  /** Ends the scenario before its end; what was judged so far stays, the verdict is unknown. */
  readonly signal: AbortSignal
  /** A step begins, or waits: in words. */
  onStep(words: string): void
}

export interface StepRecord {
  /** Lab time. */
  readonly atMs: number
  readonly words: string
  readonly outcome: 'done' | 'failed' | 'timedOut' | 'stopped'
  /** What its verbs answered, and why it failed. */
  readonly results: readonly string[]
}

interface Judged {
  readonly kind: Expectation['kind']
  readonly text: string
  /** Null: what it asks for could not be measured. */
  readonly held: boolean | null
}

export interface ScenarioOutcome {
  readonly verdict: Verdict
  readonly measures: Readonly<Record<string, number | string | null>>
  readonly expectations: readonly Judged[]
  /** In the order in which they ended; steps inside another end before it. */
  readonly steps: readonly StepRecord[]
}

/** Steps that follow one another; several go side by side in `parallel`. */
interface Branch {
  readonly signal: AbortSignal
  /** When its last step was done, and the figures then. */
  doneAtMs: number
  baseline: Baseline
}

export function playScenario(
  host: ScenarioHost,
  scenario: Scenario,
  options: ScenarioOptions,
): Promise<ScenarioOutcome> {
  return playAt(labPlace(host), scenario, options)
}

export async function playAt(
  place: ScenarioPlace,
  scenario: Scenario,
  options: ScenarioOptions,
): Promise<ScenarioOutcome> {
  const play = new Play(place, scenario, options)
  // Listening begins first: no fact of the new cluster may be missed.
  const stopListening = place.subscribe((event) => play.add(event))
  try {
    await play.start()
    await play.run()
    return await play.judge()
  } finally {
    stopListening()
  }
}

class Play {
  private measures: ScenarioMeasures
  private readonly events: ScenarioEvents
  private readonly records: StepRecord[] = []
  private readonly judged: Judged[] = []
  private startedAtMs = 0
  /** What is still on its way after the steps is not told any more. */
  private stepsOver = false
  private readonly main: Branch

  constructor(
    private readonly place: ScenarioPlace,
    private readonly scenario: Scenario,
    private readonly options: ScenarioOptions,
  ) {
    this.measures = this.freshMeasures()
    this.events = new ScenarioEvents([...expectationsOf(scenario.steps), ...scenario.expect])
    this.main = this.newBranch(options.signal)
  }

  add(event: LabEvent): void {
    if (event.type === 'clusterStarted') {
      this.measures = this.freshMeasures()
      this.events.restart()
    }
    this.measures.add(event)
    this.events.add(event)
  }

  async start(): Promise<void> {
    const { cluster, load } = this.scenario
    this.options.onStep(`starting ${cluster.nodes} nodes`)
    await this.place.start({ ...cluster, seed: this.options.seed })
    const ready = () => this.measures.now().nodesReady === cluster.nodes
    if ((await this.waitUntil(ready, START_MS_MAX, this.main)) === 'timedOut') {
      throw new LabCallError('timedOut', `not all nodes were ready within ${START_MS_MAX} ms`)
    }
    if (load !== null) await this.place.setLoad(load)
    this.startedAtMs = this.place.clock.now()
    this.stepDone(this.main)
  }

  /** Plays the steps until one does not succeed. */
  async run(): Promise<void> {
    await this.playSteps(this.scenario.steps, this.main)
    this.stepsOver = true
  }

  async judge(): Promise<ScenarioOutcome> {
    const expect = this.asked(this.scenario.expect)
    const late = expect.filter(isJudgedLate)
    const found = new Map<Expectation, Judged | null>()
    for (const one of expect) if (!late.includes(one)) found.set(one, await this.expect(one))
    await this.waitUntil(() => false, SETTLE_MS, this.main)
    for (const one of late) found.set(one, await this.expect(one))
    this.judged.push(...expect.flatMap((one) => found.get(one) ?? []))
    const measures = {
      seed: this.options.seed,
      ...this.measures.now(this.main.baseline),
      ...this.measures.switchFigures(this.scenario.cluster.tickMs),
      ...(await this.chosenValue()),
      stepsDone: this.records.filter(({ outcome }) => outcome === 'done').length,
    }
    return { verdict: this.verdict(), measures, expectations: this.judged, steps: this.records }
  }

  private freshMeasures(): ScenarioMeasures {
    return new ScenarioMeasures(
      () => this.place.status(),
      () => this.place.liveness(),
      this.place.droppedFrames && (() => this.place.droppedFrames?.() ?? 0),
    )
  }

  private verdict(): Verdict {
    const checks = verdictOf(this.place.status())
    const broken = this.judged.some(({ kind, held }) => kind === 'safety' && held === false)
    if (checks === 'violated' || broken) return 'violated'
    const unmet = this.judged.some(({ held }) => held !== true)
    const undone = this.records.some(({ outcome }) => outcome !== 'done')
    if (undone || unmet || this.options.signal.aborted) return 'unknown'
    return checks
  }

  private newBranch(signal: AbortSignal): Branch {
    return { signal, doneAtMs: this.place.clock.now(), baseline: this.measures.baseline() }
  }

  private stepDone(branch: Branch): void {
    branch.baseline = this.measures.baseline()
    branch.doneAtMs = this.place.clock.now()
  }

  /** False if one did not succeed. */
  private async playSteps(steps: readonly ScenarioStep[], branch: Branch): Promise<boolean> {
    for (const step of steps) {
      const record = await this.playStep(step, branch)
      if (!this.stepsOver) this.records.push(record)
      branch.doneAtMs = this.place.clock.now()
      if (record.outcome !== 'done') return false
    }
    return true
  }

  private async playStep(step: ScenarioStep, branch: Branch): Promise<StepRecord> {
    const words = stepWords(step)
    const results: string[] = []
    const record = (outcome: StepRecord['outcome'], ...more: string[]): StepRecord => {
      const { atMs } = this.place.status()
      return { atMs, words, outcome, results: [...results, ...more] }
    }
    const waited = await this.awaitTrigger(step, branch)
    if (waited === 'timedOut') return record(waited, `did not happen: ${triggerWords(step)}`)
    if (waited === 'stopped') return record(waited)
    this.options.onStep(words)
    try {
      const worked = await this.workWithin(step, branch, results)
      if (worked === 'timedOut') {
        return record(worked, `took more than ${(step.limitMs ?? 0) / 1000} s`)
      }
      if (!worked)
        return record(branch.signal.aborted ? 'stopped' : 'failed', 'a step inside failed')
    } catch (error) {
      if (!(error instanceof LabCallError)) throw error
      return record('failed', error.message)
    }
    for (const expectation of this.asked(step.expect)) {
      if (isJudgedLate(expectation)) await this.waitUntil(() => false, SETTLE_MS, branch)
      const judged = await this.expect(expectation, branch)
      if (judged !== null) this.judged.push(judged)
    }
    // Not before: what a step expects "since the last step" is about its own time.
    this.stepDone(branch)
    return record(branch.signal.aborted ? 'stopped' : 'done')
  }

  /** Without those that are about other policies than that of this cluster. */
  private asked(expect: readonly Expectation[]): readonly Expectation[] {
    const own = policyNameOf(this.scenario.cluster.policy)
    return expect.filter(({ under }) => under === null || under.includes(own))
  }

  /** Verbs and body, within the time that the step has for them. */
  private async workWithin(
    step: ScenarioStep,
    branch: Branch,
    results: string[],
  ): Promise<boolean | 'timedOut'> {
    if (step.limitMs === null) return this.work(step, branch, results)
    const late = new AbortController()
    const inner = { ...branch, signal: AbortSignal.any([branch.signal, late.signal]) }
    const work = this.work(step, inner, results)
    let over = false
    const end = (): void => {
      over = true
    }
    work.then(end, end)
    const waited = await this.waitUntil(() => over, step.limitMs, branch)
    if (waited !== 'timedOut') return work
    late.abort()
    return waited
  }

  private async work(step: ScenarioStep, branch: Branch, results: string[]): Promise<boolean> {
    for (const verb of step.verbs) {
      results.push(await this.perform(verb))
      if (branch.signal.aborted) return false
    }
    return step.body === null || this.playBody(step.body, branch)
  }

  private async playBody(body: StepBody, branch: Branch): Promise<boolean> {
    if (body.kind === 'parallel') return this.playBranches(body.branches, branch.signal)
    for (let time = 1; time <= body.times; time += 1) {
      this.options.onStep(bodyWords(body, time))
      const inner = this.newBranch(branch.signal)
      if (!(await this.playSteps(body.steps, inner))) return false
    }
    return true
  }

  /** All must end; the first that fails stops the others. */
  private async playBranches(
    branches: readonly (readonly ScenarioStep[])[],
    outer: AbortSignal,
  ): Promise<boolean> {
    const failing = new AbortController()
    const signal = AbortSignal.any([outer, failing.signal])
    const play = async (steps: readonly ScenarioStep[]): Promise<boolean> => {
      try {
        if (await this.playSteps(steps, this.newBranch(signal))) return true
      } catch (error) {
        failing.abort()
        throw error
      }
      failing.abort()
      return false
    }
    const ended = await Promise.allSettled(branches.map(play))
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    return ended.every((each) => each.status === 'fulfilled' && each.value)
  }

  private async perform(step: ScenarioVerb): Promise<string> {
    const { text, verb } = step
    const before = this.place.status().options?.policy
    if (verb.verb === 'policy' && before) {
      this.measures.beforePolicy(before, toPolicy(verb.policy, this.scenario.cluster.tickMs))
    }
    const result = await this.place.perform(step)
    this.measures.did(result)
    return `${text}: ${result.words}`
  }

  private async awaitTrigger({ trigger }: ScenarioStep, branch: Branch): Promise<Waited> {
    switch (trigger.kind) {
      case 'now':
        return branch.signal.aborted ? 'stopped' : 'came'
      case 'at':
        return this.pauseUntil(this.startedAtMs + trigger.ms, branch)
      case 'after':
        return this.pauseUntil(branch.doneAtMs + trigger.ms, branch)
      case 'when': {
        const { condition, withinMs } = trigger
        this.options.onStep(`waiting for ${awaitedWords(trigger)}`)
        return this.waitUntil(() => this.meets(condition, branch), withinMs, branch)
      }
      case 'event': {
        const { predicate, count, withinMs } = trigger
        const watch = this.events.watch(predicate)
        this.options.onStep(`waiting for ${awaitedWords(trigger)}`)
        const waited = await this.waitUntil(() => watch.seen >= count, withinMs, branch)
        this.events.unwatch(watch)
        return waited
      }
    }
  }

  /** Null: a stopped scenario judges nothing: what did not come could still have come. */
  private async expect(one: Expectation, branch: Branch = this.main): Promise<Judged | null> {
    const { kind, text, withinMs } = one
    const limitMs = isJudgedLate(one) ? 0 : withinMs
    const waited = await this.waitUntil(() => this.holds(one, branch) === true, limitMs, branch)
    if (waited === 'stopped') return null
    return { kind, text, held: waited === 'came' ? true : this.holds(one, branch) }
  }

  private holds({ expected }: Expectation, branch: Branch): boolean | null {
    if (expected.kind !== 'measure') return this.events.holds(expected)
    if (this.meets(expected.condition, branch)) return true
    const isKnown = this.measures.now()[expected.condition.measure] !== null
    return isKnown ? false : null
  }

  private meets(condition: Parameters<typeof meets>[0], { baseline }: Branch): boolean {
    return meets(condition, this.measures.now(baseline))
  }

  private async pauseUntil(atMs: number, branch: Branch): Promise<Waited> {
    const limitMs = Math.max(0, atMs - this.place.clock.now())
    const waited = await this.waitUntil(() => false, limitMs, branch)
    return waited === 'timedOut' ? 'came' : waited
  }

  private waitUntil(check: () => boolean, limitMs: number, { signal }: Branch): Promise<Waited> {
    return this.place.clock.until(check, limitMs, signal)
  }

  /** The text of the first value chosen after the switch, asked of the node that chose it. */
  private async chosenValue(): Promise<Record<string, string>> {
    const chosen = this.measures.chosenAfterSwitch
    if (chosen === null) return {}
    try {
      const text = await this.place.slotText(chosen.node, chosen.slot)
      return { chosenValue: text ?? chosen.id }
    } catch (error) {
      if (!(error instanceof LabCallError)) throw error
      return { chosenValue: chosen.id }
    }
  }
}

/** Safety, and what more events could still break: judged when the facts of that moment are in. */
function isJudgedLate({ kind, expected }: Expectation): boolean {
  return kind === 'safety' || (expected.kind !== 'measure' && !onlyGrows(expected))
}
