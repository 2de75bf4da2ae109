/**
 * Operations of a history: each invocation joined with what became of it.
 *
 * Order:  places in the history are real time; `time` is only shown to people.
 * Left out: `fail` (no effect, nothing observed), and reads that ended in `info`, never ended, or do
 *         not say what they read: they explain nothing and nothing explains them.
 * Errors: HistoryError with the place of the entry that makes no sense.
 */
import type { HistoryEntry, HistoryFunction, HistoryValue } from '../../history'
import { isPair, modelFault, textOf } from './models'
import type { ModelName } from './models'

export interface Operation {
  readonly process: number
  readonly f: HistoryFunction
  readonly key: string
  readonly value: HistoryEntry['value']
  /** What was read, or else was returned; undefined: not observed. */
  readonly seen: HistoryEntry['result']
  /** `info`: it may take effect at any time from its invocation on, or never. */
  readonly type: 'ok' | 'info'
  /** Place of the invocation in the history, from 0. */
  readonly call: number
  /** Place of the completion; Infinity for `info`. */
  readonly ret: number
  readonly startNs: number
  readonly endNs: number | null
}

export class HistoryError extends Error {
  override readonly name = 'HistoryError'

  constructor(
    /** From 0. */
    readonly place: number,
    words: string,
  ) {
    super(words)
  }
}

/** Joins entries as they come; HistoryError for one that contradicts what came before. */
export class Pairing {
  private readonly pending = new Map<
    number,
    { readonly entry: HistoryEntry; readonly at: number }
  >()
  private lastNs = -Infinity

  constructor(private readonly model: ModelName | null) {}

  /** Answers the operation that this entry completes, if it is one that matters. */
  add(entry: HistoryEntry, at: number): Operation | null {
    this.check(entry, at)
    const { process, type } = entry
    const open = this.pending.get(process)
    if (type === 'invoke') {
      if (open !== undefined) {
        const words = `process ${process} invokes ${entry.f} while its ${open.entry.f} is pending`
        throw new HistoryError(at, words)
      }
      this.pending.set(process, { entry, at })
      return null
    }
    if (open === undefined) {
      throw new HistoryError(at, `process ${process} completes ${entry.f} without an invocation`)
    }
    checkSame(open.entry, entry, at)
    this.pending.delete(process)
    if (type === 'fail') return null
    return type === 'ok' ? completed(open.entry, open.at, entry, at) : indefinite(open)
  }

  /** What was never completed: nobody knows, so it is as `info`. */
  rest(): Operation[] {
    return [...this.pending.values()].map(indefinite).filter((operation) => operation !== null)
  }

  private check(entry: HistoryEntry, at: number): void {
    const fault = entryFault(entry) ?? (this.model === null ? null : modelFault(entry, this.model))
    if (fault !== null) throw new HistoryError(at, fault)
    if (entry.time < this.lastNs) {
      const words = `time ${entry.time} is before ${this.lastNs}, the time of the entry before it`
      throw new HistoryError(at, words)
    }
    this.lastNs = entry.time
  }
}

function completed(
  invoked: HistoryEntry,
  call: number,
  entry: HistoryEntry,
  ret: number,
): Operation | null {
  const { process, f, key } = invoked
  const seen = seenOf(entry)
  if (f === 'read' && seen === undefined) return null
  const span = { call, ret, startNs: invoked.time, endNs: entry.time }
  return { process, f, key, value: invoked.value, seen, type: 'ok', ...span }
}

function indefinite({ entry, at }: { entry: HistoryEntry; at: number }): Operation | null {
  const { process, f, key, value, time } = entry
  if (f === 'read') return null
  const span = { call: at, ret: Infinity, startNs: time, endNs: null }
  return { process, f, key, value, seen: undefined, type: 'info', ...span }
}

/** Only `getset` returns null; elsewhere null stands for a result that is missing. */
function seenOf({ f, value, result }: HistoryEntry): Operation['seen'] {
  if (f === 'read') return isPair(value) ? undefined : value
  if (f === 'write') return undefined
  return result === null && f !== 'getset' ? undefined : result
}

function checkSame(invoked: HistoryEntry, entry: HistoryEntry, at: number): void {
  const { process, f, key, value } = invoked
  const complain = (what: string, now: unknown, before: unknown) => {
    const words = `${what} ${JSON.stringify(now)} is not that of the invocation by process ${process}`
    throw new HistoryError(at, `${words}, ${JSON.stringify(before) ?? 'none'}`)
  }
  if (entry.f !== f) complain('f', entry.f, f)
  if (entry.key !== key) complain('key', entry.key, key)
  if (f === 'read' || entry.value === undefined || entry.value === null) return
  if (printed(entry.value) !== printed(value)) complain('value', entry.value, value)
}

function printed(value: HistoryEntry['value']): string {
  if (value === undefined) return ''
  return JSON.stringify(isPair(value) ? value.map(textOf) : textOf(value))
}

/** What no model allows. Null: the entry makes sense by itself. */
function entryFault(entry: HistoryEntry): string | null {
  const { f, type, value, result } = entry
  if (type === 'invoke') return argumentFault(f, value)
  if (f === 'read') {
    if (type !== 'ok') return null
    if (value === undefined) return 'an ok read must say in "value" what was read (null if absent)'
    return isPair(value) ? 'a read value is a text, a number or null' : null
  }
  if (type !== 'ok' || result === undefined || result === null) return null
  return resultFault(f, result)
}

function argumentFault(f: HistoryFunction, value: HistoryEntry['value']): string | null {
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value)
  switch (f) {
    case 'read':
    case 'del':
      return isPair(value) ? `the value of ${f} is not a pair` : null
    case 'incr':
      return value === undefined || value === null || isWhole
        ? null
        : 'the value of incr is a whole number, or missing for 1'
    case 'cas':
      if (isPair(value) && value.length === 2) return null
      return 'the value of cas is a pair [old, new]'
    case 'append':
    case 'setnx':
      if (value !== undefined && value !== null && !isPair(value)) return null
      return `the value of ${f} is a text or a number`
    case 'write':
    case 'getset':
      if (value !== undefined && !isPair(value)) return null
      return `the value of ${f} is a text, a number or null`
  }
}

function resultFault(f: HistoryFunction, result: HistoryValue | boolean): string | null {
  switch (f) {
    case 'cas':
      return typeof result === 'boolean' ? null : 'the result of cas is true or false'
    case 'setnx':
    case 'del':
      return result === 0 || result === 1 ? null : `the result of ${f} is 0 or 1`
    case 'getset':
      return typeof result === 'boolean' ? 'the result of getset is a text, a number or null' : null
    case 'incr':
      return /^(0|-?[1-9]\d*)$/.test(String(result)) ? null : 'the result of incr is a whole number'
    case 'append':
      if (typeof result === 'number' && Number.isSafeInteger(result) && result >= 0) return null
      return 'the result of append is a length'
    case 'read':
    case 'write':
      return null
  }
}
