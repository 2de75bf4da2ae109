/**
 * Reference for the checker of histories: tries every order of every choice of indefinite
 * operations, with no cleverness at all. For histories of a handful of operations only.
 */
import type { HistoryEntry } from '../../src/core/history'

interface Act {
  readonly entry: HistoryEntry
  readonly end: HistoryEntry | null
  readonly from: number
  readonly to: number
}

/** One key; the value is a text, or undefined when it is absent. */
interface Answer {
  readonly after: string | undefined
  readonly result: HistoryEntry['result']
  readonly failed?: boolean
}

/** `isMutex`: a `del` that names an owner acts on that owner only. */
export function hasLinearization(history: readonly HistoryEntry[], isMutex = false): boolean {
  const keys = new Set(history.map(({ key }) => key))
  return [...keys].every((key) => keyHasLinearization(history, key, isMutex))
}

function keyHasLinearization(
  history: readonly HistoryEntry[],
  key: string,
  isMutex: boolean,
): boolean {
  const acts = actsOf(history).filter(({ entry }) => entry.key === key)
  const sure = acts.filter(({ end }) => end?.type === 'ok')
  const unsure = acts.filter(({ end }) => end?.type !== 'ok' && end?.type !== 'fail')
  for (let choice = 0; choice < 2 ** unsure.length; choice += 1) {
    const chosen = unsure.filter((_, at) => (choice >> at) % 2 === 1)
    if (someOrder([...sure, ...chosen], undefined, isMutex)) return true
  }
  return false
}

function actsOf(history: readonly HistoryEntry[]): Act[] {
  return history.flatMap((entry, from) => {
    if (entry.type !== 'invoke') return []
    const to = history.findIndex(
      ({ type, process }, at) => at > from && type !== 'invoke' && process === entry.process,
    )
    const end = history[to] ?? null
    return { entry, end, from, to: end?.type === 'ok' ? to : Infinity }
  })
}

function someOrder(left: readonly Act[], value: string | undefined, isMutex: boolean): boolean {
  if (left.length === 0) return true
  return left.some((act) => {
    const others = left.filter((each) => each !== act)
    if (others.some(({ to }) => to < act.from)) return false
    const answer = perform(act.entry, value, isMutex)
    return agrees(act, answer, value) && someOrder(others, answer.after, isMutex)
  })
}

function agrees({ entry, end }: Act, answer: Answer, value: string | undefined): boolean {
  if (answer.failed === true) return false
  if (end?.type !== 'ok') return true
  if (entry.f === 'read') return end.value === undefined || same(end.value, value)
  if (end.result === undefined) return true
  return entry.f === 'getset'
    ? same(end.result, value)
    : String(end.result) === String(answer.result)
}

function same(seen: unknown, value: string | undefined): boolean {
  return seen === null ? value === undefined : String(seen) === value
}

function perform(
  { f, value: argument }: HistoryEntry,
  value: string | undefined,
  isMutex: boolean,
): Answer {
  switch (f) {
    case 'read':
      return { after: value, result: null }
    case 'write':
    case 'getset':
      return { after: texted(argument), result: null }
    case 'cas': {
      const [old, fresh] = Array.isArray(argument) ? argument : []
      const hit = value === texted(old)
      return { after: hit ? texted(fresh) : value, result: hit }
    }
    case 'append': {
      const after = (value ?? '') + String(argument)
      return { after, result: after.length }
    }
    case 'incr': {
      if (value !== undefined && value !== String(parseInt(value))) {
        return { after: value, result: null, failed: true }
      }
      const after = String(Number(value ?? 0) + Number(argument ?? 1))
      return { after, result: after }
    }
    case 'setnx':
      if (value !== undefined) return { after: value, result: 0 }
      return { after: texted(argument), result: 1 }
    case 'del':
      if (isMutex && texted(argument) !== undefined && texted(argument) !== value) {
        return { after: value, result: 0 }
      }
      return { after: undefined, result: value === undefined ? 0 : 1 }
  }
}

function texted(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}
