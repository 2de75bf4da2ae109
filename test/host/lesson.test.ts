/** Lessons as data, and their fold over records. Real runs: `test/lab/lessons.test.ts`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConditionError } from '../../src/shared/condition'
import { ScenarioError } from '../../src/shared/experimentText'
import type { Lesson } from '../../src/shared/lesson'
import { LessonFold } from '../../src/shared/lessonCheck'
import { parseLesson } from '../../src/shared/lessonFile'
import { parseLessonCheck } from '../../src/shared/lessonGrammar'
import { parseMark, printMark } from '../../src/shared/lessonMark'
import { LESSON_MEASURES } from '../../src/shared/lessonMeasures'
import { printLessonSchema } from '../../src/shared/lessonSchema'
import { bundled, lessonOf, lessonText, REFERENCE_RUNS } from '../support/lessonRecords'
import { LessonScript } from '../support/lessonScript'

const YAML = lessonText('08-duel.lesson.yaml')
const PROSE = lessonText('08-duel.md')

function foldOf(lesson: Lesson, { events }: LessonScript): LessonFold {
  const fold = new LessonFold(lesson)
  for (const event of events) fold.add(event)
  return fold
}

/** `step.goal=state`, of every goal. */
function told(lesson: Lesson, fold: LessonFold): string[] {
  return lesson.steps.flatMap(({ id }) => {
    return fold.states(id).map((goal) => `${id}.${goal.id}=${goal.state}`)
  })
}

/** A lesson of one step with these checks, and an act `go`. */
function small(...checks: string[]): Lesson {
  const lesson = lessonOf('duel')
  const [step] = lesson.steps
  if (step === undefined) throw new Error('the duel has no step')
  const goals = checks.map((text, index) => {
    return { id: `g${index + 1}`, words: text, check: parseLessonCheck(text), weight: 1 }
  })
  const acts = [{ id: 'go', label: 'Go', fresh: true, cluster: null, verbs: [] }]
  return {
    ...lesson,
    steps: [
      { ...step, id: 'one', goals, acts },
      { ...step, id: 'two', goals, acts },
    ],
  }
}

function script(lesson: Lesson): LessonScript {
  return new LessonScript(lesson, [1, 2, 3])
}

function statesOf(lesson: Lesson, run: LessonScript, isWhole?: boolean): string {
  const fold = foldOf(lesson, run)
  if (isWhole !== undefined) fold.finish(isWhole)
  return fold
    .states('one')
    .map(({ state }) => state)
    .join(' ')
}

describe('bundled lessons', () => {
  it('are those of this list, each with all that a lesson needs', () => {
    const lessons = bundled().sort((one, other) => one.number - other.number)
    expect(lessons.map(({ number, id }) => `${number} ${id}`)).toEqual([
      ...['1 majority', '2 accept-first', '3 numbers', '4 unique', '5 past', '6 p2c'],
      ...['7 write-to-anyone', '8 duel', '9 flp', '10 two-leaders'],
      ...['11 four-faults'],
      ...['12 memory', '13 who-knows', '14 gaps'],
      ...['15 blog-and-paper', '16 mutant-hunt'],
    ])
    for (const { steps, minutes } of lessons) {
      expect(minutes).toBeGreaterThanOrEqual(10)
      expect(minutes).toBeLessThanOrEqual(20)
      expect(steps.some(({ predict }) => predict !== null)).toBe(true)
      // Each ends with one figure and one paragraph.
      expect(steps.at(-1)?.prose).toMatch(/Export .* paragraph/s)
    }
  })

  it.each(bundled().map((lesson) => [lesson.id, lesson] as const))(
    '%s: its reference run reaches every goal, and an empty run none',
    (id, lesson) => {
      const make = REFERENCE_RUNS[id]
      if (make === undefined) throw new Error(`${id} has no reference run`)
      const reference = foldOf(lesson, make(lesson))
      expect(told(lesson, reference).filter((line) => !line.endsWith('=true'))).toEqual([])
      expect(lesson.steps.every((step) => reference.isDone(step.id))).toBe(true)
      expect(reference.answers.size).toBe(lesson.steps.filter(({ predict }) => predict).length)

      const nodes = Array.from({ length: lesson.cluster.nodes }, (_, index) => index + 1)
      const empty = new LessonScript(lesson, nodes)
      for (const step of lesson.steps) empty.begin(step.id)
      const fold = foldOf(lesson, empty)
      fold.finish(true)
      const states = lesson.steps.flatMap((step) => fold.states(step.id))
      expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['false']))
    },
  )

  it('no goal is reached by the reference run without its own events', () => {
    for (const lesson of bundled()) {
      const { events } = REFERENCE_RUNS[lesson.id]?.(lesson) ?? { events: [] }
      const fold = new LessonFold(lesson)
      for (const event of events) if (event.type === 'acted') fold.add(event)
      const marked = lesson.steps.flatMap(({ id, goals }) => {
        // What marks alone can tell: an answer, and a choice that is judged by itself.
        const own = goals.filter(({ check }) => ['predicted', 'legal'].includes(check.kind))
        return own.map((goal) => `${id}.${goal.id}=true`)
      })
      const reached = told(lesson, fold).filter((line) => line.endsWith('=true'))
      expect(reached.filter((line) => !marked.includes(line))).toEqual([])
    }
  })
})

describe('checks', () => {
  it('count events, fields apart, and only while something holds', () => {
    const lesson = small(
      'count(bid) >= 2',
      'distinct(by, bid) >= 2',
      'count(bid while nodesDown = 1) >= 1',
    )
    const run = script(lesson).begin('one').bid(1, 1).bid(1, 2)
    expect(statesOf(lesson, run)).toBe('true open open')
    expect(statesOf(lesson, run.bid(2, 3))).toBe('true true open')
    expect(statesOf(lesson, run.kill(3).bid(2, 4))).toBe('true true true')
  })

  it('want an order, each event after the one before', () => {
    const lesson = small('faultStarted kind=kill then elected')
    const run = script(lesson).begin('one').elected(2, 1).kill(1)
    expect(statesOf(lesson, run)).toBe('open')
    expect(statesOf(lesson, run.elected(3, 2))).toBe('true')
  })

  it('a limit is true only with all others, and false as soon as it is passed', () => {
    const lesson = small('acked >= 100', 'bids <= 2', 'no violated')
    const run = script(lesson).begin('one').bid(1, 1)
    expect(statesOf(lesson, run)).toBe('open open open')
    expect(statesOf(lesson, run.loaded(100))).toBe('true true true')
    // What was shown stays shown; only what must never come can still come.
    expect(statesOf(lesson, run.bid(1, 2).bid(1, 3))).toBe('true true true')
    const words = { invariant: 'I8', words: 'two values', evidence: [] }
    expect(statesOf(lesson, run.lab({ type: 'violated', ...words }))).toBe('true true false')
    const many = script(lesson).begin('one').bid(1, 1).bid(1, 2).bid(1, 3)
    expect(statesOf(lesson, many.loaded(100))).toBe('true false true')
  })

  it('since an act: what came before it does not count', () => {
    const lesson = small('acked >= 100 since go', 'bids <= 1 since go')
    const run = script(lesson).begin('one').bid(1, 1).bid(1, 2).loaded(500)
    expect(statesOf(lesson, run)).toBe('open open')
    expect(statesOf(lesson, run.act('one', 'go').bid(2, 3).loaded(99))).toBe('open open')
    expect(statesOf(lesson, run.loaded(1))).toBe('true true')
  })

  it('measure by the folds of the charts', () => {
    const lesson = small('undecidedBallotsMax >= 3', 'leaders >= 2', 'chosenSlots >= 1')
    const run = script(lesson).chosen(1, 1, 7).begin('one').bid(1, 2).bid(2, 3).chosen(2, 3, 7)
    expect(statesOf(lesson, run)).toBe('open open open')
    run.bid(1, 4).bid(2, 5).bid(1, 6).elected(1, 6).elected(2, 7)
    expect(statesOf(lesson, run)).toBe('true true open')
    expect(statesOf(lesson, run.chosen(2, 7, 8))).toBe('true true true')
  })

  it('a leader that stepped down, or died, believes no more', () => {
    const lesson = small('leaders >= 2')
    const run = script(lesson).begin('one').elected(1, 1)
    run.node(1, { type: 'steppedDown', ballot: { round: 1, node: 1 }, reason: 'preempted' })
    expect(statesOf(lesson, run.elected(2, 2).kill(2).elected(3, 3))).toBe('open')
    expect(statesOf(lesson, run.elected(1, 4))).toBe('true')
  })

  it('a prediction counts before the first act, and not after it', () => {
    const lesson = small('predicted')
    const early = script(lesson).begin('one').answer('one', 2).act('one', 'go')
    expect(statesOf(lesson, early)).toBe('true')
    const late = script(lesson).begin('one').act('one', 'go').answer('one', 2)
    expect(statesOf(lesson, late)).toBe('false')
    const never = script(lesson).begin('one').answer('one', 2)
    expect(statesOf(lesson, never)).toBe('open')
    const fold = foldOf(lesson, early.answer('one', 0))
    expect([...fold.answers]).toEqual([['one', 2]])
  })

  it('lost events: what came true stays true, the rest is unknown and never true', () => {
    const lesson = small('count(bid) >= 2', 'leaders >= 2', 'no violated')
    const lost = () => {
      const run = script(lesson).begin('one').elected(1, 1)
      return run.node(1, { type: 'factsDropped', count: 3 }).elected(2, 2)
    }
    expect(statesOf(lesson, lost())).toBe('open open unknown')
    expect(statesOf(lesson, lost().bid(1, 2).bid(1, 3), true)).toBe('true unknown unknown')
    const whole = script(lesson).begin('one').bid(1, 2)
    expect(statesOf(lesson, whole, true)).toBe('false false false')
    expect(statesOf(lesson, whole, false)).toBe('unknown unknown unknown')
  })

  it('evidence of a step comes from one run; what was done stays done until a reset', () => {
    const lesson = small('count(bid) >= 2', 'count(elected) >= 1')
    const run = script(lesson).begin('one').bid(1, 1).bid(1, 2).fresh().begin('one').elected(1, 3)
    expect(statesOf(lesson, run)).toBe('open true')
    run.begin('two').bid(1, 4).bid(1, 5).begin('one').bid(1, 6).bid(1, 7).elected(1, 8)
    expect(statesOf(lesson, run)).toBe('true true')
    expect(statesOf(lesson, run.fresh().begin('two').begin('one'))).toBe('true true')
    expect(foldOf(lesson, run).at).toBe('one')
    expect(statesOf(lesson, run.reset('one'))).toBe('open open')
    expect(statesOf(lesson, run.bid(1, 9).bid(1, 10))).toBe('true open')
  })

  it.each([
    ['count(preempt) >= 5', /"preempt" is not a type of event/],
    ['count(bid) = 5', /a count grows/],
    ['count(bid) >= 0', /true of every run/],
    ['distinct(ballots, bid) >= 2', /"ballots" is not a field of bid/],
    ['count(bid while nods = 2) >= 1', /"nods" is not a measure/],
    ['bids = 3', /bids grows/],
    ['no elections', /"elections" is not a type/],
    ['undecided > 50', /"undecided" is not a measure/],
    ['bid then then elected', /is not a type of event/],
    ['eval(1)', /is not a condition/],
  ])('"%s" is refused in words', (text, words) => {
    expect(() => parseLessonCheck(text)).toThrow(ConditionError)
    expect(() => parseLessonCheck(text)).toThrow(words)
  })
})

describe('marks', () => {
  it('are printed and read back, and nothing else is a mark', () => {
    const head = { lesson: 'duel', version: 2, step: 'one-waits' }
    for (const mark of [
      { ...head, act: 'begin' as const },
      { ...head, act: 'reset' as const },
      { ...head, act: 'answer' as const, choice: 0 },
      { ...head, act: 'act' as const, id: 'stop' },
    ]) {
      expect(parseMark(printMark(mark))).toEqual(mark)
    }
    expect(printMark({ ...head, act: 'answer', choice: 0 })).toBe('duel@2: answer one-waits 1')
    for (const words of [
      'duel@2: began x',
      'duel: begin x',
      'duel@2: answer x 0',
      'x'.repeat(300),
    ]) {
      expect(parseMark(words)).toBeNull()
    }
  })
})

describe('docs/lessons.md', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/lessons.md'), 'utf8')

  it('has every lesson and every measure as it is', () => {
    for (const { number, id, goal } of bundled())
      expect(docs).toContain(`| ${number} | \`${id}\` | ${goal} |`)
    for (const [name, help] of Object.entries(LESSON_MEASURES)) {
      expect(docs).toContain(`| \`${name}\` | ${help} |`)
    }
  })

  it('its example is a lesson', () => {
    const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(docs) ?? []
    const { id, steps } = parseLesson(yaml, '## write\nProse.', 'example.lesson.yaml')
    expect([id, steps.length]).toEqual(['two-of-three', 1])
  })
})

describe('lesson files', () => {
  it('have a schema that is published as it is', () => {
    const path = join(import.meta.dirname, '../../resources/paxos-lab-lesson.schema.json')
    expect(readFileSync(path, 'utf8')).toBe(printLessonSchema())
  })

  const changed = (from: string | RegExp, to: string): string => {
    expect(YAML).toMatch(from)
    return YAML.replace(from, to)
  }

  it.each([
    [
      /title: The duel/,
      'titel: The duel',
      /duel.yaml:4:1: titel: unknown key; did you mean "title"/,
    ],
    [/undecidedBallotsMax >= 50/, 'undecided >= 50', /:\d+:16: .*"undecided" is not a measure/],
    ['do: stop 4', 'do: stop 7', /:\d+:\d+: .*there is no node 7/],
    ['do: stop 4', 'do: stopp 4', /:\d+:\d+: .*"stopp" is not a verb/],
    ['answer: 3', 'answer: 5', /answer: there is no choice 5/],
    ['weight: 12', 'weight: 13', /weights of all goals must sum up to 50, and are 51/],
    ['since random', 'since rendom', /this step has no act "rendom"/],
    [/id: one-waits/, 'id: fixed-retry', /"fixed-retry" is there twice/],
    [/policy: eager/, 'policy: eager\n  mutant: M11', /unsafe: is missing/],
    [/fresh: true/, 'fresh: false', /the first act of a lesson must be fresh/],
    [
      /fresh: true/,
      'fresh: true\n        cluster: { nodes: 3 }',
      /there is no node 4, only 1 to 3/,
    ],
    [/fresh: true/, 'fresh: true\n        cluster: { mutant: M11 }', /unsafe: is missing/],
    [/do: stop 4/, 'cluster: { nodes: 5 }\n        do: stop 4', /cluster: needs "fresh: true"/],
    [/^id: duel/m, 'id: The Duel', /id: is not lower-case words/],
  ])('%s made %s is told with its place', (from, to, words) => {
    expect(() => parseLesson(changed(from, to), PROSE, 'duel.yaml')).toThrow(words)
  })

  it('prose: one heading a step, at most 120 words, errors with the file of the prose', () => {
    const parse = (prose: string) => () => parseLesson(YAML, prose, '08-duel.lesson.yaml')
    expect(parse(PROSE)).not.toThrow()
    expect(parse(PROSE.replace('## one-waits', '## waits'))).toThrow(
      /^08-duel.md:\d+:1: "waits" is not/,
    )
    expect(parse(PROSE.replace(/## one-waits[^#]*/, ''))).toThrow(/no heading "## one-waits"/)
    expect(parse(PROSE.replace('## one-waits', `## one-waits\n${'word '.repeat(121)}`))).toThrow(
      /more than 120/,
    )
    expect(parse('')).toThrow(ScenarioError)
  })
})
