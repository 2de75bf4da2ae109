/** LR8: what of a lesson differs from student to student. */
import { describe, expect, it } from 'vitest'
import { checkLesson, parseLesson } from '../../src/shared/lessonFile'
import { studentSeed } from '../../src/shared/studentSeed'
import { bundledFiles, lessonText } from '../support/lessonRecords'

const SMALL = `id: small
number: 99
title: Small
version: 1
minutes: 5
goal: To read {value}.
rows: [S1]
cluster: { nodes: 3 }
seed: 7
per-student:
  value: [blue, green, amber]
  nodes: [{ one: 1, two: 2 }, { one: 3, two: 1 }]
steps:
  - id: write
    title: Write
    acts:
      - { id: go, label: 'Kill N{one}', fresh: true, do: ['kill {one}', 'write {two} k {value}'] }
    goals:
      - id: read
        words: Read {value}
        check: count(learnerRead value={value}) >= 1
        weight: 50
`
const PROSE = '## write\nKill N{one}, write {value}.\n'

function small(yaml = SMALL, prose = PROSE, student: number | null = null) {
  return parseLesson(yaml, prose, 'small.lesson.yaml', student)
}

function textOf(lesson: ReturnType<typeof small>): string {
  return JSON.stringify([lesson.goal, lesson.steps])
}

describe('per-student', () => {
  it('without a student it is the first alternative', () => {
    const lesson = small()
    expect(lesson.goal).toBe('To read blue.')
    expect(lesson.steps[0]?.prose).toBe('Kill N1, write blue.')
    expect(lesson.steps[0]?.acts[0]?.label).toBe('Kill N1')
    expect(lesson.steps[0]?.acts[0]?.verbs).toMatchObject([{ node: 1 }, { node: 2 }])
    expect(lesson).toMatchObject({ student: null, cluster: { seed: 7 } })
    expect(textOf(lesson)).not.toMatch(/\{[a-z]+\}/)
  })

  it('students have different ones, and a cluster seed of their own', () => {
    const seeds = Array.from({ length: 40 }, (_, at) => studentSeed(`s${at}`, 'autumn'))
    const lessons = seeds.map((seed) => small(SMALL, PROSE, seed))
    expect(new Set(lessons.map(textOf)).size).toBe(6)
    expect(new Set(lessons.map(({ cluster }) => cluster.seed)).size).toBe(40)
    const again = small(SMALL, PROSE, seeds[3])
    expect(again).toEqual(lessons[3])
    expect(again.student).toBe(seeds[3])
  })

  it.each([
    [
      'a name that nobody drew',
      SMALL.replace('To read {value}', 'To read {colour}'),
      /:6:7: .*\{colour\} is no name of "per-student"/,
    ],
    ['one alternative', SMALL.replace('[blue, green, amber]', '[blue]'), /per-student/],
    [
      'other names in one',
      SMALL.replace('{ one: 3, two: 1 }', '{ one: 3 }'),
      /other names than the first one: one, two/,
    ],
    [
      'a name twice',
      SMALL.replace(
        '{ one: 1, two: 2 }, { one: 3, two: 1 }',
        '{ one: 1, value: 2 }, { one: 3, value: 1 }',
      ),
      /"value" is there twice/,
    ],
  ])('%s is told with its place', (_what, yaml, words) => {
    expect(() => small(yaml)).toThrow(words)
  })

  it('a place in the prose that nobody drew is told by its heading', () => {
    expect(() => small(SMALL, '## write\nKill {three}.\n')).toThrow(/small\.md:1:.*\{three\}/)
  })

  it('what only some students would find is found by the check of the file', () => {
    const yaml = SMALL.replace('{ one: 3, two: 1 }', '{ one: 4, two: 1 }')
    expect(small(yaml).id).toBe('small')
    expect(() => checkLesson(yaml, PROSE, 'small.lesson.yaml')).toThrow(/4/)
  })
})

describe('bundled lessons', () => {
  it.each(bundledFiles())('%s: each alternative makes a lesson', (yaml, prose) => {
    const lesson = checkLesson(lessonText(yaml), lessonText(prose), yaml)
    expect(textOf(lesson)).not.toMatch(/\{[a-z][a-z0-9]*\}/)
  })

  it.each(['majority', 'past', 'write-to-anyone'])('%s differs from student to student', (id) => {
    const [yaml = '', prose = ''] = bundledFiles().find(([file]) => file.includes(id)) ?? []
    const copies = Array.from({ length: 30 }, (_, at) => {
      const seed = studentSeed(`s${at}`, 'autumn')
      return textOf(parseLesson(lessonText(yaml), lessonText(prose), yaml, seed))
    })
    expect(new Set(copies).size).toBeGreaterThan(10)
  })
})
