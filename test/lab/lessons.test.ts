/**
 * Two lessons on real processes, act by act through the API as the panel does it, and the record of
 * each judged by `paxos-lab lesson verify`.
 */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { lessonOf } from '../support/lessonRecords'
import { Student, verified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

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
