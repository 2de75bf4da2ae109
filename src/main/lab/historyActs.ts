/** Commands of Redis as operations of a history, and their answers as results. */
import type { HistoryEntry, HistoryFunction } from '../../core/history'
import { canChange, isWrite, keysOf } from '../../core/kv/commands'
import type { RespReply } from './respReply'

/** One operation on one key. */
export interface HistoryAct {
  readonly f: HistoryFunction
  readonly key: string
  readonly value?: Exclude<HistoryEntry['value'], undefined>
}

/**
 * What a command means to a history. `changes`: it changes keys in a way that a history cannot say;
 * null for every key there is. `nothing`: it changes no key, and what it reads is not followed.
 */
export type Meaning =
  | { readonly kind: 'act'; readonly act: HistoryAct }
  | { readonly kind: 'changes'; readonly keys: readonly string[] | null }
  | { readonly kind: 'nothing' }

type ActOf = (key: string, first: string, second: string) => HistoryAct | null

/** With the count of arguments that each has, the name included. */
const ACTS: Readonly<Record<string, readonly [count: number, actOf: ActOf]>> = {
  get: [2, (key) => ({ f: 'read', key })],
  set: [3, (key, value) => ({ f: 'write', key, value })],
  setnx: [3, (key, value) => ({ f: 'setnx', key, value })],
  getset: [3, (key, value) => ({ f: 'getset', key, value })],
  append: [3, (key, value) => ({ f: 'append', key, value })],
  del: [2, (key) => ({ f: 'del', key })],
  cas: [4, (key, old, fresh) => ({ f: 'cas', key, value: [old, fresh] })],
  incr: [2, (key) => ({ f: 'incr', key, value: 1 })],
  decr: [2, (key) => ({ f: 'incr', key, value: -1 })],
  incrby: [3, (key, by) => counted(key, Number(by))],
  decrby: [3, (key, by) => counted(key, -Number(by))],
}

export function meaningOf(args: readonly string[]): Meaning {
  const [name = '', key = '', first = '', second = ''] = args
  const lower = name.toLowerCase()
  if (lower === 'session' && (args[1] ?? '').toLowerCase() === 'do') return repeatable(args)
  const [count, actOf] = ACTS[lower] ?? []
  const act = count === args.length ? (actOf?.(key, first, second) ?? null) : null
  if (act !== null) return { kind: 'act', act }
  if (!isWrite(args)) return { kind: 'nothing' }
  // A command that can change a key that it does not name can change them all.
  return { kind: 'changes', keys: canChange(args, '') ? null : keysOf(args) }
}

/** The fields of the `ok` of an operation. */
export function resultOf(
  f: HistoryFunction,
  reply: RespReply,
): Pick<HistoryEntry, 'value' | 'result'> {
  const text = reply.kind === 'bulk' ? reply.text : null
  const count = reply.kind === 'integer' ? reply.value : null
  switch (f) {
    case 'read':
      return { value: text }
    case 'write':
      return {}
    case 'getset':
      return { result: text }
    case 'cas':
      return { result: count === 1 }
    default:
      // A number that a history cannot say exactly was not observed.
      return count === null || !Number.isSafeInteger(count) ? {} : { result: count }
  }
}

/** A command in a session may be sent more than once: that is no single operation. */
function repeatable(args: readonly string[]): Meaning {
  const isAcked = (args[4] ?? '').toLowerCase() === 'acked'
  const inner = meaningOf(args.slice(isAcked ? 6 : 4))
  if (inner.kind !== 'act') return inner
  const { f, key } = inner.act
  return f === 'read' ? { kind: 'nothing' } : { kind: 'changes', keys: [key] }
}

function counted(key: string, by: number): HistoryAct | null {
  return Number.isSafeInteger(by) ? { f: 'incr', key, value: by } : null
}
