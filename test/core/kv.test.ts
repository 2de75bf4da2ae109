/** Values, and the session of a node; commands, sessions of clients and snapshots beside it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kv } from '../../src/core/kv/kv'
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

describe('the session of a node', () => {
  const incr = (seq: number, ackedThrough = 0): string =>
    printCommand({ session: '3.1', seq, ackedThrough, args: ['INCR', 'n'] })

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

  it('equal logs give equal digests, different ones do not', () => {
    const [x, y, z] = [new Kv(), new Kv(), new Kv()]
    for (const kv of [x, y]) [incr(1), NO_OP, incr(2)].forEach((value) => kv.apply(value))
    ;[incr(1), incr(2), NO_OP].forEach((value) => z.apply(value))
    expect(x.digest).toBe(y.digest)
    expect(x.digest).not.toBe(z.digest)
  })
})
