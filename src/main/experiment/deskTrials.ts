/**
 * The trials that a window started: one set at a time, each trial in a process of its own, played
 * by the same code as `paxos-lab run`. They go on without a window, and end with this process.
 *
 * Units:  ms, s where a name ends in S.
 * Errors: LabCallError, ScenarioError, PlanError from `plan` and `start`. What goes wrong later
 *         stands in the view.
 */
import { join } from 'node:path'
import { LabCallError } from '../../shared/api'
import type { TrialsPlan, TrialsRequest, TrialsView } from '../../shared/deskApi'
import { checkAxes, parseSeeds, parseSweep } from '../../shared/experiment'
import type { ExperimentResult } from '../../shared/experimentResult'
import type { Verdict } from '../../shared/labWords'
import { runName } from '../lab/runDir'
import { writeExperimentReport } from '../report/experimentReport'
import { typedArgs } from './command'
import { inSteps } from './deskFolder'
import { EXPERIMENT_TEXT_FILE } from './experimentDir'
import { etaMs, playTrials } from './playTrials'
import { planningTrials } from './trialsPlan'
import type { PlannedTrials, TrialsWish } from './trialsPlan'

const SWITCHES = new Set(['sim', 'stop-on-failure'])

export interface DeskTrialsPlace {
  readonly mainDir: string
  readonly runsDir: string
  readonly appVersion: string
  /** Name of the bundled experiment with this very text; null: it is another one. */
  bundledNameOf(file: string, text: string): string | null
}

interface Going {
  readonly id: string
  readonly planned: PlannedTrials
  readonly startedAt: Date
  readonly startedMs: number
  readonly abort: AbortController
  readonly counts: Record<Verdict, number>
  isOver: boolean
  words: string
  /** Resolves when no process is left; never rejects. */
  over: Promise<void>
}

export class DeskTrials {
  private current: Going | null = null
  private isClosed = false

  constructor(private readonly place: DeskTrialsPlace) {}

  async plan(request: TrialsRequest): Promise<TrialsPlan> {
    const planned = await this.planned(request, request.file)
    const { trials, points, plan } = planned
    const rounds = Math.ceil(trials.length / request.jobs)
    return {
      ...{ trials: trials.length, points, command: plan.command },
      estimatedS: rounds * planned.seconds,
    }
  }

  /** Resolves with the id of the result when its directory is there. */
  async start(request: TrialsRequest): Promise<string> {
    this.refuseSecond()
    const startedAt = new Date()
    const id = `experiment-${runName(startedAt)}`
    const dir = join(this.place.runsDir, id)
    // The text that is played lies there, whatever becomes of the file it came from.
    const planned = await this.planned(request, join(dir, EXPERIMENT_TEXT_FILE))
    this.refuseSecond()
    const going: Going = {
      ...{ id, planned, startedAt, startedMs: performance.now(), abort: new AbortController() },
      ...{ counts: { valid: 0, violated: 0, unknown: 0 }, isOver: false, words: '' },
      over: Promise.resolve(),
    }
    const before = this.current
    this.current = going
    const began = new Promise<void>((onBegan) => {
      going.over = this.play(going, dir, onBegan)
    })
    await Promise.race([began, going.over])
    if (!going.isOver || going.words === '' || countOf(going) > 0) return id
    this.current = before
    throw new LabCallError('internal', going.words)
  }

  private refuseSecond(): void {
    if (this.isClosed) throw new LabCallError('wrongState', 'the lab is closed')
    if (this.current === null || this.current.isOver) return
    const { title } = this.current.planned.plan
    throw new LabCallError('alreadyRunning', `trials of "${title}" are running already`)
  }

  /** Ends what runs within 3 s; what has ended is kept. */
  async stop(): Promise<void> {
    const { current } = this
    if (current === null || current.isOver) {
      throw new LabCallError('wrongState', 'no trials are running')
    }
    current.abort.abort('it was cancelled')
    await current.over
  }

  now(): TrialsView | null {
    const { current } = this
    if (current === null) return null
    const { id, planned, counts, startedAt, startedMs, isOver, words, abort } = current
    const ended = countOf(current)
    const left = etaMs(ended, planned.trials.length, performance.now() - startedMs)
    return {
      ...{ id, title: planned.plan.title, counts: { ...counts }, ended, words },
      state: isOver ? 'done' : abort.signal.aborted ? 'stopping' : 'running',
      planned: planned.trials.length,
      startedAt: startedAt.toISOString(),
      etaMs: isOver ? 0 : left,
    }
  }

  /** Id of the result that grows; null: none does. */
  get growing(): string | null {
    return this.current === null || this.current.isOver ? null : this.current.id
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.current?.abort.abort('the lab ended')
    await this.current?.over
  }

  private async play(going: Going, dir: string, onBegan: () => void): Promise<void> {
    const { planned, startedAt, counts, abort } = going
    const { mainDir, appVersion } = this.place
    try {
      const result = await playTrials(planned, {
        ...{ mainDir, appVersion, dir, startedAt, signal: abort.signal, onBegan },
        onEnd: ({ verdict }) => {
          counts[verdict] += 1
        },
      })
      going.words = endWords(result)
      await writeExperimentReport(dir, result)
    } catch (error) {
      going.words = error instanceof Error ? error.message : String(error)
    } finally {
      going.isOver = true
    }
  }

  private async planned(request: TrialsRequest, path: string): Promise<PlannedTrials> {
    const { text, file, seeds, seed, repeat, jobs, source, stopOnFailure, timeLimitS } = request
    if (seeds !== '' && (seed !== null || repeat !== null)) {
      throw new LabCallError('badArgument', 'a list of seeds goes without first seed and repeats')
    }
    const axes = request.sweep.map((each) => parseSweep(each))
    checkAxes(axes)
    const wish: TrialsWish = {
      ...{ text, file, source, stopOnFailure, atOnce: jobs },
      sweep: axes.length === 0 ? null : axes,
      seeds: { seed, repeat, seeds: seeds === '' ? null : parseSeeds(seeds) },
      ...{ shard: null, clusterArgs: [], adjust: (scenario) => scenario },
      timeLimitMs: timeLimitS === null ? null : timeLimitS * 1000,
      typed: typedArgs(this.argsOf(request, path), SWITCHES),
    }
    return await inSteps(planningTrials(wish))
  }

  private argsOf(request: TrialsRequest, path: string): string[] {
    const { text, file, seeds, seed, repeat, sweep, jobs, timeLimitS } = request
    const option = (name: string, value: string | number | null): string[] =>
      value === null || value === '' ? [] : [`--${name}`, `${value}`]
    return [
      this.place.bundledNameOf(file, text) ?? path,
      ...option('seeds', seeds),
      ...option('seed', seed),
      ...option('repeat', repeat),
      ...sweep.flatMap((each) => option('sweep', each)),
      ...option('jobs', jobs === 1 ? null : jobs),
      ...(request.source === 'simulator' ? ['--sim'] : []),
      ...(request.stopOnFailure ? ['--stop-on-failure'] : []),
      ...option('time-limit', timeLimitS),
    ]
  }
}

function countOf({ counts }: Going): number {
  return counts.valid + counts.violated + counts.unknown
}

/** How it ended before its end; empty: every trial ended. */
function endWords({ trials, planned, cancelled }: ExperimentResult): string {
  if (trials.length === planned) return ''
  const why = cancelled ? 'it was cancelled' : 'a trial was not valid'
  return `${trials.length} of ${planned} trials ended: ${why}`
}
