/** Lesson 14 on three processes whose disks are those of PMS §3, played as the panel does it. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { lessonOf } from '../support/lessonRecords'
import { Student, verified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S27 S28 S29: lesson gaps: played on three processes, its record is valid', async () => {
  rig = new LabRig()
  const lesson = lessonOf('gaps')
  const student = new Student(rig, lesson)
  for (const step of lesson.steps) await student.take(step)
  await rig.lab.stopCluster()
  const marks = await verified(lesson, ...student.runDirs)
  expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
  expect(marks).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20 })
})
