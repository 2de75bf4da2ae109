/** Commands on the value of one key, and on several keys at once. */
import {
  ALL_KEYS,
  AnswerArray,
  NOT_INTEGER,
  PAIRS,
  reads,
  SYNTAX,
  tooLong,
  writes,
  wrongCount,
} from './command'
import type { CommandTable } from './command'
import { addInt64, clampToNumber, negateInt64, parseInt64 } from './integers'
import type { Int64 } from './integers'
import type { KvMap } from './kvMap'
import { VALUE_BYTES_MAX } from './limits'
import { NO_CLOCK } from './refusedCommands'
import { bulk, error, integer, NIL, OK } from './resp'

const STRING_TOO_LONG = error('ERR string exceeds maximum allowed size')
const OVERFLOW = error('ERR increment or decrement would overflow')

export const STRING_COMMANDS: CommandTable = {
  get: reads(2, (map, [, key = '']) => bulk(map.get(key))),
  strlen: reads(2, (map, [, key = '']) => integer(map.get(key)?.length ?? 0)),
  mget: { ...reads(-2, mget), keys: ALL_KEYS },
  getrange: { ...reads(4, getRange), fault: rangeFault },
  substr: { ...reads(4, getRange), fault: rangeFault },
  set: { ...writes(-3, set), fault: setFault },
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
  getdel: writes(2, (map, [, key = '']) => {
    const before = bulk(map.get(key))
    map.delete(key)
    return before
  }),
  append: writes(3, append),
  setrange: { ...writes(4, setRange), fault: setRangeFault },
  mset: { ...writes(-3, mset), keys: PAIRS, fault: pairsFault },
  msetnx: {
    ...writes(-3, (map, args) => {
      for (let at = 1; at < args.length; at += 2) if (map.has(args[at] ?? '')) return integer(0)
      mset(map, args)
      return integer(1)
    }),
    keys: PAIRS,
    fault: pairsFault,
  },
  incr: writes(2, (map, [, key = '']) => add(map, key, 1)),
  decr: writes(2, (map, [, key = '']) => add(map, key, -1)),
  incrby: { ...writes(3, (map, args) => addBy(map, args)), fault: amountFault },
  decrby: { ...writes(3, subtractBy), fault: subtrahendFault },
  /** CAS key expected new: sets the key if it holds `expected`. Not of Redis. */
  cas: writes(4, (map, [, key = '', expected, value = '']) => {
    if (map.get(key) !== expected) return integer(0)
    map.set(key, value)
    return integer(1)
  }),
  /** CAD key expected: deletes the key if it holds `expected`. Not of Redis. */
  cad: writes(3, (map, [, key = '', expected]) => {
    return integer(map.get(key) === expected && map.delete(key) ? 1 : 0)
  }),
}

function mget(map: KvMap, args: readonly string[]): string {
  const answer = new AnswerArray()
  for (let at = 1; at < args.length; at += 1) {
    if (!answer.add(bulk(map.get(args[at] ?? '')))) return tooLong('ask for fewer keys')
  }
  return answer.print()
}

function rangeFault([, , start = '', end = '']: readonly string[]): string | null {
  return parseInt64(start) === null || parseInt64(end) === null ? NOT_INTEGER : null
}

function getRange(map: KvMap, [, key = '', from = '', to = '']: readonly string[]): string {
  const value = map.get(key) ?? ''
  const [first, last] = [parseInt64(from) ?? 0, parseInt64(to) ?? 0]
  // Compared exactly: beyond 53 bits two ends would be cut to the same number.
  if (first < 0 && last < 0 && first > last) return bulk('')
  let start = clampToNumber(first)
  let end = clampToNumber(last)
  if (start < 0) start = Math.max(0, value.length + start)
  if (end < 0) end = Math.max(0, value.length + end)
  return bulk(value.slice(start, Math.min(end, value.length - 1) + 1))
}

interface SetOptions {
  readonly absent: boolean
  readonly present: boolean
  readonly get: boolean
}

/** Options behind the value; text if they must not be used. */
function setOptions(args: readonly string[]): SetOptions | string {
  const [options, expiry] = [new Set<string>(), ['ex', 'px', 'exat', 'pxat']]
  let timed = false
  for (let at = 3; at < args.length; at += 1) {
    const option = (args[at] ?? '').toLowerCase()
    if (expiry.includes(option) && at + 1 < args.length) {
      timed = true
      at += 1
    } else if (option === 'keepttl') timed = true
    else if (['nx', 'xx', 'get'].includes(option)) options.add(option)
    else return SYNTAX
  }
  if (options.has('nx') && options.has('xx')) return SYNTAX
  if (timed) return `ERR SET with EX, PX, EXAT, PXAT or KEEPTTL is refused: ${NO_CLOCK}`
  return { absent: options.has('nx'), present: options.has('xx'), get: options.has('get') }
}

function setFault(args: readonly string[]): string | null {
  if (args.length === 3) return null
  const options = setOptions(args)
  return typeof options === 'string' ? options : null
}

function set(map: KvMap, args: readonly string[]): string {
  const [, key = '', value = ''] = args
  const options = args.length === 3 ? PLAIN : setOptions(args)
  if (typeof options === 'string') return error(options)
  const before = options === PLAIN ? undefined : map.get(key)
  const held = options.absent || options.present ? map.has(key) : false
  const sets = !(options.absent && held) && !(options.present && !held)
  if (sets) map.set(key, value)
  if (options.get) return bulk(before)
  return sets ? OK : NIL
}

const PLAIN: SetOptions = { absent: false, present: false, get: false }

function pairsFault(args: readonly string[]): string | null {
  return args.length % 2 === 1 ? null : wrongCount((args[0] ?? '').toLowerCase())
}

function mset(map: KvMap, args: readonly string[]): string {
  for (let at = 1; at + 1 < args.length; at += 2) map.set(args[at] ?? '', args[at + 1] ?? '')
  return OK
}

function append(map: KvMap, [, key = '', value = '']: readonly string[]): string {
  const whole = (map.get(key) ?? '') + value
  if (whole.length > VALUE_BYTES_MAX) return STRING_TOO_LONG
  map.set(key, whole)
  return integer(whole.length)
}

function setRangeFault([, , offset = '']: readonly string[]): string | null {
  const at = parseInt64(offset)
  if (at === null) return NOT_INTEGER
  return at < 0 ? 'ERR offset is out of range' : null
}

function setRange(map: KvMap, [, key = '', offset = '', part = '']: readonly string[]): string {
  const before = map.get(key) ?? ''
  if (part === '') return integer(before.length)
  const at = clampToNumber(parseInt64(offset) ?? 0)
  if (at + part.length > VALUE_BYTES_MAX) return STRING_TOO_LONG
  const whole = before.slice(0, at).padEnd(at, '\0') + part + before.slice(at + part.length)
  map.set(key, whole)
  return integer(whole.length)
}

function amountFault([, , by = '']: readonly string[]): string | null {
  return parseInt64(by) === null ? NOT_INTEGER : null
}

function subtrahendFault([, , by = '']: readonly string[]): string | null {
  const amount = parseInt64(by)
  if (amount === null) return NOT_INTEGER
  return negateInt64(amount) === null ? 'ERR decrement would overflow' : null
}

function addBy(map: KvMap, [, key = '', by = '']: readonly string[]): string {
  return add(map, key, parseInt64(by) ?? 0)
}

function subtractBy(map: KvMap, [, key = '', by = '']: readonly string[]): string {
  return add(map, key, negateInt64(parseInt64(by) ?? 0) ?? 0)
}

function add(map: KvMap, key: string, amount: Int64): string {
  const before = parseInt64(map.get(key) ?? '0')
  if (before === null) return error(NOT_INTEGER)
  const after = addInt64(before, amount)
  if (after === null) return OVERFLOW
  map.set(key, String(after))
  return integer(after)
}
