/** Lesson 16 on real processes: each mutant of its pool breaks, in two copies with six of them. */
import { afterEach, beforeAll, expect, it } from 'vitest'
import type { Lesson } from '../../src/shared/lesson'
import { parseLesson } from '../../src/shared/lessonFile'
import { studentSeed } from '../../src/shared/studentSeed'
import { builtEntry } from '../support/built'
import { LabRig } from '../support/cluster'
import { huntedWell, mutantOf } from '../support/lessonHunts'
import { bundledFiles, lessonText } from '../support/lessonRecords'
import { Student, verified } from '../support/student'

let rig: LabRig

beforeAll(() => builtEntry('node'))
afterEach(() => rig.close())

/** Of the first student who drew these, in any order. */
function copyOf(...mutants: readonly string[]): Lesson {
  const [yaml = '', prose = ''] = bundledFiles().find(([name]) => name.startsWith('16-')) ?? []
  for (let at = 0; at < 500; at += 1) {
    const seed = studentSeed(`s${at}`, 'autumn')
    const lesson = parseLesson(lessonText(yaml), lessonText(prose), yaml, seed)
    const drawn = lesson.steps.flatMap((step) => mutantOf(step) ?? [])
    if (mutants.every((each) => drawn.some((one) => one === each))) return lesson
  }
  throw new Error(`nobody drew ${mutants.join(', ')}`)
}

it.each([
  ['M7', 'M2', 'M13'],
  ['M5', 'M11', 'M9'],
])(
  'lesson mutant-hunt: %s, %s and %s break, are named, and their runs are valid',
  async (...ids) => {
    rig = new LabRig()
    const lesson = copyOf(...ids)
    const student = new Student(rig, huntedWell(lesson))
    for (const step of student.lesson.steps) await student.take(step)
    const { options } = await rig.status()
    await rig.lab.stopCluster()
    const marks = await verified(lesson, ...student.runDirs)
    expect(marks.checks.filter(({ verdict }) => verdict !== 'valid')).toEqual([])
    expect(marks).toMatchObject({ verdict: 'valid', evidence: 50, prediction: 20 })
    const scores = marks.checks.filter(({ goal }) => goal === 'short').map(({ found }) => found)
    expect(scores.every((found) => Number(found) > 0 && Number(found) <= 10)).toBe(true)
    // What the student is left with is Lamport's Paxos.
    expect(student.runDirs).toHaveLength(4)
    expect(options).toMatchObject({ mutant: null, variant: 'lamport', phases: 'both' })
    expect(options?.unnamed).toBeUndefined()
  },
)
