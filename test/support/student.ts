/**
 * Student: takes a lesson on real processes, act by act through the API as the panel does it.
 * `verified` judges what such a run leaves as `paxos-lab lesson verify` does; `playedAndVerified`
 * plays a bundled lesson from its first step to its last and asks for all marks.
 */
import { basename, join } from 'node:path'
import { expect } from 'vitest'
import { marksOf } from '../../src/main/cli/lessonMarks'
import type { StudentMarks, StudentRun } from '../../src/main/cli/lessonMarks'
import { readLessonRecord } from '../../src/main/cli/lessonRecord'
import { RECORD_FILE } from '../../src/main/lab/runDir'
import type { LabEvent } from '../../src/core/event'
import type { ClusterOptions } from '../../src/shared/clusterOptions'
import type { Lesson, LessonAct, LessonStep } from '../../src/shared/lesson'
import { LessonFold } from '../../src/shared/lessonCheck'
import { printMark } from '../../src/shared/lessonMark'
import { performVerb } from '../../src/shared/performVerb'
import type { LabRig } from './cluster'
import { eventually } from './eventually'
import { legalChoice } from './lessonChoices'
import { lessonOf } from './lessonRecords'

const EVENTS_A_CALL = 10_000
const GOALS_MS = 30_000

/** Somebody who takes the lesson: answers, presses each button, waits for the goals. */
export class Student {
  /** Where the record of each run is, that of the last one too. */
  readonly runDirs: string[] = []
  private readonly fold: LessonFold
  private read = 0

  constructor(
    readonly rig: LabRig,
    readonly lesson: Lesson,
  ) {
    this.fold = new LessonFold(lesson)
  }

  async take(step: LessonStep): Promise<void> {
    for (const [index, act] of step.acts.entries()) {
      if (act.fresh) await this.start(act)
      if (act.fresh || index === 0) await this.begin(step)
      await this.press(step, act)
    }
    if (step.acts.length === 0) await this.wait(step)
    const isDone = async (): Promise<boolean> => {
      await this.look()
      if (this.fold.isDone(step.id)) return true
      // A read may come too early; a person presses the button once more.
      const again = step.acts.filter(({ id }) => id.startsWith('read'))
      for (const act of again) await this.press(step, act)
      return false
    }
    await eventually(`goals of ${step.id}`, isDone, GOALS_MS).catch((cause: unknown) => {
      const open = this.fold.states(step.id).filter(({ state }) => state !== 'true')
      const words = open.map(({ id, found, wanted }) => `${id} is "${found}", not ${wanted}`)
      throw new Error(`${step.id}: ${words.join('; ')}`, { cause })
    })
  }

  /** Without a run what was answered and picked is kept until there is one. */
  private async wait(step: LessonStep): Promise<void> {
    if (this.runDirs.length > 0) return this.begin(step)
    for (const words of this.kept(step)) this.fold.add(markEvent(words))
  }

  /** Another run makes room. */
  private async start(act: LessonAct): Promise<void> {
    const { state } = await this.rig.status()
    if (state !== 'idle') await this.rig.lab.stopCluster()
    await this.rig.lab.startCluster(act.cluster ?? this.lesson.cluster)
    const { runDir } = await this.rig.status()
    this.runDirs.push(runDir ?? '')
    this.read = 0
  }

  /** Every run says first what was answered so far, and which step this is. */
  private async begin(step: LessonStep): Promise<void> {
    for (const words of this.kept(step)) await this.mark(words)
    await this.mark(printMark({ ...this.head(step.id), act: 'begin' }))
  }

  /** Marks of what was answered and picked, up to this step. */
  private kept(step: LessonStep): string[] {
    const { steps } = this.lesson
    const until = steps.slice(0, steps.indexOf(step) + 1)
    const answers = until.flatMap(({ id, predict }) => {
      if (predict === null) return []
      return [printMark({ ...this.head(id), act: 'answer', choice: predict.answer })]
    })
    const choices = until.flatMap((one) => {
      const picked = legalChoice(one)
      if (picked === null) return []
      return [printMark({ ...this.head(one.id), act: 'choose', ...picked })]
    })
    return [...answers, ...choices]
  }

  private async press(step: LessonStep, { id, verbs }: LessonAct): Promise<void> {
    await this.mark(printMark({ ...this.head(step.id), act: 'act', id }))
    for (const verb of verbs) {
      await performVerb(this.rig.lab, verb, { status: () => this.rig.status() })
    }
  }

  private head(step: string) {
    return { lesson: this.lesson.id, version: this.lesson.version, step }
  }

  private async mark(words: string): Promise<void> {
    await this.rig.lab.markLesson(words)
  }

  /** As the panel: every event of the record, in its order. */
  private async look(): Promise<void> {
    const { events } = await this.rig.status()
    while (this.read < events) {
      const to = Math.min(events, this.read + EVENTS_A_CALL)
      const part = await this.rig.lab.events(this.read + 1, to)
      for (const event of part) this.fold.add(event)
      this.read += part.length
      if (part.length === 0) return
    }
  }
}

/** As a record would have it. */
function markEvent(act: string): LabEvent {
  return { type: 'acted', act, actor: 'lesson', seq: 0, atMs: 0, by: 'lab' }
}

/** The marks of a student who did the lesson in these runs. */
export async function verified(lesson: Lesson, ...runDirs: string[]): Promise<StudentMarks> {
  const runs: StudentRun[] = []
  for (const runDir of runDirs) {
    const { lessons, notes } = await readLessonRecord(join(runDir, RECORD_FILE), runDir, [lesson])
    expect(notes).toEqual([])
    const [finding] = lessons
    if (finding === undefined) throw new Error('no lesson is marked in the record')
    runs.push({ run: basename(runDir), notes, finding })
  }
  return marksOf(lesson, runs)
}

export interface PlayedLesson {
  readonly runDirs: readonly string[]
  /** Of the cluster that the student is left with. */
  readonly options: ClusterOptions | null
}

/** Rejects unless every check of every step is true, and every prediction was right and in time. */
export async function playedAndVerified(rig: LabRig, id: string): Promise<PlayedLesson> {
  const lesson = lessonOf(id)
  const student = new Student(rig, lesson)
  for (const step of lesson.steps) await student.take(step)
  const { options } = await rig.status()
  await rig.lab.stopCluster()
  const marks = await verified(lesson, ...student.runDirs)
  expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
  expect(marks).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20 })
  return { runDirs: student.runDirs, options }
}
