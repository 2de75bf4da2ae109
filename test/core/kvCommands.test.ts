/** Commands of the KV with the answers of Redis 7; `redisSame.test.ts` asks Redis itself. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canChange, checkCommand, commandTable, runCommand } from '../../src/core/kv/commands'
import { compileGlob } from '../../src/core/kv/glob'
import { BUCKETS, KvMap } from '../../src/core/kv/kvMap'
import {
  ANSWER_BYTES_MAX,
  GLOB_CHARS_MAX,
  SCAN_KEYS_MAX,
  VALUE_BYTES_MAX,
} from '../../src/core/kv/limits'

const NOT_INTEGER = '-ERR value is not an integer or out of range'
const OVERFLOW = '-ERR increment or decrement would overflow'
const SYNTAX = '-ERR syntax error'

/** Commands run one after another on one map, each with its answer; `|` stands for a line end. */
type Story = readonly (readonly [readonly string[], string])[]

const STORIES: Readonly<Record<string, Story>> = {
  'GET, SET and options': [
    [['GET', 'k'], '$-1'],
    [['SET', 'k', 'v'], '+OK'],
    [['GET', 'k'], '$1|v'],
    [['SET', 'k', 'w', 'NX'], '$-1'],
    [['SET', 'k', 'w', 'nx', 'get'], '$1|v'],
    [['SET', 'k', 'w', 'XX'], '+OK'],
    [['SET', 'k', 'x', 'GET'], '$1|w'],
    [['SET', 'none', 'x', 'XX'], '$-1'],
    [['SET', 'none', 'x', 'XX', 'GET'], '$-1'],
    [['SET', 'new', 'x', 'GET', 'NX'], '$-1'],
    [['GET', 'new'], '$1|x'],
    [['SET', 'k', 'v', 'NX', 'XX'], SYNTAX],
    [['SET', 'k', 'v', 'EX'], SYNTAX],
    [['SET', 'k', 'v', 'what'], SYNTAX],
  ],
  'SETNX, GETSET, GETDEL': [
    [['SETNX', 'k', 'v'], ':1'],
    [['SETNX', 'k', 'w'], ':0'],
    [['GETSET', 'k', 'w'], '$1|v'],
    [['GETDEL', 'k'], '$1|w'],
    [['GETDEL', 'k'], '$-1'],
  ],
  'parts of a string': [
    [['APPEND', 'k', 'hello'], ':5'],
    [['STRLEN', 'k'], ':5'],
    [['GETRANGE', 'k', '1', '-2'], '$3|ell'],
    [['GETRANGE', 'k', '-100', '100'], '$5|hello'],
    [['GETRANGE', 'k', '3', '1'], '$0|'],
    [['GETRANGE', 'k', '-1', '-3'], '$0|'],
    [['GETRANGE', 'k', '-9007199254740993', '-9007199254740994'], '$0|'],
    [['GETRANGE', 'none', '0', '-1'], '$0|'],
    [['GETRANGE', 'k', 'a', '1'], NOT_INTEGER],
    [['SUBSTR', 'k', '0', '0'], '$1|h'],
    [['SETRANGE', 'k', '1', 'E'], ':5'],
    [['SETRANGE', 'k', '7', '!'], ':8'],
    [['GET', 'k'], '$8|hEllo\0\0!'],
    [['SETRANGE', 'none', '5', ''], ':0'],
    [['EXISTS', 'none'], ':0'],
    [['SETRANGE', 'k', '-1', 'x'], '-ERR offset is out of range'],
    [['SETRANGE', 'k', String(VALUE_BYTES_MAX), 'x'], '-ERR string exceeds maximum allowed size'],
    [['SETRANGE', 'k', '9223372036854775807', 'x'], '-ERR string exceeds maximum allowed size'],
  ],
  'counters of 64 bits': [
    [['INCR', 'n'], ':1'],
    [['DECR', 'm'], ':-1'],
    [['INCRBY', 'n', '9007199254740991'], ':9007199254740992'],
    [['INCRBY', 'n', '1'], ':9007199254740993'],
    [['DECRBY', 'n', '9007199254740993'], ':0'],
    [['INCRBY', 'n', '9223372036854775807'], ':9223372036854775807'],
    [['INCR', 'n'], OVERFLOW],
    [['GET', 'n'], '$19|9223372036854775807'],
    [['DECRBY', 'n', '-1'], OVERFLOW],
    [['DECRBY', 'n', '-9223372036854775808'], '-ERR decrement would overflow'],
    [['SET', 'n', '-9223372036854775808'], '+OK'],
    [['DECR', 'n'], OVERFLOW],
    [['INCRBY', 'n', '9223372036854775808'], NOT_INTEGER],
    ...['', ' 1', '01', '-0', '+1', '1.0', 'x', '9223372036854775808'].flatMap((text): Story => [
      [['SET', 't', text], '+OK'],
      [['INCR', 't'], NOT_INTEGER],
      [['INCRBY', 'n', text], NOT_INTEGER],
    ]),
  ],
  'several keys': [
    [['MSET', 'a', '1', 'b', '2'], '+OK'],
    [['MSETNX', 'c', '1', 'b', '2'], ':0'],
    [['MSETNX', 'c', '3', 'd', '4'], ':1'],
    [['MGET', 'a', 'x', 'c'], '*3|$1|1|$-1|$1|3'],
    [['EXISTS', 'a', 'a', 'x'], ':2'],
    [['TOUCH', 'a', 'x'], ':1'],
    [['DEL', 'a', 'a', 'x'], ':1'],
    [['UNLINK', 'b', 'c'], ':2'],
    [['DBSIZE'], ':1'],
  ],
  'keys as such': [
    [['MSET', 'one', '1', 'two', '2', 'three', '3'], '+OK'],
    [['KEYS', 't*'], '*2|$3|two|$5|three'],
    [['KEYS', '*e'], '*2|$3|one|$5|three'],
    [['TYPE', 'one'], '+string'],
    [['TYPE', 'none'], '+none'],
    [['TTL', 'one'], ':-1'],
    [['PTTL', 'none'], ':-2'],
    [['PERSIST', 'one'], ':0'],
    [['FLUSHALL', 'later'], SYNTAX],
    [['FLUSHDB', 'ASYNC'], '+OK'],
    [['DBSIZE'], ':0'],
    [['FLUSHALL'], '+OK'],
  ],
  'CAS and CAD': [
    [['CAS', 'k', '', 'v'], ':0'],
    [['SET', 'k', 'v'], '+OK'],
    [['CAS', 'k', 'other', 'w'], ':0'],
    [['CAS', 'k', 'v', 'w'], ':1'],
    [['GET', 'k'], '$1|w'],
    [['CAD', 'k', 'v'], ':0'],
    [['CAD', 'k', 'w'], ':1'],
    [['CAD', 'k', 'w'], ':0'],
  ],
  'SCAN refuses what it cannot read': [
    [['SCAN', 'x'], '-ERR invalid cursor'],
    [['SCAN', '0', 'COUNT', '0'], SYNTAX],
    [['SCAN', '0', 'COUNT', 'x'], NOT_INTEGER],
    [['SCAN', '0', 'COUNT'], SYNTAX],
    [['SCAN', '0', 'WHAT', 'x'], SYNTAX],
    [['SCAN', '0'], '*2|$1|0|*0'],
    [['SCAN', '99999999999999999999'], '*2|$1|0|*0'],
  ],
}

describe('commands answer as Redis does', () => {
  it.each(Object.entries(STORIES))('%s', (_name, story) => {
    const map = new KvMap()
    for (const [args, answer] of story) {
      const want = `${answer.replaceAll('|', '\r\n')}\r\n`
      expect([args, runCommand(map, args)]).toEqual([args, want])
    }
  })

  it.each([
    [['GET'], "ERR wrong number of arguments for 'get' command"],
    [['MSET', 'a'], "ERR wrong number of arguments for 'mset' command"],
    [['mset', 'a', '1', 'b'], "ERR wrong number of arguments for 'mset' command"],
    [['foo', 'a', 'b'], "ERR unknown command 'foo', with args beginning with: 'a' 'b' "],
    [['f\r\noo'], "ERR unknown command 'f  oo', with args beginning with: "],
    [['toString'], "ERR unknown command 'toString', with args beginning with: "],
    [['SeT', 'a', '1'], null],
    [['SESSION', 'OPEN'], null],
    [['SESSION', 'CLOSE'], "ERR wrong number of arguments for 'session|close' command"],
    [['SESSION', 'nope'], "ERR unknown subcommand 'nope'. Try SESSION HELP."],
  ] as const)('%j: %s', (args, want) => expect(checkCommand(args)).toBe(want))

  it.each([
    [['SET', 'k', 'v', 'EX', '10'], 'no clock'],
    [['set', 'k', 'v', 'NX', 'pxat', '10'], 'no clock'],
    [['SET', 'k', 'v', 'KEEPTTL'], 'no clock'],
    [['EXPIRE', 'k', '1'], 'no clock'],
    [['SETEX', 'k', '1', 'v'], 'no clock'],
    [['RANDOMKEY'], 'no randomness'],
    [['EVAL', 'return 1', '0'], 'no scripts'],
    [['SCRIPT', 'LOAD', 'x'], 'no scripts'],
    [['multi'], 'no transactions'],
    [['WATCH', 'k'], 'no transactions'],
    [['SUBSCRIBE', 'c'], 'no channels'],
    [['INCRBYFLOAT', 'k', '1'], 'floating point'],
  ])('%j is refused before it is proposed: %s', (args, reason) => {
    expect(checkCommand(args)).toMatch(new RegExp(`^ERR .* is refused: .*${reason}`))
  })

  it('what checkCommand lets pass never answers that it is malformed', () => {
    const word = fc.constantFrom('0', '-1', 'k', 'NX', 'GET', 'COUNT', 'MATCH', '', '9'.repeat(20))
    const names = commandTable().map(([name]) => name)
    const command = fc.tuple(fc.constantFrom(...names), fc.array(word, { maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        const map = new KvMap()
        for (const [name, rest] of commands) {
          const args = [name, ...rest]
          const reply = runCommand(map, args)
          if (checkCommand(args) !== null || name === 'session') continue
          expect(reply).not.toMatch(
            /syntax error|wrong number|invalid cursor|out of range\b.*offset/,
          )
        }
      }),
    )
  })
})

describe('which keys a command can change', () => {
  it.each([
    [['SET', 'a', 'b'], 'a', true],
    [['SET', 'a', 'b'], 'b', false],
    [['MSET', 'a', 'x', 'b', 'y'], 'b', true],
    [['MSETNX', 'a', 'x', 'b', 'y'], 'x', false],
    [['DEL', 'a', 'b'], 'b', true],
    [['CAD', 'a', 'b'], 'a', true],
    [['GET', 'a'], 'a', false],
    [['FLUSHALL'], 'a', true],
    [['flushdb'], 'a', true],
    [['SESSION', 'OPEN'], 'OPEN', false],
    [['SCAN', 'a'], 'a', false],
  ] as const)('%j, key %s: %s', (args, key, want) => expect(canChange(args, key)).toBe(want))

  it('every command that changes a map says so', () => {
    const before = (): KvMap => {
      const map = new KvMap()
      map.set('k', '1')
      return map
    }
    for (const [name, arity, changes] of commandTable()) {
      const map = before()
      const args = [name, 'k', '1', '2'].slice(0, Math.abs(arity))
      runCommand(map, args)
      const changed = JSON.stringify([...map]) !== JSON.stringify([...before()])
      if (changed) expect([name, changes, canChange(args, 'k')]).toEqual([name, true, true])
    }
  })
})

describe('answers are bounded', () => {
  const long = 'x'.repeat(VALUE_BYTES_MAX)

  it('KEYS and MGET beyond the limit are errors, and say what to do', () => {
    const map = new KvMap()
    for (let index = 0; index < 3; index += 1) map.set(`${index}${long}`, long)
    expect(runCommand(map, ['KEYS', '*'])).toBe(
      `-ERR the answer is longer than ${ANSWER_BYTES_MAX} bytes: use SCAN\r\n`,
    )
    expect(runCommand(map, ['MGET', ...map.keys()])).toMatch(/^-ERR the answer is longer .*fewer/)
    expect(runCommand(map, ['KEYS', `0${'?'.repeat(10)}*`])).toMatch(/^\*1\r\n/)
  })

  it('APPEND stops at the longest value', () => {
    const map = new KvMap()
    map.set('k', long)
    expect(runCommand(map, ['APPEND', 'k', 'x'])).toMatch(/^-ERR string exceeds/)
    expect(map.get('k')).toBe(long)
  })

  it('a pattern has an end', () => {
    expect(checkCommand(['KEYS', '*'.repeat(GLOB_CHARS_MAX + 1)])).toMatch(/^ERR pattern is longer/)
    expect(checkCommand(['SCAN', '0', 'MATCH', '*'.repeat(GLOB_CHARS_MAX + 1)])).toMatch(/longer/)
  })
})

describe('SCAN', () => {
  function step(map: KvMap, cursor: string, ...options: string[]) {
    const reply = runCommand(map, ['SCAN', cursor, ...options])
    const [, next = '', rest = ''] = /^\*2\r\n\$\d+\r\n(\d+)\r\n(\*[^]*)$/.exec(reply) ?? []
    return { next, found: rest.split('\r\n').filter((line) => !/^[$*]|^$/.test(line)), reply }
  }

  it('meets every key that stays exactly once, whatever comes and goes meanwhile', () => {
    const change = fc.record({ add: fc.boolean(), key: fc.integer({ min: 0, max: 400 }) })
    const changes = fc.array(fc.array(change, { maxLength: 8 }), {
      minLength: 1,
      maxLength: 60,
      size: 'max',
    })
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 40 }), (rounds, count) => {
        const map = new KvMap()
        for (let index = 0; index < 200; index += 1) map.set(`stay${index}`, 'v')
        const met: string[] = []
        let cursor = '0'
        let round = 0
        do {
          const { next, found } = step(map, cursor, 'COUNT', String(count))
          met.push(...found)
          cursor = next
          for (const { add, key } of rounds[round % rounds.length]!) {
            if (add) map.set(`come${key}`, 'v')
            else map.delete(`come${key}`)
          }
          round += 1
        } while (cursor !== '0')
        const stayed = met.filter((key) => key.startsWith('stay'))
        expect(new Set(stayed).size).toBe(200)
        expect(stayed).toHaveLength(200)
      }),
      { numRuns: 40 },
    )
  })

  it('a key that goes takes no other with it, where two share a bucket', () => {
    const map = new KvMap()
    for (let index = 0; index < BUCKETS; index += 1) map.set(`${index}`, 'v')
    step(map, '0')
    for (let index = 0; index < BUCKETS; index += 2) map.delete(`${index}`)
    let cursor = '0'
    let met = 0
    do {
      const { next, found } = step(map, cursor, 'COUNT', '1000')
      met += found.length
      cursor = next
    } while (cursor !== '0')
    expect(met).toBe(BUCKETS / 2)
  })

  it('MATCH and TYPE filter; COUNT bounds the work', () => {
    const map = new KvMap()
    for (let index = 0; index < 5000; index += 1) map.set(`k${index}`, 'v')
    expect(step(map, '0', 'COUNT', '100000', 'MATCH', 'k1?').found).toHaveLength(10)
    expect(step(map, '0', 'COUNT', '100000', 'TYPE', 'hash')).toMatchObject({
      next: '0',
      found: [],
    })
    expect(step(map, '0', 'COUNT', '100000', 'TYPE', 'STRING').found).toHaveLength(5000)
    const { found, next } = step(map, '0', 'COUNT', '10')
    expect(found.length).toBeGreaterThanOrEqual(10)
    expect(found.length).toBeLessThan(50)
    expect(Number(next)).toBeLessThan(BUCKETS)
    for (let index = 0; index < SCAN_KEYS_MAX; index += 1) map.set(`${index}`, 'v')
    expect(step(map, '0', 'COUNT', '9223372036854775807').next).not.toBe('0')
  })

  it('long keys end a step early, and nothing is left out', () => {
    const map = new KvMap()
    for (let index = 0; index < 20; index += 1) map.set(`${index}${'x'.repeat(30_000)}`, 'v')
    let cursor = '0'
    let met = 0
    do {
      const { next, found, reply } = step(map, cursor, 'COUNT', '1000')
      expect(reply.length).toBeLessThan(ANSWER_BYTES_MAX + 1000)
      met += found.length
      cursor = next
    } while (cursor !== '0')
    expect(met).toBe(20)
  })
})

describe('glob patterns', () => {
  it.each([
    ['*', '', true],
    ['**', '', false],
    ['', '', true],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbb', false],
    ['a?c', 'abc', true],
    ['[a-c]x', 'bx', true],
    ['[c-a]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[\\]]', ']', true],
    ['[ab', 'a', true],
    ['[]', ']', false],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['\\', '\\', true],
    ['**a**b', 'xaxb', true],
    ['[a-]', 'b', false],
  ] as const)('%s on %s: %s', (pattern, text, want) => {
    expect(compileGlob(pattern).test(text)).toBe(want)
  })

  it('any text matches itself with every byte escaped, and `*` with anything between', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
    })
    fc.assert(
      fc.property(text, text, (left, right) => {
        const escaped = (part: string): string => part.replace(/[^]/g, '\\$&')
        expect(compileGlob(escaped(left)).test(left)).toBe(true)
        expect(compileGlob(`${escaped(left)}*${escaped(right)}`).test(`${left}xy${right}`)).toBe(
          true,
        )
      }),
    )
  })

  it('a pattern made to go back again and again ends at once', () => {
    expect(compileGlob(`${'a*'.repeat(128)}b`).test('a'.repeat(60_000))).toBe(false)
  })
})
