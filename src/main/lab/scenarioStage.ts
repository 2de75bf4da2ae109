/** The stage: plays one scenario at a time and keeps what became of it. */
import type { LabFact } from '../../core/event'
import type { LabStatus } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { Scenario } from '../../shared/experiment'
import type { ScenarioEnd } from './run'
import { playScenario } from './scenario'
import type { ScenarioHost, ScenarioOutcome } from './scenario'

export interface StageHost extends ScenarioHost {
  tell(fact: LabFact): void
  /** What the status shows of the scenario is other than before. */
  changed(): void
}

interface Play {
  readonly name: string
  readonly title: string
  step: string
  done: boolean
  readonly abort: AbortController
  /** Its cluster runs. */
  readonly onStarted: () => void
}

export class ScenarioStage {
  private current: Play | null = null
  private ended: Promise<ScenarioOutcome> | null = null
  private end: ScenarioEnd | null = null

  constructor(
    private readonly scenarios: readonly Scenario[],
    private readonly host: StageHost,
  ) {}

  /** The scenario that is not over; null: none. */
  get playing(): { readonly name: string; readonly title: string } | null {
    return this.current === null || this.current.done ? null : this.current
  }

  view(): LabStatus['scenario'] {
    if (this.current === null) return null
    const { name, step, done } = this.current
    return { name, step, done }
  }

  /** One of the lab's own. Throws `badArgument` if there is none of this name. */
  named(name: string): Scenario {
    const scenario = this.scenarios.find((one) => one.name === name)
    if (scenario !== undefined) return scenario
    const names = this.scenarios.map((one) => one.name).join(', ') || 'none'
    throw new LabCallError('badArgument', `there is no experiment "${name}"; there are: ${names}`)
  }

  /** Begins it, after the end of one that is not over; resolves when its cluster runs. */
  async play(scenario: Scenario, seed: number | null): Promise<void> {
    const { name, title } = scenario
    await this.stop()
    const started = new Promise<void>((onStarted) => {
      const abort = new AbortController()
      this.current = { name, title, step: 'starting', done: false, abort, onStarted }
    })
    this.ended = this.run(scenario, seed ?? scenario.cluster.seed)
    this.host.changed()
    await Promise.race([started, this.ended])
  }

  /** The cluster of the scenario runs: whoever asked for it can go on. */
  clusterStarted(): void {
    this.current?.onStarted()
  }

  /** Ends a scenario that is not over; the cluster stays. What went wrong is known to `outcome`. */
  async stop(): Promise<void> {
    this.current?.abort.abort()
    await this.ended?.catch(() => {})
  }

  /** Asks a scenario to end without waiting for it: its cluster is being taken away. */
  abort(): void {
    this.current?.abort.abort()
  }

  /** A cluster that a person starts belongs to no scenario. */
  clear(): void {
    if (this.playing !== null) return
    this.current = null
    this.end = null
  }

  async outcome(): Promise<ScenarioOutcome> {
    if (this.ended === null) throw new LabCallError('wrongState', 'no experiment was run')
    return await this.ended
  }

  /** What it adds to the result of its run; null without a scenario that came to an end. */
  takeEnd(): ScenarioEnd | null {
    const { end } = this
    this.end = null
    return end
  }

  private async run(scenario: Scenario, seed: number): Promise<ScenarioOutcome> {
    const play = this.current
    try {
      const outcome = await playScenario(this.host, scenario, {
        seed,
        signal: play?.abort.signal ?? AbortSignal.abort(),
        onStep: (words) => this.step(words),
      })
      this.end = outcome
      this.step(`ended: ${outcome.verdict}`)
      return outcome
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      this.step(`ended: ${words}`)
      throw error instanceof LabCallError ? error : new LabCallError('internal', words)
    } finally {
      if (play !== null) play.done = true
      this.host.changed()
    }
  }

  private step(words: string): void {
    if (this.current !== null) this.current.step = words
    const act = `${this.current?.name ?? 'experiment'}: ${words}`
    if (this.host.status().state === 'running') {
      this.host.tell({ type: 'acted', act, actor: 'scenario' })
    }
    this.host.changed()
  }
}
