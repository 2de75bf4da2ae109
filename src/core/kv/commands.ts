/**
 * Commands of the replicated KV: name, arity and effect, with the answers that Redis gives.
 * Deterministic: the same log gives the same map and the same answers on every node.
 */
import { NO_KEY, wrongCount } from './command'
import type { Command } from './command'
import { KEYSPACE_COMMANDS } from './keyspaceCommands'
import type { KvMap } from './kvMap'
import { refusalOf } from './refusedCommands'
import { error, NIL } from './resp'
import { SESSION_COMMANDS } from './sessionCommand'
import { STRING_COMMANDS } from './stringCommands'

/** Text of a client inside an error. */
const SHOWN_CHARS_MAX = 128

const COMMANDS: Readonly<Record<string, Command>> = {
  ...STRING_COMMANDS,
  ...KEYSPACE_COMMANDS,
  ...SESSION_COMMANDS,
}

/** Null if the KV runs it; else the text that Redis answers. Names are taken in any case. */
export function checkCommand(args: readonly string[]): string | null {
  const [name = ''] = args
  const command = commandNamed(name)
  if (command === undefined) return refusalOf(name.toLowerCase()) ?? unknown(args)
  const { arity } = command
  const fits = arity > 0 ? args.length === arity : args.length >= -arity
  if (!fits) return wrongCount(name.toLowerCase())
  return command.fault?.(args) ?? null
}

/** Runs a command that `checkCommand` passed; anything else answers its error. */
export function runCommand(map: KvMap, args: readonly string[]): string {
  const fault = checkCommand(args)
  if (fault !== null) return error(fault)
  return commandNamed(args[0] ?? '')?.run(map, args) ?? NIL
}

export function isWrite(args: readonly string[]): boolean {
  return commandNamed(args[0] ?? '')?.writes ?? false
}

/** True if the command can change this key. */
export function canChange(args: readonly string[], key: string): boolean {
  const command = commandNamed(args[0] ?? '')
  if (command === undefined || !command.writes) return false
  return command.everyKey === true || keysOf(args).includes(key)
}

/** The keys that a command names; none if it names none, or is none of the KV. */
export function keysOf(args: readonly string[]): string[] {
  const [first, last, step] = commandNamed(args[0] ?? '')?.keys ?? NO_KEY
  const keys: string[] = []
  if (step === 0) return keys
  const end = last < 0 ? args.length + last : last
  for (let at = first; at <= end; at += step) keys.push(args[at] ?? '')
  return keys
}

/** For COMMAND: name, arity, whether it writes, key positions. */
export function commandTable(): readonly (readonly [string, number, boolean, Command['keys']])[] {
  return Object.entries(COMMANDS).map(([name, { arity, writes: changes, keys }]) => [
    name,
    arity,
    changes,
    keys,
  ])
}

/** Upper and lower case are found at once; mixed case is folded first. */
const BY_NAME = new Map(
  Object.entries(COMMANDS).flatMap(([name, command]) => [
    [name, command] as const,
    [name.toUpperCase(), command] as const,
  ]),
)

function commandNamed(name: string): Command | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase())
}

/** As Redis shows it: arguments until their text is long enough. */
function unknown(args: readonly string[]): string {
  const shown = (text: string, max: number): string => text.slice(0, max).replace(/[\r\n\0]/g, ' ')
  let rest = ''
  for (const arg of args.slice(1, SHOWN_CHARS_MAX)) {
    if (rest.length >= SHOWN_CHARS_MAX) break
    rest += `'${shown(arg, SHOWN_CHARS_MAX - rest.length)}' `
  }
  const name = shown(args[0] ?? '', SHOWN_CHARS_MAX)
  return `ERR unknown command '${name}', with args beginning with: ${rest}`
}
