/**
 * Run: one life of a cluster, from start to stop: its events, in order, to record, checks, measures
 * and viewers, and the result in the end.
 */
import { availableParallelism, release } from 'node:os'
import { join } from 'node:path'
import { Oracle } from '../../core/check/oracle'
import type { HistoryFinding } from '../../core/check/oracle'
import type { Violation } from '../../core/check/violation'
import type { LabEvent, LabFact } from '../../core/event'
import { Histogram } from '../../core/measure/histogram'
import { LoadFigures } from '../../core/measure/loadFigures'
import { Measures } from '../../core/measure/measures'
import type { CheckView } from '../../shared/api'
import { acceptorsOf, livenessOf } from '../../shared/clusterOptions'
import { startClock } from './clock'
import type { LabClock } from './clock'
import { NodeLogs } from './nodeLogs'
import { Recorder } from './recorder'
import { createRunDir, RECORD_FILE, RESULT_FILE, writeJson } from './runDir'
import type { RunStart, Verdict } from './runDir'
import { Timeline } from './timeline'

type Figures = Readonly<Record<string, number | string | null>>

/** What a scenario adds to the result: its own verdict and figures, and what they rest on. */
export interface ScenarioEnd {
  readonly verdict: Verdict
  readonly measures: Figures
  readonly expectations?: readonly object[]
  readonly steps?: readonly object[]
}

/** The content of `result.json`. */
export interface RunResult extends RunStart {
  readonly version: 1
  readonly verdict: Verdict
  readonly measures: Figures
  readonly checks: readonly CheckView[]
  readonly seed: number
  readonly ranMs: number
  readonly events: number
  /** Of the scenario; empty without one. */
  readonly expectations?: readonly object[]
  readonly steps?: readonly object[]
  /** Events that checks saw and the record lost; facts that never reached the lab. */
  readonly eventsLost: number
  readonly factsDropped: number
  /** Hash of the last line of the record. */
  readonly recordHash: string
  readonly runDir: string
  readonly nodeVersion: string
  readonly system: string
  readonly cpus: number
}

export class Run {
  readonly clock: LabClock = startClock()
  readonly logs: NodeLogs
  readonly timeline: Timeline
  readonly measures = new Measures()
  result: RunResult | null = null
  /** Told of each violation at once, while the run lasts. */
  onViolated: (violation: Violation) => void = () => {}
  private readonly checks: Oracle
  private readonly counts = { acked: 0, failed: 0, unknown: 0 }
  private readonly latency = new Histogram()
  private readonly load = new LoadFigures()
  private endedAtMs: number | null = null

  private constructor(
    readonly dir: string,
    private readonly start: RunStart,
    private readonly recorder: Recorder,
    private readonly onEvent: (event: LabEvent) => void,
  ) {
    this.logs = new NodeLogs(dir, this.clock)
    this.checks = new Oracle({
      acceptors: acceptorsOf(start.options),
      system: start.options.quorums,
      order: 'causal',
      ...livenessOf(start.options),
    })
    this.timeline = new Timeline(this.clock, (event) => this.take(event))
  }

  /** Makes the run directory and opens its record. */
  static async begin(
    runsDir: string,
    start: RunStart,
    onEvent: (event: LabEvent) => void,
  ): Promise<Run> {
    const dir = await createRunDir(runsDir, start)
    // The recorder may only speak once there is a run to tell it to.
    let tell = (_words: string): void => {}
    const recorder = await Recorder.open(join(dir, RECORD_FILE), (words) => tell(words))
    const run = new Run(dir, start, recorder, onEvent)
    tell = (words) => run.tell({ type: 'labNote', level: 'error', words })
    return run
  }

  get nowMs(): number {
    return this.endedAtMs ?? this.clock.now()
  }

  get eventCount(): number {
    return this.timeline.count
  }

  get dropped(): number {
    return this.timeline.dropped + this.recorder.lost
  }

  tell(fact: LabFact): void {
    // What comes after the end (a process that ends late) belongs to no record any more.
    if (this.endedAtMs === null) this.timeline.addLab(fact)
  }

  checkViews(): CheckView[] {
    return this.checks.views()
  }

  /** I14: what the judge of the clients' history found. */
  setHistory(finding: HistoryFinding): void {
    this.tellViolations(this.checks.setHistory(finding))
  }

  async read(from: number, to: number): Promise<readonly LabEvent[]> {
    return await this.recorder.read(from, to)
  }

  /** Ends the record and writes the result. */
  async end(scenario: ScenarioEnd | null): Promise<RunResult> {
    this.endedAtMs = this.clock.now()
    this.onViolated = () => {}
    this.timeline.close()
    // Nothing more comes: what waited for facts of other nodes is judged now.
    this.tellViolations(this.checks.finish())
    this.timeline.flush()
    const record = await this.recorder.finish()
    await this.logs.flush()
    const { options } = this.start
    this.result = {
      version: 1,
      verdict: this.verdict(scenario),
      measures: { ...this.figures(), ...scenario?.measures },
      checks: this.checks.views(),
      expectations: scenario?.expectations ?? [],
      steps: scenario?.steps ?? [],
      seed: options.seed,
      ranMs: this.endedAtMs,
      events: this.timeline.count,
      eventsLost: record.lost,
      factsDropped: this.timeline.dropped,
      recordHash: record.hash,
      runDir: this.dir,
      nodeVersion: process.version,
      system: `${process.platform} ${process.arch} ${release()}`,
      cpus: availableParallelism(),
      ...this.start,
    }
    await this.writeResult(this.result)
    return this.result
  }

  /** Nothing is read from the record any more. */
  async close(): Promise<void> {
    await this.recorder.close()
  }

  /** A disk that refuses must not keep the cluster from ending; nobody can check the run then. */
  private async writeResult(result: RunResult): Promise<void> {
    try {
      await writeJson(join(this.dir, RESULT_FILE), result)
    } catch (error) {
      const verdict = result.verdict === 'violated' ? 'violated' : 'unknown'
      this.result = { ...result, verdict }
      const words = `the result of the run cannot be written: ${String(error)}`
      this.timeline.addLab({ type: 'labNote', level: 'error', words })
      this.timeline.flush()
    }
  }

  private take(event: LabEvent): void {
    this.recorder.append(event)
    this.count(event)
    this.tellViolations(this.checks.feed(event))
    this.measures.feed(event)
    this.logs.take(event)
    this.onEvent(event)
  }

  private tellViolations(violations: readonly Violation[]): void {
    for (const violation of violations) {
      this.timeline.addLab({ type: 'violated', ...violation })
      this.onViolated(violation)
    }
  }

  private count(event: LabEvent): void {
    if (event.type === 'loadSampled') {
      this.load.feed(event)
      this.counts.acked += event.acked
      this.counts.failed += event.failed
      this.counts.unknown += event.unknown
      this.latency.merge(event.latency)
    } else if (event.type === 'clientReplied') {
      const { outcome } = event
      this.counts[outcome === 'ok' ? 'acked' : outcome === 'error' ? 'failed' : 'unknown'] += 1
      if (outcome === 'ok') this.latency.add(event.latencyMs)
    }
  }

  /**
   * Violated by any is violated. What had to happen, a scenario says itself; without one there is
   * no promise to break, and `chosenSlots` tells whether there was anything to judge.
   */
  private verdict(scenario: ScenarioEnd | null): Verdict {
    const states = this.checks.views().map(({ state }) => state)
    const verdicts = [scenario?.verdict]
    if (states.includes('violated') || verdicts.includes('violated')) return 'violated'
    const sound = this.recorder.lost === 0 && !states.includes('notEnoughData')
    return sound && !verdicts.includes('unknown') ? 'valid' : 'unknown'
  }

  private figures(): Figures {
    const { liveness } = this.measures
    const [p50Ms = null, p95Ms = null] = this.latency.quantiles([0.5, 0.95])
    return {
      chosenSlots: liveness.chosenSlots,
      bids: liveness.bids,
      preemptions: liveness.preemptions,
      undecidedBallotsMax: liveness.undecidedBallotsMax,
      ...this.counts,
      ...this.load.figures(),
      p50Ms,
      p95Ms,
    }
  }
}
