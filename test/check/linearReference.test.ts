/** The checker of histories against a reference that tries everything, on random histories. */
import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../src/core/check/linear/judge'
import { MODEL_NAMES } from '../../src/core/check/linear/models'
import type { ModelName } from '../../src/core/check/linear/models'
import type { HistoryEntry } from '../../src/core/history'
import { hasLinearization } from '../support/linearReference'
import { randomHistory } from '../support/randomHistories'
import type { RandomShape } from '../support/randomHistories'

const HISTORIES = 100_000
const PARTS = 10
const SEED = 20_261_121

/** Shapes differ in all that makes histories hard, in turn. */
function shapeOf(seed: number): RandomShape {
  return {
    model: MODEL_NAMES[seed % MODEL_NAMES.length] ?? 'kv',
    operationsMax: 7,
    processes: 2 + (seed % 4),
    keys: seed % 7 === 0 ? 2 : 1,
    values: seed % 3 === 0 ? 0 : 1 + (seed % 4),
    infoShare: (seed % 4) * 0.15,
    failShare: (seed % 2) * 0.2,
  }
}

/** Evidence takes longer than the verdict; it is gathered for some of them. */
const EVIDENCE_EVERY = 10

type Judge = (history: readonly HistoryEntry[], model: ModelName) => boolean

let judged = 0
const checker: Judge = (history, model) => {
  judged += 1
  const evidenceMax = judged % EVIDENCE_EVERY === 0 ? 1 : 0
  const { verdict } = checkHistory(history, model, { evidenceMax })
  expect(verdict).not.toBe('unknown')
  return verdict === 'valid'
}

/** Seeds at which a judge and the reference do not agree, and how many histories have an order. */
function compare(judge: Judge, from: number, count: number) {
  const differ: number[] = []
  let sound = 0
  for (let seed = from; seed < from + count; seed += 1) {
    const shape = shapeOf(seed)
    const history = randomHistory(seed, shape)
    const wanted = hasLinearization(history, shape.model === 'mutex')
    if (wanted) sound += 1
    if (judge(history, shape.model) !== wanted) differ.push(seed)
  }
  return { differ, sound }
}

describe('I14: the checker of histories and the reference', () => {
  it.each(Array.from({ length: PARTS }, (_, part) => part + 1))(
    `give equal verdicts on ${HISTORIES / PARTS} random histories, part %i of ${PARTS}`,
    (part) => {
      const count = HISTORIES / PARTS
      const { differ, sound } = compare(checker, SEED + part * count, count)
      expect(differ).toEqual([])
      // Neither answer may be rare, or agreeing would be easy.
      expect(sound).toBeGreaterThan(count / 4)
      expect(sound).toBeLessThan((count * 9) / 10)
    },
  )
})

describe('a checker that is wrong is caught', () => {
  const PLANTED: readonly (readonly [
    string,
    (history: readonly HistoryEntry[]) => HistoryEntry[],
  ])[] = [
    ['does not look at real time', withoutTime],
    ['takes info for fail', (history) => history.map((entry) => retyped(entry, 'info', 'fail'))],
    ['takes fail for info', (history) => history.map((entry) => retyped(entry, 'fail', 'info'))],
    ['takes info for ok', (history) => history.map((entry) => retyped(entry, 'info', 'ok'))],
    ['does not look at results', (history) => history.map(unseen)],
  ]

  it.each(PLANTED)('one that %s', (_what, change) => {
    const wrong: Judge = (history, model) => checker(change(history), model)
    expect(compare(wrong, SEED, 2000).differ.length).toBeGreaterThan(10)
  })
})

/** Each operation by a process of its own, all invoked before the first one ends. */
function withoutTime(history: readonly HistoryEntry[]): HistoryEntry[] {
  const renamed: HistoryEntry[] = []
  const names = new Map<number, number>()
  let next = 0
  for (const entry of history) {
    if (entry.type === 'invoke') names.set(entry.process, (next += 1))
    renamed.push({ ...entry, process: names.get(entry.process) ?? 0, time: 0 })
  }
  const isInvoke = ({ type }: HistoryEntry) => type === 'invoke'
  return [...renamed.filter(isInvoke), ...renamed.filter((entry) => !isInvoke(entry))]
}

function retyped(entry: HistoryEntry, from: string, to: HistoryEntry['type']): HistoryEntry {
  if (entry.type !== from) return entry
  return to === 'ok' && entry.f === 'read' ? { ...entry, type: 'fail' } : { ...entry, type: to }
}

function unseen({ result: _, ...entry }: HistoryEntry): HistoryEntry {
  return entry
}
