/**
 * Around the text of an experiment: its history against a model, the judge, completion against the
 * parser, colours and indentation.
 */
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  completeWords,
  usageOf,
  wordsFault,
} from '../../src/renderer/src/composables/experimentComplete'
import {
  beginHistory,
  changedRange,
  changeText,
  CHARS_MAX,
  redoText,
  STEPS_MAX,
  TOGETHER_MS,
  undoText,
} from '../../src/renderer/src/composables/experimentHistory'
import {
  isWithin,
  judgeText,
  lineOf,
  offsetAt,
} from '../../src/renderer/src/composables/experimentJudge'
import { freeName, nameFault, nameFrom } from '../../src/renderer/src/composables/experimentNew'
import { tintLine } from '../../src/renderer/src/composables/experimentTint'
import { enterAt, indentLines } from '../../src/renderer/src/composables/experimentTyping'
import { MEASURES } from '../../src/shared/condition'
import { VERBS } from '../../src/shared/verbs'
import { root } from '../support/tree'

const FOLDER = join(root, 'resources/scenarios')
const bundled = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file), 'utf8'))

describe('undo and redo', () => {
  /** A list of texts and a place in it. */
  interface Model {
    texts: string[]
    at: number
  }

  const undoOrRedo = fc.constantFrom('undo' as const, 'redo' as const)
  const act = fc.oneof(
    { weight: 3, arbitrary: fc.record({ op: fc.constant('type' as const), text: fc.string() }) },
    { weight: 1, arbitrary: fc.record({ op: undoOrRedo, text: fc.constant('') }) },
  )

  it('walk a list of texts that typing cuts off behind its place', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const model: Model = { texts: ['begin'], at: 0 }
        let history = beginHistory('begin')
        acts.forEach((one, step) => {
          if (one.op === 'undo') {
            model.at = Math.max(0, model.at - 1)
            history = undoText(history)
          } else if (one.op === 'redo') {
            model.at = Math.min(model.texts.length - 1, model.at + 1)
            history = redoText(history)
          } else if (one.text !== model.texts[model.at]) {
            model.texts = [...model.texts.slice(0, model.at + 1), one.text]
            model.at += 1
            history = changeText(history, one.text, `kind ${step}`, step)
          } else history = changeText(history, one.text, `kind ${step}`, step)
          expect(history.now).toBe(model.texts[model.at])
          expect(history.past).toEqual(model.texts.slice(0, model.at))
          expect(history.future).toEqual(model.texts.slice(model.at + 1).reverse())
        })
      }),
    )
  })

  it('take quick changes of one kind as one step, and others not', () => {
    let history = beginHistory('')
    for (const [at, text] of ['a', 'ab', 'abc'].entries()) {
      history = changeText(history, text, 'text', at * TOGETHER_MS)
    }
    expect(undoText(history).now).toBe('')
    const later = changeText(history, 'abcd', 'text', 4 * TOGETHER_MS)
    expect(undoText(later).now).toBe('abc')
    const other = changeText(history, 'abcd', 'field', 2 * TOGETHER_MS)
    expect(undoText(other).now).toBe('abc')
    const back = changeText(redoText(undoText(history)), 'x', 'text', 2 * TOGETHER_MS)
    expect(undoText(back).now).toBe('abc')
  })

  it('forget the oldest steps beyond the bounds', () => {
    let history = beginHistory('0')
    for (let at = 1; at <= STEPS_MAX + 5; at += 1)
      history = changeText(history, `${at}`, `${at}`, at)
    expect(history.past).toHaveLength(STEPS_MAX)
    expect(history.past[0]).toBe('5')
    const big = 'x'.repeat(CHARS_MAX / 4)
    let heavy = beginHistory(big)
    for (let at = 0; at < 8; at += 1) heavy = changeText(heavy, `${at}${big}`, `${at}`, at)
    const chars = heavy.past.reduce((sum, text) => sum + text.length, 0)
    expect(chars).toBeLessThanOrEqual(CHARS_MAX)
    expect(heavy.past.length).toBeGreaterThan(1)
  })

  it('know where a text changed', () => {
    expect(changedRange('abc', 'abXc')).toEqual([2, 3])
    expect(changedRange('aaa', 'aaaa')).toEqual([3, 4])
    expect(changedRange('abc', 'ac')).toEqual([1, 1])
    expect(changedRange('same', 'same')).toEqual([4, 4])
  })
})

const GOOD = bundled[0] ?? ''

describe('the judge', () => {
  it('finds nothing wrong with what is bundled', () => {
    for (const text of bundled) expect(judgeText(text, 'x').fault).toBeNull()
  })

  it('shows a text that is YAML, and tells the place of what is wrong', () => {
    const wrong = GOOD.replace(/^seconds: .*/m, 'seconds: 0')
    const { opened, fault } = judgeText(wrong, 'my.paxlab.yaml')
    expect(opened?.content['seconds']).toBe(0)
    expect(fault?.path).toEqual(['seconds'])
    expect(fault?.words).toMatch(/^seconds: /)
    expect(fault?.words).not.toContain('my.paxlab')
    expect(wrong.split('\n')[(fault?.line ?? 0) - 1]).toBe('seconds: 0')
    expect(wrong.slice(offsetAt(wrong, fault?.line ?? 0, fault?.column ?? 0))).toMatch(/^0\n/)
  })

  it('tells the action that is no verb', () => {
    const text =
      'version: 1\nname: a\ntitle: A\nsummary: S\nseconds: 1\nlevel: basic\ncluster: {}\n'
    const { fault } = judgeText(`${text}steps:\n  - do: [heal, kil 1]\n`, 'x')
    expect(fault?.path).toEqual(['steps', 0, 'do', 1])
    expect(isWithin(fault?.path ?? [], ['steps', 0])).toBe(true)
    expect(isWithin(fault?.path ?? [], ['steps', 1])).toBe(false)
  })

  it('shows nothing of a text that is no YAML, or no map', () => {
    for (const text of ['a: [', '- 1', '', 'a: &a [*a]']) {
      const { opened, fault } = judgeText(text, 'x')
      expect(opened, text).toBeNull()
      expect(fault, text).not.toBeNull()
    }
  })

  it('counts lines as editors do', () => {
    const text = 'ab\n\ncd'
    expect([0, 2, 3, 4, 6].map((offset) => lineOf(text, offset))).toEqual([1, 1, 2, 3, 3])
    expect(offsetAt(text, 3, 2)).toBe(5)
    expect(offsetAt(text, 9, 9)).toBe(text.length)
  })
})

describe('completion', () => {
  const words = (kind: Parameters<typeof completeWords>[0], before: string, nodes = 5) =>
    completeWords(kind, before, nodes).map(({ word }) => word)

  it('offers every verb that has a place in a step', () => {
    const offered = new Set(
      ['', ...'abcdefghijklmnopqrstuvwxyz'].flatMap((one) => words('verb', one)),
    )
    const known = Object.keys(VERBS).filter((name) => name !== 'help' && name !== 'quit')
    expect([...offered].sort()).toEqual(known.sort())
    for (const name of known) expect(usageOf('verb', name)).toContain(VERBS[name as 'kill'].help)
  })

  it.each([
    ['kill ', ['leader', 'follower', '1', '2', '3']],
    ['partition ', ['isolate-leader', 'bridge', 'one-way']],
    ['partition br', ['bridge']],
    ['adversary ', ['flp']],
    ['adversary flp ', ['on', 'off']],
    ['heal ', ['all']],
    ['cut 1 ', ['>', '2', 'all']],
    ['hold all ', ['prepare', 'accept', 'any']],
    ['failpoint 1 ', ['persist.before']],
    ['failpoint 1 persist.before ', ['crash', 'error', 'delay']],
    ['load 5 ra', ['rate']],
    ['read x --mode ', ['majority-value']],
    ['storm ', ['on', 'off']],
  ])('of %j offers words that the parser takes', (before, wanted) => {
    expect(words('verb', before, 3)).toEqual(expect.arrayContaining(wanted))
  })

  it('offers nothing that the parser would refuse at once', () => {
    for (const verb of Object.keys(VERBS)) {
      for (const word of words('verb', `${verb} `)) {
        const fault = wordsFault('verb', `${verb} ${word}`)
        expect(fault === '' || fault.endsWith(' is missing'), `${verb} ${word}: ${fault}`).toBe(
          true,
        )
      }
    }
    expect(words('verb', 'kill 1 ')).toEqual([])
    expect(words('verb', 'no such ')).toEqual([])
  })

  it('knows measures, their operators and values; events and their fields', () => {
    expect(words('condition', 'chosenS')).toEqual([
      'chosenSlots',
      'chosenSincePolicy',
      'chosenSinceStep',
    ])
    for (const name of Object.keys(MEASURES))
      expect(words('condition', name.slice(0, -1))).toContain(name)
    expect(words('condition', 'liveness ')).toEqual(['=', '!='])
    expect(words('condition', 'liveness = d')).toEqual(['dueling'])
    expect(words('condition', 'acked ')).toContain('>=')
    expect(words('trigger', 'ev')).toEqual(['event'])
    expect(words('trigger', 'event elec')).toEqual(['elected'])
    expect(words('expected', 'never viol')).toEqual(['violated'])
    expect(words('predicate', 'chosen sl')).toEqual(['slot='])
    expect(words('predicate', 'chosen slot=1 s')).toEqual([])
  })

  it.each([
    ['verb', 'kill leader', ''],
    ['verb', 'kil leader', 'not a verb'],
    ['trigger', 'event chosen slot=1', ''],
    ['trigger', 'never violated', 'not a condition'],
    ['expected', 'never violated', ''],
    ['condition', 'nothing > 1', 'not a measure'],
    ['policy', 'random 20 1500', ''],
    ['policy', 'backoff-random', ''],
    ['policy', 'lazy', 'not a policy'],
  ] as const)('a %s %j is judged by the parser: %j', (kind, text, fault) => {
    if (fault === '') expect(wordsFault(kind, text)).toBe('')
    else expect(wordsFault(kind, text)).toContain(fault)
  })
})

describe('colours', () => {
  it('lose and add no sign, whatever the line', () => {
    const whole = (line: string) =>
      tintLine(line)
        .map(({ text }) => text)
        .join('')
    for (const line of bundled.join('\n').split('\n')) expect(whole(line)).toBe(line)
    fc.assert(fc.property(fc.string(), (line) => whole(line) === line))
  })

  it('tell keys, numbers, texts, words and comments apart', () => {
    const kinds = (line: string) =>
      tintLine(line)
        .filter(({ text }) => text.trim() !== '')
        .map(({ kind, text }) => [kind, text.trim()])
    expect(kinds('  - within: 30s # long')).toEqual([
      ['mark', '-'],
      ['key', 'within'],
      ['mark', ':'],
      ['number', '30s'],
      ['comment', '# long'],
    ])
    expect(kinds("a: 'x: 1'")[2]).toEqual(['text', "'x: 1'"])
    expect(kinds('flush: false')[2]).toEqual(['word', 'false'])
    expect(kinds('# a: 1')).toEqual([['comment', '# a: 1']])
  })
})

describe('typing', () => {
  it.each([
    ['  a: 1', '\n  '],
    ['steps:', '\n  '],
    ['  - do: heal', '\n    '],
    ['  - repeat:', '\n      '],
    ['      - heal all', '\n      '],
    ['', '\n'],
  ])('Enter after %j goes on as people indent', (text, inserted) => {
    expect(enterAt(text, text.length)).toBe(inserted)
  })

  it('moves the lines of a selection in and out again', () => {
    const text = 'a:\n  b: 1\n\n  c: 2\nd: 3\n'
    const from = text.indexOf('b')
    const to = text.indexOf('\nd') + 1
    const done = indentLines(text, from, to, 1)
    const there = text.slice(0, done.from) + done.text + text.slice(done.to)
    expect(there).toBe('a:\n    b: 1\n\n    c: 2\nd: 3\n')
    expect(there.slice(...done.select)).toBe('b: 1\n\n    c: 2\n')
    const back = indentLines(there, ...done.select, -1)
    expect(there.slice(0, back.from) + back.text + there.slice(back.to)).toBe(text)
  })
})

it('names are made of what people call a file', () => {
  expect(nameFrom('My Test!.paxlab.yaml')).toBe('my-test')
  expect(nameFrom('…')).toBe('experiment')
  expect(nameFault(nameFrom('x'.repeat(200)))).toBe('')
  expect(nameFault('Bad Name')).not.toBe('')
  expect(freeName('a', new Set(['a', 'a-2']))).toBe('a-3')
})
