/**
 * A re-enactment that a window started: a schedule on processes of its own, with a run directory
 * and ports of its own, so that a cluster that runs beside it is not touched. One at a time. It
 * goes on without a window, and ends with this process.
 *
 * Errors: LabCallError from `start` for what cannot be played; what goes wrong later stands in the
 *         view.
 */
import { basename } from 'node:path'
import type { Schedule } from '../../core/schedule'
import { LabCallError } from '../../shared/api'
import type { ReenactmentView } from '../../shared/reenactApi'
import { parseSchedule } from '../../shared/scheduleCodec'
import { childEntries } from '../assemble'
import { launcherFor } from '../lab/launcher'
import { reenact } from '../lab/reenact'
import type { Reenactment, ReenactOptions } from '../lab/reenact'
import { makePlan } from '../lab/reenactPlan'
import { readRecords } from '../node/readRecords'

/** Each act has a bound of its own; a window waits no longer than this for all of them. */
const WHOLE_MS_MAX = 600_000
const CANCELLED = 'it was cancelled'

export interface DeskReenactPlace {
  readonly mainDir: string
  readonly runsDir: string
  readonly appVersion: string
  /** Another way to play it, for tests. */
  readonly play?: (options: ReenactOptions) => Promise<Reenactment>
}

interface Going {
  readonly schedule: Schedule
  readonly abort: AbortController
  act: number
  words: string
  runDir: string | null
  done: Reenactment | null
  failure: string
  isOver: boolean
  /** Resolves when no process is left; never rejects. */
  over: Promise<void>
}

export class DeskReenact {
  private current: Going | null = null
  private isClosed = false

  constructor(private readonly place: DeskReenactPlace) {}

  /** Resolves as soon as it is known that the schedule can be played; then it goes on. */
  start(text: string): void {
    this.refuseSecond()
    const schedule = parseSchedule(text)
    // Refused here, while somebody waits for the answer: machines that do not play it.
    makePlan(schedule)
    const going: Going = {
      ...{ schedule, abort: new AbortController(), act: 0, words: '', runDir: null },
      ...{ done: null, failure: '', isOver: false, over: Promise.resolve() },
    }
    this.current = going
    going.over = this.play(going)
  }

  async stop(): Promise<void> {
    const { current } = this
    if (current === null || current.isOver) {
      throw new LabCallError('wrongState', 'nothing is re-enacted now')
    }
    current.abort.abort(CANCELLED)
    await current.over
  }

  now(): ReenactmentView | null {
    const { current } = this
    if (current === null) return null
    const { schedule, abort, act, words, runDir, done, failure, isOver } = current
    return {
      ...{ title: schedule.title, mutant: schedule.config.mutant ?? null, nodes: schedule.nodes },
      ...{ acts: schedule.acts.length, act, words, expected: schedule.end.invariant, failure },
      state: isOver ? 'done' : abort.signal.aborted ? 'stopping' : 'running',
      run: runDir === null ? null : basename(runDir),
      end: done && {
        same: done.same,
        violated: done.violated,
        valuesOnDisk: done.disks.valuesMax,
      },
    }
  }

  /** Id of the run that grows; null: none does. */
  get growing(): string | null {
    const { current } = this
    if (current === null || current.isOver || current.runDir === null) return null
    return basename(current.runDir)
  }

  get isBusy(): boolean {
    return this.current !== null && !this.current.isOver
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.current?.abort.abort('the lab ended')
    await this.current?.over
  }

  private refuseSecond(): void {
    if (this.isClosed) throw new LabCallError('wrongState', 'the lab is closed')
    if (this.current === null || this.current.isOver) return
    const { title } = this.current.schedule
    throw new LabCallError('alreadyRunning', `"${title}" is being re-enacted already`)
  }

  private async play(going: Going): Promise<void> {
    const { mainDir, runsDir, appVersion, play = reenact } = this.place
    const { schedule, abort } = going
    const late = setTimeout(() => abort.abort('it took too long'), WHOLE_MS_MAX)
    try {
      going.done = await play({
        ...{ schedule, runsDir, appVersion, readRecords, signal: abort.signal },
        programs: { launcher: launcherFor(), ...childEntries(mainDir) },
        onStart: (runDir) => (going.runDir = runDir),
        onAct: ({ number, words }) => {
          going.act = number
          going.words = words
        },
      })
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      going.failure = abort.signal.aborted ? `${String(abort.signal.reason)}: ${words}` : words
    } finally {
      clearTimeout(late)
      going.isOver = true
    }
  }
}
