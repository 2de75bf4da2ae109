/**
 * What becomes of a client's request that no local command answers: a request of the machine, in
 * the client's own session or in the node's; reads of keys; or an answer at once.
 */
import { checkCommand, isWrite, keysOf, runCommand } from '../../core/kv/commands'
import type { KvMap } from '../../core/kv/kvMap'
import { nameOfReadMode, readModeOf } from '../../core/kv/readMode'
import type { ReadMode } from '../../core/kv/readMode'
import { error } from '../../core/kv/resp'
import type { ClientSessionRef } from '../../core/machineTypes'
import { printRead } from './paxosCommands'
import { parseSessionDo, sessionHelp } from './sessionCommands'

/** Keys that one command reads outside the log; each is a read of its own. */
export const READ_KEYS_MAX = 64

export interface ReadRoute {
  readonly kind: 'read'
  readonly mode: ReadMode
  readonly keys: readonly string[]
  /** RESP2, from the keys that were found. */
  readonly print: (found: KvMap) => string
}

export type Route =
  | { readonly kind: 'reply'; readonly reply: string }
  | {
      readonly kind: 'request'
      readonly args: readonly string[]
      readonly session: ClientSessionRef | null
    }
  | ReadRoute

/** `name` is that of the command in lower case, `mode` how this connection reads. */
export function routeOf(name: string, args: readonly string[], mode: ReadMode): Route {
  if (name === 'session') return routeSession(args)
  if (name === 'paxos') return routePaxosRead(args)
  return mode === 'log' ? request(args) : routeByMode(args, mode)
}

function request(args: readonly string[], session: ClientSessionRef | null = null): Route {
  return { kind: 'request', args, session }
}

function routeSession(args: readonly string[]): Route {
  const sub = args[1]?.toLowerCase()
  if (sub === 'help' && args.length === 2) return { kind: 'reply', reply: sessionHelp() }
  if (sub !== 'do') return request(args)
  const parsed = parseSessionDo(args)
  if (!parsed.ok) return { kind: 'reply', reply: parsed.reply }
  return request(parsed.command, parsed.session)
}

function routePaxosRead([, , given = '', key = '']: readonly string[]): Route {
  const mode = readModeOf(given) ?? 'log'
  const print = (found: KvMap): string => printRead(key, mode, found.get(key) ?? null)
  return { kind: 'read', mode, keys: [key], print }
}

/** Writes, and reads that name no key, take a slot of the log whatever the mode. */
function routeByMode(args: readonly string[], mode: ReadMode): Route {
  const keys = [...new Set(keysOf(args))]
  if (checkCommand(args) !== null || isWrite(args) || keys.length === 0) return request(args)
  if (keys.length > READ_KEYS_MAX) {
    const words = `ERR read mode ${nameOfReadMode(mode)} takes at most ${READ_KEYS_MAX} keys at once`
    return { kind: 'reply', reply: error(words) }
  }
  return { kind: 'read', mode, keys, print: (found) => runCommand(found, args) }
}
