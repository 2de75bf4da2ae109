/**
 * What simulated clients ask: operations over a few keys, how each is put to the KV, and what its
 * answer means in a history (`core/history.ts`).
 *
 * Keys:   `r1` are registers, `n1` numbers, `t1` texts, so that most commands fit what they find.
 * Values: every written value is unique in a run, so that a read tells whose write it saw.
 */
import type { HistoryEntry, HistoryFunction, HistoryValue } from '../history'
import type { ReadMode } from '../kv/readMode'
import type { Prng } from './prng'

export interface Operation {
  readonly f: HistoryFunction
  readonly key: string
  /** Argument, as the history has it. */
  readonly value: HistoryEntry['value'] | undefined
  readonly args: readonly string[]
  /** Null: a command of the log; else a read in one of the other ways. */
  readonly mode: ReadMode | null
}

/** How an operation ended, as the history has it. */
export type OperationEnd =
  | { readonly type: 'ok'; readonly value?: HistoryValue; readonly result?: HistoryValue | boolean }
  | { readonly type: 'fail' }
  | { readonly type: 'info' }

const KINDS = ['r', 'n', 't'] as const

export function keyName(index: number): string {
  return `${KINDS[index % KINDS.length]}${Math.floor(index / KINDS.length) + 1}`
}

/** `unique`: a value that nobody else writes; `seen`: one that this client saw or wrote. */
export function drawWrite(prng: Prng, key: string, unique: string, seen: string): Operation {
  const dice = prng.unit()
  if (key.startsWith('n')) {
    return dice < 0.9 ? write('incr', key, undefined, ['INCR', key]) : del(key)
  }
  if (key.startsWith('t')) {
    return dice < 0.9 ? write('append', key, unique, ['APPEND', key, unique]) : del(key)
  }
  if (dice < 0.4) return write('write', key, unique, ['SET', key, unique])
  if (dice < 0.6) return write('cas', key, [seen, unique], ['CAS', key, seen, unique])
  if (dice < 0.75) return write('setnx', key, unique, ['SETNX', key, unique])
  return dice < 0.9 ? write('getset', key, unique, ['GETSET', key, unique]) : del(key)
}

/** A value that nobody else writes. */
export function lastWrite(key: string): Operation {
  return write('write', key, 'last;', ['SET', key, 'last;'])
}

export function readOf(key: string, mode: ReadMode | null): Operation {
  return { f: 'read', key, value: undefined, args: ['GET', key], mode }
}

function del(key: string): Operation {
  return write('del', key, undefined, ['DEL', key])
}

function write(
  f: HistoryFunction,
  key: string,
  value: HistoryEntry['value'] | undefined,
  args: readonly string[],
): Operation {
  return { f, key, value, args, mode: null }
}

/**
 * What a RESP reply says of an operation that was sent once. An error means that it was not run,
 * unless its answer was forgotten.
 */
export function readReply({ f, key }: Operation, resp: string): OperationEnd {
  if (resp.startsWith('-FORGOTTEN') || resp.startsWith('-STALE')) return { type: 'info' }
  if (resp.startsWith('-')) return { type: 'fail' }
  switch (f) {
    case 'write':
      return { type: 'ok' }
    case 'read':
      return { type: 'ok', value: readValue(key, bulkText(resp)) }
    case 'getset':
      return { type: 'ok', result: readValue(key, bulkText(resp)) }
    case 'cas':
      return { type: 'ok', result: resp.startsWith(':1') }
    default:
      return { type: 'ok', result: Number(resp.slice(1)) }
  }
}

/** Numbers are numbers in a history, as INCR answers them. */
export function readValue(key: string, text: string | null): HistoryValue {
  return text !== null && key.startsWith('n') ? Number(text) : text
}

function bulkText(resp: string): string | null {
  if (resp.startsWith('$-1')) return null
  const start = resp.indexOf('\r\n') + 2
  return resp.slice(start, start + Number(resp.slice(1, start - 2)))
}
