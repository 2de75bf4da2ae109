/** Commands on keys as such: which there are, and away with them. */
import {
  ALL_KEYS,
  AnswerArray,
  NO_KEY,
  NOT_INTEGER,
  reads,
  SYNTAX,
  tooLong,
  writes,
} from './command'
import type { CommandTable } from './command'
import { compileGlob } from './glob'
import { clampToNumber, parseInt64 } from './integers'
import { BUCKETS } from './kvMap'
import type { KvMap } from './kvMap'
import { ANSWER_BYTES_MAX, GLOB_CHARS_MAX, SCAN_KEYS_MAX } from './limits'
import { array, bulk, integer, OK } from './resp'

const SCAN_COUNT = 10

export const KEYSPACE_COMMANDS: CommandTable = {
  exists: { ...reads(-2, countPresent), keys: ALL_KEYS },
  touch: { ...reads(-2, countPresent), keys: ALL_KEYS },
  del: { ...writes(-2, remove), keys: ALL_KEYS },
  unlink: { ...writes(-2, remove), keys: ALL_KEYS },
  type: reads(2, (map, [, key = '']) => (map.has(key) ? '+string\r\n' : '+none\r\n')),
  dbsize: { ...reads(1, (map) => integer(map.size)), keys: NO_KEY },
  keys: { ...reads(2, keys), keys: NO_KEY, fault: ([, pattern = '']) => globFault(pattern) },
  scan: { ...reads(-2, scan), keys: NO_KEY, fault: scanFault },
  flushall: { ...writes(-1, flush), keys: NO_KEY, everyKey: true, fault: flushFault },
  flushdb: { ...writes(-1, flush), keys: NO_KEY, everyKey: true, fault: flushFault },
  // No key ever expires: a key that is there has no time to live.
  ttl: reads(2, timeToLive),
  pttl: reads(2, timeToLive),
  expiretime: reads(2, timeToLive),
  pexpiretime: reads(2, timeToLive),
  persist: reads(2, () => integer(0)),
}

function countPresent(map: KvMap, args: readonly string[]): string {
  let count = 0
  for (let at = 1; at < args.length; at += 1) if (map.has(args[at] ?? '')) count += 1
  return integer(count)
}

function remove(map: KvMap, args: readonly string[]): string {
  let count = 0
  for (let at = 1; at < args.length; at += 1) if (map.delete(args[at] ?? '')) count += 1
  return integer(count)
}

function timeToLive(map: KvMap, [, key = '']: readonly string[]): string {
  return integer(map.has(key) ? -1 : -2)
}

function flushFault(args: readonly string[]): string | null {
  if (args.length === 1) return null
  const way = (args[1] ?? '').toLowerCase()
  return args.length === 2 && (way === 'sync' || way === 'async') ? null : SYNTAX
}

function flush(map: KvMap): string {
  map.clear()
  return OK
}

function globFault(pattern: string): string | null {
  if (pattern.length <= GLOB_CHARS_MAX) return null
  return `ERR pattern is longer than ${GLOB_CHARS_MAX} bytes`
}

function keys(map: KvMap, [, pattern = '']: readonly string[]): string {
  const glob = compileGlob(pattern)
  const answer = new AnswerArray()
  for (const key of map.keys()) {
    if (glob.test(key) && !answer.add(bulk(key))) return tooLong('use SCAN')
  }
  return answer.print()
}

interface ScanOptions {
  readonly cursor: number
  readonly pattern: string | null
  readonly count: number
  readonly type: string | null
}

/** Text if the arguments must not be used. */
function scanOptions(args: readonly string[]): ScanOptions | string {
  const cursor = args[1] ?? ''
  if (!/^\d{1,20}$/.test(cursor)) return 'ERR invalid cursor'
  let pattern: string | null = null
  let count = SCAN_COUNT
  let type: string | null = null
  for (let at = 2; at < args.length; at += 2) {
    const given = args[at + 1]
    const option = (args[at] ?? '').toLowerCase()
    if (given === undefined) return SYNTAX
    if (option === 'match') pattern = given
    else if (option === 'type') type = given.toLowerCase()
    else if (option === 'count') {
      const wanted = parseInt64(given)
      if (wanted === null) return NOT_INTEGER
      if (wanted < 1) return SYNTAX
      count = Math.min(clampToNumber(wanted), SCAN_KEYS_MAX)
    } else return SYNTAX
  }
  return { cursor: Number(cursor), pattern, count, type }
}

function scanFault(args: readonly string[]): string | null {
  const options = scanOptions(args)
  if (typeof options === 'string') return options
  return options.pattern === null ? null : globFault(options.pattern)
}

/** Whole buckets only, so that a bucket is the cursor; it stops before an answer gets too long. */
function scan(map: KvMap, args: readonly string[]): string {
  const options = scanOptions(args)
  if (typeof options === 'string') return `-${options}\r\n`
  const { cursor, pattern, count, type } = options
  const glob = pattern === null ? null : compileGlob(pattern)
  const found: string[] = []
  let bytes = 0
  let seen = 0
  let at = cursor
  while (at < BUCKETS && seen < count) {
    const bucket = map.bucket(at)
    const fitting: string[] = []
    for (const key of bucket) {
      if ((type === null || type === 'string') && (glob === null || glob.test(key))) {
        fitting.push(bulk(key))
      }
    }
    const more = fitting.reduce((sum, item) => sum + item.length, 0)
    if (bytes + more > ANSWER_BYTES_MAX) {
      if (found.length === 0) return tooLong('one step of the scan holds too many long keys')
      break
    }
    found.push(...fitting)
    bytes += more
    seen += bucket.size
    at += 1
  }
  return array([bulk(at < BUCKETS ? String(at) : '0'), array(found)])
}
