/**
 * Plays an experiment in the simulator, in virtual time: the same steps, conditions, expectations
 * and checks as on real processes, and a run directory of the same form.
 *
 * Same scenario, seed and version: the same run, by its `hash`.
 * Errors: SimRefusal names what cannot be played there, before anything is made.
 */
import { join } from 'node:path'
import { Oracle } from '../../core/check/oracle'
import type { LabEvent } from '../../core/event'
import { Measures } from '../../core/measure/measures'
import { acceptorsOf, livenessOf } from '../../shared/clusterOptions'
import type { Scenario } from '../../shared/experiment'
import type { Verdict } from '../../shared/labWords'
import { findingOfBook } from './historyFinding'
import { HistoryBook } from './historyBook'
import { HISTORY_FILE, OfflineRun } from './offlineRun'
import type { OfflineResult } from './offlineRun'
import { playAt } from './scenario'
import type { ScenarioOutcome } from './scenario'
import type { ScenarioPlace } from './scenarioPlace'
import { SimCluster } from './sim/simCluster'
import { simRefusals } from './sim/simRefusals'
import { performInSim } from './sim/simVerbs'

/** More than that is a duel that nobody ends: the run stops, and its verdict is unknown. */
const EVENTS_MAX = 3_000_000

export class SimRefusal extends Error {
  override readonly name = 'SimRefusal'
}

interface SimPlayOptions {
  /** Ends it before its end. */
  readonly signal?: AbortSignal
  /** A step begins, or waits: in words, at virtual ms. */
  readonly onStep?: (words: string, atMs: number) => void
  /** Every event, in order. */
  readonly onEvent?: (event: LabEvent) => void
  readonly onBegan?: (runDir: string) => void
}

export interface SimPlayed {
  readonly outcome: ScenarioOutcome
  readonly result: OfflineResult
  readonly runDir: string
  /** Over every fact and message with its time. */
  readonly hash: string
}

export async function playInSimulator(
  scenario: Scenario,
  seed: number,
  runsDir: string,
  appVersion: string,
  options: SimPlayOptions = {},
): Promise<SimPlayed> {
  const refusals = simRefusals(scenario)
  if (refusals.length > 0) throw new SimRefusal(refusals.join('\n'))
  const { title, name, cluster } = scenario
  const { nodes } = cluster
  const run = await OfflineRun.begin(runsDir, {
    ...{ title, source: 'simulator', seed, nodes, appVersion, scenario: name },
    config: {},
    options: { ...cluster, seed },
  })
  options.onBegan?.(run.dir)
  const play = new SimPlay(scenario, seed, run, options)
  return await play.play()
}

class SimPlay {
  private readonly oracle: Oracle
  private readonly measures = new Measures()
  private readonly history: HistoryBook
  private readonly cluster: SimCluster
  private readonly listeners = new Set<(event: LabEvent) => void>()
  private readonly tooMany = new AbortController()

  constructor(
    private readonly scenario: Scenario,
    private readonly seed: number,
    private readonly run: OfflineRun,
    private readonly options: SimPlayOptions,
  ) {
    const { cluster } = scenario
    this.oracle = new Oracle({
      acceptors: acceptorsOf(cluster),
      system: cluster.quorums,
      order: 'total',
      ...livenessOf(cluster),
    })
    this.cluster = new SimCluster({
      options: { ...cluster, seed },
      scenario: scenario.name,
      runDir: run.dir,
      sink: (event) => this.take(event),
      checks: () => this.oracle.views(),
      history: () => this.history,
    })
    const nowMs = (): number => this.cluster.clock.now()
    this.history = new HistoryBook(join(run.dir, HISTORY_FILE), nowMs, () => {})
  }

  async play(): Promise<SimPlayed> {
    const { cluster } = this
    const signals = [this.tooMany.signal, ...(this.options.signal ? [this.options.signal] : [])]
    const playing = playAt(this.place(), this.scenario, {
      seed: this.seed,
      signal: AbortSignal.any(signals),
      onStep: (words) => this.step(words),
    })
    const outcome = await cluster.clock.drive(playing)
    cluster.setLoad(null)
    cluster.tell({ type: 'clusterStopped' })
    this.tellViolations(this.oracle.finish())
    await this.judgeHistory()
    const { hash, losses, events } = cluster.world.end(null)
    const checks = this.oracle.views()
    const verdict = verdictOf(
      outcome,
      checks.map(({ state }) => state),
    )
    const measures = {
      ...outcome.measures,
      hash,
      simulatedEvents: events,
      lostMessages: losses.faults,
    }
    const { expectations, steps } = outcome
    const result = await this.run.end({ verdict, measures, checks, expectations, steps })
    return { outcome: { ...outcome, verdict }, result, runDir: this.run.dir, hash }
  }

  private place(): ScenarioPlace {
    const { cluster } = this
    return {
      clock: cluster.clock,
      start: () => Promise.resolve(cluster.start()),
      setLoad: (load) => Promise.resolve(cluster.setLoad(load)),
      perform: ({ verb }) => performInSim(cluster, verb),
      slotText: async (node, slot) => {
        const [view] = cluster.slots(node, slot, 1)
        return view?.chosen?.text ?? view?.vote?.text ?? null
      },
      subscribe: (listener) => {
        this.listeners.add(listener)
        return () => this.listeners.delete(listener)
      },
      liveness: () => this.measures.liveness,
      status: () => cluster.status(),
      droppedFrames: () => cluster.world.network.losses.faults,
    }
  }

  private step(words: string): void {
    this.options.onStep?.(words, this.cluster.clock.now())
    const act = `${this.scenario.name}: ${words}`
    if (this.cluster.status().state === 'running') {
      this.cluster.tell({ type: 'acted', act, actor: 'scenario' })
    }
  }

  private take(event: LabEvent): void {
    this.run.append(event)
    this.measures.feed(event)
    for (const listener of this.listeners) listener(event)
    this.options.onEvent?.(event)
    if (event.seq > EVENTS_MAX) this.tooMany.abort()
    this.tellViolations(this.oracle.feed(event))
  }

  private tellViolations(violations: ReturnType<Oracle['feed']>): void {
    for (const violation of violations) this.cluster.tell({ type: 'violated', ...violation })
  }

  private async judgeHistory(): Promise<void> {
    const finding = await findingOfBook(this.history)
    if (finding !== null) this.tellViolations(this.oracle.setHistory(finding))
  }
}

function verdictOf(outcome: ScenarioOutcome, states: readonly string[]): Verdict {
  if (outcome.verdict === 'violated' || states.includes('violated')) return 'violated'
  return states.includes('notEnoughData') ? 'unknown' : outcome.verdict
}
