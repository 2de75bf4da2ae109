/**
 * Two lessons on real processes, act by act through the API as the panel does it, and the record of
 * each judged by `paxos-lab lesson verify`.
 */
import { join } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { readLessonRecord } from '../../src/main/cli/lessonRecord'
import { marksOf } from '../../src/main/cli/lessonMarks'
import type { StudentMarks } from '../../src/main/cli/lessonMarks'
import { RECORD_FILE } from '../../src/main/lab/runDir'
import type { Lesson, LessonStep } from '../../src/shared/lesson'
import { LessonFold } from '../../src/shared/lessonCheck'
import { printMark } from '../../src/shared/lessonMark'
import { performVerb } from '../../src/shared/performVerb'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'
import { lessonOf } from '../support/lessonRecords'

const EVENTS_A_CALL = 10_000

/** Somebody who takes the lesson: answers, presses each button, waits for the goals. */
class Student {
  private readonly fold: LessonFold
  private read = 0

  constructor(
    readonly rig: LabRig,
    readonly lesson: Lesson,
  ) {
    this.fold = new LessonFold(lesson)
  }

  async take(step: LessonStep): Promise<void> {
    const head = { lesson: this.lesson.id, version: this.lesson.version, step: step.id }
    for (const [index, act] of step.acts.entries()) {
      if (act.fresh) await this.rig.lab.startCluster(this.lesson.cluster)
      if (index === 0) await this.mark(printMark({ ...head, act: 'begin' }))
      if (index === 0 && step.predict) {
        await this.mark(printMark({ ...head, act: 'answer', choice: step.predict.answer }))
      }
      await this.press(step, act.id)
    }
    if (step.acts.length === 0) await this.mark(printMark({ ...head, act: 'begin' }))
    await eventually(
      `goals of ${step.id}`,
      async () => {
        await this.look()
        if (this.fold.isDone(step.id)) return true
        // A read may come too early; a person presses the button once more.
        const again = step.acts.filter(({ id }) => id.startsWith('read'))
        for (const { id } of again) await this.press(step, id)
        return false
      },
      30_000,
    )
  }

  private async press(step: LessonStep, id: string): Promise<void> {
    const head = { lesson: this.lesson.id, version: this.lesson.version, step: step.id }
    await this.mark(printMark({ ...head, act: 'act', id }))
    for (const verb of step.acts.find((act) => act.id === id)?.verbs ?? []) {
      await performVerb(this.rig.lab, verb, { status: () => this.rig.status() })
    }
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

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

async function verified(lesson: Lesson, runDir: string): Promise<StudentMarks> {
  const finding = await readLessonRecord(join(runDir, RECORD_FILE), runDir, [lesson])
  expect(finding.notes).toEqual([])
  const [found] = finding.lessons
  if (found === undefined) throw new Error('no lesson is marked in the record')
  return marksOf(lesson, [{ run: 'run', notes: finding.notes, finding: found }])
}

it.each(['majority', 'duel'])(
  'lesson %s: played on five processes, its record is valid',
  async (id) => {
    rig = new LabRig()
    const lesson = lessonOf(id)
    const student = new Student(rig, lesson)
    await expect(rig.lab.markLesson(`${id}@1: begin write`)).rejects.toMatchObject({
      code: 'notRunning',
    })
    for (const step of lesson.steps) await student.take(step)
    const { runDir } = await rig.status()
    await expect(rig.lab.markLesson('anything')).rejects.toMatchObject({ code: 'badArgument' })
    await rig.lab.stopCluster()
    const marks = await verified(lesson, runDir ?? '')
    expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
    expect(marks).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20 })
  },
)
