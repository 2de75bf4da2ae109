/** LR8: copies of students, with other values and other nodes, played on real processes. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import type { Lesson } from '../../src/shared/lesson'
import { parseLesson } from '../../src/shared/lessonFile'
import { pickOf, studentSeed } from '../../src/shared/studentSeed'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { bundledFiles, lessonText } from '../support/lessonRecords'
import { Student, verified } from '../support/student'

const KEY = 'autumn'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

/** Of the first student who drew this alternative of the nodes. */
function copyOf(id: string, nodes: number, of: number): Lesson {
  const [yaml = '', prose = ''] = bundledFiles().find(([name]) => name.includes(id)) ?? []
  const students = Array.from({ length: 500 }, (_, at) => studentSeed(`s${at}`, KEY))
  const seed = students.find((each) => pickOf(each)(id, 'nodes', of) === nodes)
  return parseLesson(lessonText(yaml), lessonText(prose), yaml, seed ?? null)
}

it.each([
  ['majority', 1, 6],
  ['past', 3, 5],
  ['p2c', 1, 6],
  ['write-to-anyone', 2, 6],
] as const)('%s: another copy is as valid', async (id, nodes, of) => {
  rig = new LabRig()
  const lesson = copyOf(id, nodes, of)
  expect(lesson.student).not.toBeNull()
  const student = new Student(rig, lesson)
  for (const step of lesson.steps) await student.take(step)
  await rig.lab.stopCluster()
  const marks = await verified(lesson, ...student.runDirs)
  expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
  expect(marks).toMatchObject({ verdict: 'valid', evidence: 50 })
})
