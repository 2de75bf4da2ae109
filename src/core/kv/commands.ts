/**
 * Commands of the replicated KV: name, arity and effect, with the answers that Redis gives.
 * Deterministic: the same log gives the same map and the same answers on every node.
 *
 * Arity as in Redis: the count of arguments with the name; negative means at least.
 */
import { array, bulk, error, integer, NIL, OK } from './resp'

export type KvMap = Map<string, string>

interface Command {
  readonly arity: number
  readonly writes: boolean
  /** Which arguments are keys: first, last (negative from the end) and step. */
  readonly keys: readonly [number, number, number]
  readonly run: (map: KvMap, args: readonly string[]) => string
}

const NOT_INTEGER = error('ERR value is not an integer or out of range')
const OVERFLOW = error('ERR increment or decrement would overflow')
const SYNTAX = error('ERR syntax error')

/** Longest value, as in a RESP bulk string here; APPEND may not grow beyond it. */
const VALUE_BYTES_MAX = 65_536

const COMMANDS: Readonly<Record<string, Command>> = {
  get: reads(2, (map, [, key = '']) => bulk(map.get(key))),
  strlen: reads(2, (map, [, key = '']) => integer(map.get(key)?.length ?? 0)),
  exists: { ...reads(-2, countPresent), keys: [1, -1, 1] },
  mget: {
    ...reads(-2, (map, args) => array(args.slice(1).map((key) => bulk(map.get(key))))),
    keys: [1, -1, 1],
  },
  dbsize: { ...reads(1, (map) => integer(map.size)), keys: [0, 0, 0] },
  set: writes(-3, set),
  setnx: writes(3, (map, [, key = '', value = '']) => {
    if (map.has(key)) return integer(0)
    map.set(key, value)
    return integer(1)
  }),
  getset: writes(3, (map, [, key = '', value = '']) => {
    const before = bulk(map.get(key))
    map.set(key, value)
    return before
  }),
  append: writes(3, append),
  incr: writes(2, (map, [, key = '']) => add(map, key, 1)),
  decr: writes(2, (map, [, key = '']) => add(map, key, -1)),
  incrby: writes(3, (map, [, key = '', by = '']) => addText(map, key, by, 1)),
  decrby: writes(3, (map, [, key = '', by = '']) => addText(map, key, by, -1)),
  del: {
    ...writes(-2, (map, args) => integer(args.slice(1).filter((key) => map.delete(key)).length)),
    keys: [1, -1, 1],
  },
  mset: { ...writes(-3, mset), keys: [1, -1, 2] },
}

/** Null if the KV runs it; else the text that Redis answers. Names are taken in any case. */
export function checkCommand(args: readonly string[]): string | null {
  const [name = ''] = args
  const command = commandNamed(name)
  if (command === undefined) {
    const rest = args.slice(1).map((arg) => `'${arg.slice(0, 128)}' `)
    return `ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${rest.slice(0, 20).join('')}`
  }
  const fits = command.arity > 0 ? args.length === command.arity : args.length >= -command.arity
  const paired = name.toLowerCase() !== 'mset' || args.length % 2 === 1
  if (fits && paired) return null
  return `ERR wrong number of arguments for '${name.toLowerCase()}' command`
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
  const [first, last, step] = command.keys
  const end = last < 0 ? args.length + last : last
  for (let at = first; at <= end; at += step) if (args[at] === key) return true
  return false
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

function reads(arity: number, run: Command['run']): Command {
  return { arity, writes: false, keys: [1, 1, 1], run }
}

function writes(arity: number, run: Command['run']): Command {
  return { arity, writes: true, keys: [1, 1, 1], run }
}

function countPresent(map: KvMap, args: readonly string[]): string {
  return integer(args.slice(1).filter((key) => map.has(key)).length)
}

function set(map: KvMap, args: readonly string[]): string {
  if (args.length > 3) return SYNTAX
  map.set(args[1] ?? '', args[2] ?? '')
  return OK
}

function mset(map: KvMap, args: readonly string[]): string {
  for (let at = 1; at + 1 < args.length; at += 2) map.set(args[at] ?? '', args[at + 1] ?? '')
  return OK
}

function append(map: KvMap, [, key = '', value = '']: readonly string[]): string {
  const whole = (map.get(key) ?? '') + value
  if (whole.length > VALUE_BYTES_MAX) {
    return error('ERR string exceeds maximum allowed size')
  }
  map.set(key, whole)
  return integer(whole.length)
}

function addText(map: KvMap, key: string, by: string, sign: 1 | -1): string {
  const amount = parseInteger(by)
  return amount === null ? NOT_INTEGER : add(map, key, sign * amount)
}

function add(map: KvMap, key: string, amount: number): string {
  const before = parseInteger(map.get(key) ?? '0')
  if (before === null) return NOT_INTEGER
  const after = before + amount
  if (!Number.isSafeInteger(after)) return OVERFLOW
  map.set(key, String(after))
  return integer(after)
}

/** Strict decimal, as Redis reads it; 53 bits here. Null otherwise. */
function parseInteger(text: string): number | null {
  if (!/^(0|-?[1-9]\d{0,15})$/.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}
