/**
 * Plays a scenario on a lab: starts its cluster, carries out its steps, judges what it expects. The
 * cluster is left running, so that a person can go on from there.
 *
 * Errors: none for what happens in a run, which is its outcome; rejects if no cluster starts.
 * Units:  ms.
 */
import type { LabEvent } from '../../core/event'
import type { LivenessView } from '../../core/measure/series'
import { LabCallError } from '../../shared/api'
import type { LabApi, LabStatus } from '../../shared/api'
import { meets } from '../../shared/condition'
import type { Condition } from '../../shared/condition'
import type { Expectation, Scenario, ScenarioStep, ScenarioVerb } from '../../shared/experiment'
import { verdictOf } from '../../shared/labWords'
import type { Verdict } from '../../shared/labWords'
import { performVerb } from '../../shared/performVerb'
import { toPolicy } from '../../shared/policyVerb'
import { ScenarioMeasures } from './scenarioMeasures'

const START_MS_MAX = 30_000
const POLL_MS = 20
/** Facts leave a node within 50 ms and reach the checks soon after: judged when they are in. */
const SETTLE_MS = 300

export interface ScenarioHost {
  readonly lab: LabApi
  /** Every event of the record, in order; answers how to stop. */
  subscribe(listener: (event: LabEvent) => void): () => void
  liveness(): LivenessView
  status(): LabStatus
}

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

export interface ScenarioOutcome {
  readonly verdict: Verdict
  readonly measures: Readonly<Record<string, number | string | null>>
  readonly expectations: readonly {
    readonly kind: Expectation['kind']
    readonly text: string
    /** Null: what it asks for could not be measured. */
    readonly held: boolean | null
  }[]
  readonly steps: readonly StepRecord[]
}

export async function playScenario(
  host: ScenarioHost,
  scenario: Scenario,
  options: ScenarioOptions,
): Promise<ScenarioOutcome> {
  const play = new Play(host, scenario, options)
  // Listening begins first: no fact of the new cluster may be missed.
  const stopListening = host.subscribe((event) => play.add(event))
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
  private readonly records: StepRecord[] = []
  private readonly judged: ScenarioOutcome['expectations'][number][] = []
  private startedAtMs = 0
  private stepDoneAtMs = 0

  constructor(
    private readonly host: ScenarioHost,
    private readonly scenario: Scenario,
    private readonly options: ScenarioOptions,
  ) {
    this.measures = this.freshMeasures()
  }

  add(event: LabEvent): void {
    if (event.type === 'clusterStarted') this.measures = this.freshMeasures()
    this.measures.add(event)
  }

  async start(): Promise<void> {
    const { lab } = this.host
    const { cluster, load } = this.scenario
    this.options.onStep(`starting ${cluster.nodes} nodes`)
    if (this.host.status().state !== 'idle') await lab.stopCluster()
    await lab.startCluster({ ...cluster, seed: this.options.seed })
    const ready = () => this.measures.now().nodesReady === cluster.nodes
    if ((await this.waitUntil(ready, START_MS_MAX)) === 'timedOut') {
      throw new LabCallError('timedOut', `not all nodes were ready within ${START_MS_MAX} ms`)
    }
    if (load !== null) await lab.setLoad(load)
    this.startedAtMs = this.stepDoneAtMs = performance.now()
    this.measures.stepDone()
  }

  /** Plays the steps until one does not succeed. */
  async run(): Promise<void> {
    for (const step of this.scenario.steps) {
      const record = await this.playStep(step)
      this.records.push(record)
      this.stepDoneAtMs = performance.now()
      if (record.outcome !== 'done') return
    }
  }

  async judge(): Promise<ScenarioOutcome> {
    for (const expectation of this.scenario.expect) await this.expect(expectation)
    await this.waitUntil(() => false, SETTLE_MS)
    const measures = {
      seed: this.options.seed,
      ...this.measures.now(),
      ...this.measures.switchFigures(this.scenario.cluster.tickMs),
      ...(await this.chosenValue()),
      stepsDone: this.records.filter(({ outcome }) => outcome === 'done').length,
    }
    return { verdict: this.verdict(), measures, expectations: this.judged, steps: this.records }
  }

  private freshMeasures(): ScenarioMeasures {
    return new ScenarioMeasures(
      () => this.host.status(),
      () => this.host.liveness(),
    )
  }

  private verdict(): Verdict {
    const checks = verdictOf(this.host.status())
    const broken = this.judged.some(({ kind, held }) => kind === 'safety' && held === false)
    if (checks === 'violated' || broken) return 'violated'
    const unmet = this.judged.some(({ held }) => held !== true)
    const undone = this.records.some(({ outcome }) => outcome !== 'done')
    if (undone || unmet || this.options.signal.aborted) return 'unknown'
    return checks
  }

  private async playStep(step: ScenarioStep): Promise<StepRecord> {
    const words = step.say ?? (step.verbs.map(({ text }) => text).join('; ') || triggerWords(step))
    const results: string[] = []
    const record = (outcome: StepRecord['outcome'], ...more: string[]): StepRecord => {
      const atMs = this.host.status().atMs
      return { atMs, words, outcome, results: [...results, ...more] }
    }
    const waited = await this.awaitTrigger(step)
    if (waited === 'timedOut') return record(waited, `did not happen: ${triggerWords(step)}`)
    if (waited === 'stopped') return record(waited)
    this.options.onStep(words)
    try {
      for (const verb of step.verbs) results.push(await this.perform(verb))
    } catch (error) {
      if (!(error instanceof LabCallError)) throw error
      return record('failed', error.message)
    }
    this.measures.stepDone()
    for (const expectation of step.expect) await this.expect(expectation)
    return record(this.options.signal.aborted ? 'stopped' : 'done')
  }

  private async perform({ text, verb }: ScenarioVerb): Promise<string> {
    const before = this.host.status().options?.policy
    if (verb.verb === 'policy' && before) {
      this.measures.beforePolicy(before, toPolicy(verb.policy, this.scenario.cluster.tickMs))
    }
    const result = await performVerb(this.host.lab, verb, this.host)
    this.measures.did(result)
    return `${text}: ${result.words}`
  }

  private async awaitTrigger({ trigger }: ScenarioStep): Promise<Waited> {
    switch (trigger.kind) {
      case 'now':
        return this.options.signal.aborted ? 'stopped' : 'came'
      case 'at':
        return this.pauseUntil(this.startedAtMs + trigger.ms)
      case 'after':
        return this.pauseUntil(this.stepDoneAtMs + trigger.ms)
      case 'when':
        this.options.onStep(`waiting for ${trigger.condition.text}`)
        return this.waitFor(trigger.condition, trigger.withinMs)
    }
  }

  private async expect({ kind, text, condition, withinMs }: Expectation): Promise<void> {
    const waited = await this.waitFor(condition, withinMs)
    // A stopped scenario judges nothing: what did not come could still have come.
    if (waited === 'stopped') return
    const isKnown = this.measures.now()[condition.measure] !== null
    this.judged.push({ kind, text, held: waited === 'came' || (isKnown ? false : null) })
  }

  private waitFor(condition: Condition, withinMs: number): Promise<Waited> {
    return this.waitUntil(() => meets(condition, this.measures.now()), withinMs)
  }

  private async pauseUntil(atMs: number): Promise<Waited> {
    const waited = await this.waitUntil(() => false, Math.max(0, atMs - performance.now()))
    return waited === 'timedOut' ? 'came' : waited
  }

  /** Looks at once, then every few ms. */
  private waitUntil(check: () => boolean, limitMs: number): Promise<Waited> {
    const { signal } = this.options
    const endsAtMs = performance.now() + limitMs
    return new Promise((resolve, reject) => {
      const finish = (waited: Waited): void => {
        clearInterval(timer)
        resolve(waited)
      }
      const look = (): void => {
        try {
          if (signal.aborted) finish('stopped')
          else if (check()) finish('came')
          else if (performance.now() >= endsAtMs) finish('timedOut')
        } catch (error) {
          clearInterval(timer)
          reject(error)
        }
      }
      const timer = setInterval(look, POLL_MS)
      look()
    })
  }

  /** The text of the first value chosen after the switch, asked of the node that chose it. */
  private async chosenValue(): Promise<Record<string, string>> {
    const chosen = this.measures.chosenAfterSwitch
    if (chosen === null) return {}
    try {
      const [view] = await this.host.lab.slots(chosen.node, chosen.slot, 1)
      return { chosenValue: view?.chosen?.text ?? view?.vote?.text ?? chosen.id }
    } catch (error) {
      if (!(error instanceof LabCallError)) throw error
      return { chosenValue: chosen.id }
    }
  }
}

type Waited = 'came' | 'timedOut' | 'stopped'

function triggerWords({ trigger }: ScenarioStep): string {
  switch (trigger.kind) {
    case 'when':
      return `${trigger.condition.text} within ${trigger.withinMs / 1000} s`
    case 'at':
    case 'after':
      return `${trigger.kind} ${trigger.ms / 1000} s`
    case 'now':
      return 'next step'
  }
}
