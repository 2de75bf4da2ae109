/**
 * The one value of the blog variant: a `SET key value`, in the KV's notation so that pictures can
 * name it. Two writes are the same value if they set the same key to the same text.
 */
import { checkCommand, runCommand } from '../kv/commands'
import { KvMap } from '../kv/kvMap'
import { error } from '../kv/resp'
import { parseCommand } from '../kv/value'
import type { Value } from '../paxos/message'

export type BlogCommand =
  | { readonly kind: 'write' }
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'refused'; readonly resp: string }

/** Sorts a client's command; all but a plain SET and GET are refused in words. */
export function sortCommand(args: readonly string[]): BlogCommand {
  const fault = checkCommand(args)
  if (fault !== null) return { kind: 'refused', resp: error(fault) }
  const name = (args[0] ?? '').toUpperCase()
  if (name === 'GET') return { kind: 'read', key: args[1] ?? '' }
  if (name === 'SET' && args.length === 3) return { kind: 'write' }
  const what = name === 'SET' ? 'options of SET' : name
  const words = `ERR the blog variant has no ${what}: it holds one value, by SET key value and GET`
  return { kind: 'refused', resp: error(words) }
}

export function sameWrite(a: Value, b: Value): boolean {
  if (a === b) return true
  const [, keyA, textA] = argsOf(a)
  const [, keyB, textB] = argsOf(b)
  return keyA === keyB && textA === textB
}

/** What `GET key` answers when the whole store is this value; null stands for an empty store. */
export function answerGet(value: Value | null, key: string): string {
  const map = new KvMap()
  if (value !== null) runCommand(map, argsOf(value))
  return runCommand(map, ['GET', key])
}

/** The text under `key` when the whole store is this value; null if there is none. */
export function textAt(value: Value | null, key: string): string | null {
  const [, setKey, text] = value === null ? [] : argsOf(value)
  return setKey === key ? (text ?? null) : null
}

function argsOf(value: Value): readonly string[] {
  return parseCommand(value)?.args ?? []
}
