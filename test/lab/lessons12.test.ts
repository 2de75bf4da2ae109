/** Lesson 12 on three real processes, played as the panel does it, in three runs. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { lessonOf } from '../support/lessonRecords'
import { Student, verified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S14 S24: lesson memory: played on three processes, its records are valid', async () => {
  rig = new LabRig()
  const lesson = lessonOf('memory')
  const student = new Student(rig, lesson)
  for (const step of lesson.steps) await student.take(step)
  await rig.lab.stopCluster()
  expect(student.runDirs).toHaveLength(3)
  const marks = await verified(lesson, ...student.runDirs)
  expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
  expect(marks).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20 })
})
