/** Lesson 16: breaks, the score, the rule that is named, and mutants that are shown by a letter. */
import { afterEach, expect, it } from 'vitest'
import { MUTANTS } from '../../src/core/mutants'
import { marksOf } from '../../src/main/cli/lessonMarks'
import { labelsOf, optionRows } from '../../src/main/report/clusterView'
import { clusterFault, clusterLabels } from '../../src/shared/clusterOptions'
import { Fields } from '../../src/shared/fields'
import type { LessonStep } from '../../src/shared/lesson'
import { LessonFold } from '../../src/shared/lessonCheck'
import { parseLesson } from '../../src/shared/lessonFile'
import { HuntFigures } from '../../src/shared/lessonHunt'
import { shownMutant, tellNames } from '../../src/shared/unnamed'
import { printMark } from '../../src/shared/lessonMark'
import { hunt, mutantOf } from '../support/lessonHunts'
import { release } from '../support/lessonBallots'
import { bundledFiles, lessonOf, lessonText } from '../support/lessonRecords'
import { LessonScript } from '../support/lessonScript'

const LESSON = lessonOf('mutant-hunt')
const STEPS = Object.fromEntries(LESSON.steps.map((step) => [step.id, step]))

afterEach(() => tellNames(null))

function stepOf(id: string): LessonStep {
  const step = STEPS[id]
  if (step === undefined) throw new Error(`no step ${id}`)
  return step
}

function script(step: string): LessonScript {
  return hunt(new LessonScript(LESSON, [1, 2, 3]), stepOf(step))
}

function told(run: LessonScript, step: string): Record<string, string> {
  const fold = new LessonFold(LESSON)
  for (const event of run.events) fold.add(event)
  return Object.fromEntries(
    fold.states(step).map(({ id, state, found }) => [id, `${state} ${found}`]),
  )
}

const violate = (run: LessonScript): LessonScript =>
  run.lab({ type: 'violated', invariant: 'I6', words: '', evidence: [] })

it('a violation is a break, and what comes after it costs nothing', () => {
  const run = script('a').kill(2).revive(2).replied(1, 'SET colour red')
  expect(told(run, 'a')).toMatchObject({ own: 'true A', broken: 'open 0', short: 'open 3' })
  violate(run).kill(3).replied(1, 'SET colour blue')
  expect(told(run, 'a')).toMatchObject({ broken: 'true 1', short: 'true 3' })
})

it('deliveries by hand, acts and faults count; what the lab itself let go does not', () => {
  const run = release(script('a'), ['prepare', 'promise'])
  release(run, ['accept'], 'holdEnded')
  run.lab({ type: 'acted', act: 'node 1: start an election', actor: 'person' })
  run.lab({ type: 'acted', act: 'propose SET k v at node 1', actor: 'person' })
  expect(told(violate(run), 'a')).toMatchObject({ short: 'true 3' })
})

it('requests that nobody answers are a break only while nothing is wrong', () => {
  const two = (run: LessonScript): LessonScript =>
    run.replied(1, 'SET colour red', 'unknown').replied(3, 'SET colour blue', 'unknown')
  expect(told(two(script('c')), 'c')).toMatchObject({ broken: 'true 1', named: /^true/ })
  expect(told(script('c').replied(1, 'SET colour red', 'unknown'), 'c')['broken']).toBe('open 0')
  expect(told(two(script('c').kill(2).revive(2)), 'c')['broken']).toBe('open 0')
  expect(told(two(script('c').chosen(1, 1, 1)), 'c')['broken']).toBe('open 0')
  const held = script('c')
  release(held, ['accept'])
  expect(told(two(held), 'c')['broken']).toBe('open 0')
})

it('the run of another mutant is no evidence', () => {
  const run = violate(script('b').begin('a'))
  expect(told(run, 'a')).toMatchObject({ own: 'open B', broken: 'true 1' })
  expect(told(violate(script('a').fresh().begin('a')), 'a')).toMatchObject({ own: 'open none' })
})

it('a rule is named by the first answer, once the mutant broke', () => {
  const step = stepOf('a')
  const head = { lesson: LESSON.id, version: LESSON.version, step: 'a' }
  const answer = (run: LessonScript, choice: number): LessonScript =>
    run.lab({
      ...{ type: 'acted', actor: 'lesson', act: printMark({ ...head, act: 'answer', choice }) },
    })
  const key = step.predict?.answer ?? 0
  const begun = (): LessonScript => {
    const run = script('b').fresh()
    return run.begin('a')
  }
  expect(told(answer(begun(), key), 'a')['named']).toMatch(/^open/)
  expect(told(violate(answer(begun(), key)), 'a')['named']).toMatch(/^true/)
  expect(told(answer(violate(begun()), key), 'a')['named']).toMatch(/^true/)
  const wrong = answer(violate(begun()), key === 0 ? 1 : 0)
  expect(told(answer(wrong, key), 'a')['named']).toMatch(/^false/)
})

it('a right name in a later run does not take back the first one', () => {
  const key = stepOf('a').predict?.answer ?? 0
  const states = stepOf('a').goals.map(({ id }) => {
    return { id, state: 'true' as const, found: '', wanted: '', share: 1 }
  })
  const runOf = (run: string, choice: number) => ({
    ...{ run, notes: [] },
    finding: {
      ...{ lesson: LESSON.id, version: LESSON.version },
      found: {
        ...{ seed: 1, unnamed: null, choices: new Map(), answers: new Map([['a', choice]]) },
        steps: new Map([['a', { wasBegun: true, states, predicted: null }]]),
      },
    },
  })
  const named = (...choices: number[]) =>
    marksOf(
      LESSON,
      choices.map((choice, at) => runOf(`r${at}`, choice)),
    ).checks.find(({ goal }) => goal === 'named')?.verdict
  expect(named(key)).toBe('valid')
  expect(named(key + 1, key)).toBe('invalid')
})

it('each copy hides three mutants of the catalogue, and its keys are theirs', () => {
  const [yaml = '', prose = ''] = bundledFiles().find(([name]) => name.startsWith('16-')) ?? []
  const found = new Set<string>()
  for (let seed = 0; seed < 60; seed += 1) {
    const lesson = parseLesson(lessonText(yaml), lessonText(prose), yaml, seed)
    const drawn = lesson.steps.flatMap((step) => {
      const mutant = mutantOf(step)
      if (mutant === null) return []
      return [`${mutant} ${step.predict?.choices[step.predict.answer]}`]
    })
    expect(new Set(drawn).size).toBe(3)
    for (const each of drawn) found.add(each)
  }
  expect([...found].sort()).toEqual([
    'M11 A ballot has one owner',
    'M13 An acceptor may vote at the very ballot it promised',
    'M2 A vote survives a restart',
    'M5 Any two quorums have a member in common',
    'M7 Phase 2 takes the value of the highest vote reported',
    'M9 A client is told OK only when its value is chosen',
  ])
})

it('shows a letter until somebody has named it, and that it is broken at all times', () => {
  const options = stepOf('a').acts[0]?.cluster
  if (options?.mutant == null) throw new Error('no mutant')
  const { mutant } = options
  const secret = new RegExp(`${mutant}\\b|${MUTANTS[mutant].name}`)
  const report = Fields.of(JSON.parse(JSON.stringify(options)), 'options')
  const pictures = (): string[] => [
    ...clusterLabels(options),
    ...labelsOf(report),
    ...optionRows(report).map((row) => row.join(' ')),
  ]
  expect(clusterLabels(options)).toEqual(['unnamed mutant A: deliberately broken'])
  expect(labelsOf(report)).toEqual(['unnamed mutant A: deliberately broken'])
  expect(pictures().filter((words) => secret.test(words))).toEqual([])
  tellNames((letter, own) => letter === 'A' && own === mutant)
  expect(clusterLabels(options).join()).toMatch(secret)
  expect(shownMutant({ mutant: 'M1', unnamed: 'A' })).not.toMatch(/M1/)
  expect(shownMutant({ mutant: 'M1' })).toMatch(/M1/)
})

it('only a mutant can be without a name', () => {
  const options = { ...LESSON.cluster, unnamed: 'A' as const }
  expect(clusterFault(options)).toBe('unnamed: there is no mutant to hide')
})

it('the score stands still once it broke', () => {
  const figures = new HuntFigures({ faultCount: 0, framesHeld: 0, quorum: 'yes' })
  const run = script('a').replied(1, 'SET colour red')
  violate(run).replied(1, 'SET colour blue')
  for (const event of run.events) figures.feed(event)
  expect(figures).toMatchObject({ breaks: 1, effort: 1 })
})
