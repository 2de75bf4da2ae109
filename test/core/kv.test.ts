import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canChange, checkCommand, runCommand } from '../../src/core/kv/commands'
import { Kv } from '../../src/core/kv/kv'
import { SESSIONS_MAX, Sessions } from '../../src/core/kv/sessions'
import { describeValue, parseCommand, printCommand } from '../../src/core/kv/value'
import { NO_OP } from '../../src/core/paxos/message'

const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
})

describe('values', () => {
  it('any command is read back byte for byte', () => {
    fc.assert(
      fc.property(fc.array(bytes), fc.nat(), fc.nat(), (args, seq, ackedThrough) => {
        const command = { session: '2.7', seq, ackedThrough, args }
        expect(parseCommand(printCommand(command))).toEqual(command)
      }),
    )
  })

  it('what is not a command is nothing, never an error', () => {
    for (const text of ['', 'x', 'a:1', 'a:1:2', 'a:1:2|5:abc', 'a:1:2|x', 'a:-1:0|1:x', ':1:0|']) {
      expect(parseCommand(text)).toBeNull()
    }
    fc.assert(fc.property(bytes, (text) => void parseCommand(text)))
  })

  it('is described for people', () => {
    const value = printCommand({ session: '1.1', seq: 1, ackedThrough: 0, args: ['SET', 'k', 'v'] })
    expect(describeValue(value)).toBe('SET k v')
    expect(describeValue(NO_OP)).toBe('no-op')
    expect(describeValue('x'.repeat(99), 10)).toHaveLength(10)
  })
})

describe('commands answer as Redis does', () => {
  it.each([
    [['GET'], "ERR wrong number of arguments for 'get' command"],
    [['MSET', 'a'], "ERR wrong number of arguments for 'mset' command"],
    [['mset', 'a', '1', 'b'], "ERR wrong number of arguments for 'mset' command"],
    [['foo', 'a', 'b'], "ERR unknown command 'foo', with args beginning with: 'a' 'b' "],
    [['toString'], "ERR unknown command 'toString', with args beginning with: "],
    [['SeT', 'a', '1'], null],
  ] as const)('%j: %s', (args, want) => expect(checkCommand(args)).toBe(want))

  it('strings, counters and several keys', () => {
    const map = new Map<string, string>()
    const run = (...args: string[]): string => runCommand(map, args)
    expect(run('GET', 'k')).toBe('$-1\r\n')
    expect(run('SET', 'k', 'v')).toBe('+OK\r\n')
    expect(run('SET', 'k', 'v', 'EX')).toBe('-ERR syntax error\r\n')
    expect(run('GET', 'k')).toBe('$1\r\nv\r\n')
    expect(run('SETNX', 'k', 'w')).toBe(':0\r\n')
    expect(run('GETSET', 'k', 'w')).toBe('$1\r\nv\r\n')
    expect(run('APPEND', 'k', 'xyz')).toBe(':4\r\n')
    expect(run('STRLEN', 'k')).toBe(':4\r\n')
    expect(run('INCR', 'k')).toBe('-ERR value is not an integer or out of range\r\n')
    expect(run('INCR', 'n')).toBe(':1\r\n')
    expect(run('DECR', 'm')).toBe(':-1\r\n')
    expect(run('INCRBY', 'n', '9007199254740991')).toBe(
      '-ERR increment or decrement would overflow\r\n',
    )
    expect(run('MSET', 'a', '1', 'b', '2')).toBe('+OK\r\n')
    expect(run('MGET', 'a', 'x', 'b')).toBe('*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n')
    expect(run('EXISTS', 'a', 'a', 'x')).toBe(':2\r\n')
    expect(run('DEL', 'a', 'a', 'x')).toBe(':1\r\n')
    expect(run('DBSIZE')).toBe(':4\r\n')
  })

  it('knows which keys a command can change', () => {
    expect(canChange(['SET', 'a', 'b'], 'a')).toBe(true)
    expect(canChange(['SET', 'a', 'b'], 'b')).toBe(false)
    expect(canChange(['MSET', 'a', 'x', 'b', 'y'], 'b')).toBe(true)
    expect(canChange(['MSET', 'a', 'x', 'b', 'y'], 'x')).toBe(false)
    expect(canChange(['DEL', 'a', 'b'], 'b')).toBe(true)
    expect(canChange(['GET', 'a'], 'a')).toBe(false)
  })
})

describe('sessions', () => {
  const incr = (seq: number, ackedThrough = 0): string =>
    printCommand({ session: 's', seq, ackedThrough, args: ['INCR', 'n'] })

  it('a repeated request is applied once and gets the first answer', () => {
    const kv = new Kv()
    expect(kv.apply(incr(1)).reply).toBe(':1\r\n')
    expect(kv.apply(incr(2)).reply).toBe(':2\r\n')
    expect(kv.apply(incr(1)).reply).toBe(':1\r\n')
    expect(kv.map.get('n')).toBe('2')
  })

  it('requests of one session may be chosen out of order', () => {
    const kv = new Kv()
    kv.apply(incr(2))
    kv.apply(incr(1))
    expect(kv.map.get('n')).toBe('2')
  })

  it('what the client has acknowledged is never applied again', () => {
    const kv = new Kv()
    kv.apply(incr(1))
    kv.apply(incr(2, 1))
    expect(kv.apply(incr(1)).reply).toBeNull()
    expect(kv.map.get('n')).toBe('2')
  })

  it('the table is bounded, and the oldest session goes first', () => {
    const sessions = new Sessions()
    for (let i = 0; i <= SESSIONS_MAX; i += 1) sessions.keep(`s${i}`, 1, 0, 'r')
    expect(sessions.size).toBe(SESSIONS_MAX)
    expect(sessions.look('s0', 1).kind).toBe('new')
    expect(sessions.look(`s${SESSIONS_MAX}`, 1).kind).toBe('answered')
  })

  it('equal logs give equal digests, different ones do not', () => {
    const [x, y, z] = [new Kv(), new Kv(), new Kv()]
    for (const kv of [x, y]) [incr(1), NO_OP, incr(2)].forEach((value) => kv.apply(value))
    ;[incr(1), incr(2), NO_OP].forEach((value) => z.apply(value))
    expect(x.digest).toBe(y.digest)
    expect(x.digest).not.toBe(z.digest)
  })
})
