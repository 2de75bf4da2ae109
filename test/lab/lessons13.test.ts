/** Lesson 13 on real processes, played as the panel does it, in five runs. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { lessonOf } from '../support/lessonRecords'
import { Student, verified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S2b S20 S20b: lesson who-knows: played on real processes, its records are valid', async () => {
  rig = new LabRig()
  const lesson = lessonOf('who-knows')
  const student = new Student(rig, lesson)
  for (const step of lesson.steps) await student.take(step)
  await rig.lab.stopCluster()
  const marks = await verified(lesson, ...student.runDirs)
  expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
  expect(marks).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20 })
  expect(student.runDirs).toHaveLength(5)
})
