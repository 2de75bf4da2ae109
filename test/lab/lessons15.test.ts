/** Lesson 15 on real processes: Blog 2014 at five and at three nodes, then Lamport 2001. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { lessonOf } from '../support/lessonRecords'
import { Student, verified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

it('S10: lesson blog-and-paper: played on real processes, its four records are valid', async () => {
  rig = new LabRig()
  const lesson = lessonOf('blog-and-paper')
  const student = new Student(rig, lesson)
  for (const step of lesson.steps) await student.take(step)
  // What the student is left with is Lamport's Paxos.
  expect((await rig.status()).options).toMatchObject({ mutant: null, variant: 'lamport' })
  await rig.lab.stopCluster()
  const marks = await verified(lesson, ...student.runDirs)
  expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
  expect(marks).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20 })
  expect(student.runDirs).toHaveLength(4)
})
