/** Snapshots of the KV: one text a state, read back whole or not at all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kv } from '../../src/core/kv/kv'
import { printCommand } from '../../src/core/kv/value'
import { NO_OP } from '../../src/core/paxos/message'

const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)),
})
const key = fc.oneof(fc.constantFrom('a', 'b', 'c'), bytes)
const args = fc.oneof(
  fc.tuple(fc.constantFrom('SET', 'APPEND', 'GETSET', 'SETNX'), key, bytes),
  fc.tuple(fc.constantFrom('DEL', 'INCR', 'GET', 'GETDEL', 'KEYS'), key),
  fc.constantFrom(['SESSION', 'OPEN'], ['SESSION', 'CLOSE', 's2'], ['FLUSHALL'], ['SCAN', '0']),
)
const value = fc.oneof(
  { weight: 1, arbitrary: fc.constant(NO_OP) },
  {
    weight: 20,
    arbitrary: fc
      .record({
        session: fc.constantFrom('1.1', '2.1', '2.2', '2.3', '2.4', '2.5', '2.6', 's1', 's2', 's3'),
        seq: fc.integer({ min: 1, max: 40 }),
        ackedThrough: fc.integer({ min: 0, max: 20 }),
        args,
      })
      .map(printCommand),
  },
)
const log = fc.array(value, { maxLength: 80, size: 'max' })

function applied(values: readonly string[]): Kv {
  const kv = new Kv()
  for (const one of values) kv.apply(one)
  return kv
}

describe('a snapshot', () => {
  it('is read back, and goes on with equal answers, texts and digests', () => {
    fc.assert(
      fc.property(log, log, (before, after) => {
        const original = applied(before)
        const copy = new Kv()
        copy.apply(
          printCommand({ session: '9.9', seq: 1, ackedThrough: 0, args: ['SET', 'x', 'y'] }),
        )
        copy.restore(original.encode())
        expect(copy.encode()).toBe(original.encode())
        for (const one of after) expect(copy.apply(one)).toEqual(original.apply(one))
        expect(copy.digest).toBe(original.digest)
        expect(copy.encode()).toBe(original.encode())
        expect([...copy.map]).toEqual([...original.map])
      }),
    )
  })

  it('is the same text on every node that applied the same log, with or without snapshots', () => {
    fc.assert(
      fc.property(log, fc.nat(80), (values, at) => {
        const restored = applied(values.slice(0, at))
        restored.restore(restored.encode())
        for (const one of values.slice(at)) restored.apply(one)
        expect(restored.encode()).toBe(applied(values).encode())
      }),
    )
  })

  it('of an empty KV is short', () => {
    const kv = new Kv()
    kv.restore(new Kv().encode())
    expect(kv.encode()).toBe(new Kv().encode())
    expect(kv.encode().length).toBeLessThan(60)
  })
})

describe('a malformed snapshot', () => {
  const sound = applied([
    ...['1', '2'].map((life) =>
      printCommand({ session: `2.${life}`, seq: 1, ackedThrough: 0, args: ['SET', life, 'v'] }),
    ),
    printCommand({ session: '2.2', seq: 2, ackedThrough: 1, args: ['SESSION', 'OPEN'] }),
    printCommand({ session: 's1', seq: 1, ackedThrough: 0, args: ['GET', '1'] }),
  ]).encode()

  it.each([
    ['', 'length of format is no number'],
    ['14:paxos-lab kv 2', 'format is "paxos-lab kv 2", not "paxos-lab kv 1"'],
    ['014:paxos-lab kv 1', 'length of format is no number'],
    ['14:paxos-lab kv 116:xxxxxxxxxxxxxxxx', 'digest is not 16 hexadecimal digits'],
    ['14:paxos-lab', 'format is cut off'],
    [`${sound}x`, 'more text than the state has'],
    [sound.slice(0, -1), 'value is cut off'],
  ])('%j: %s', (text, words) => {
    expect(() => new Kv().restore(text)).toThrow(`snapshot of the KV, character`)
    expect(() => new Kv().restore(text)).toThrow(words)
  })

  it('changes nothing', () => {
    const kv = new Kv()
    kv.restore(sound)
    expect(() => kv.restore(sound.slice(0, -1))).toThrow()
    expect(kv.encode()).toBe(sound)
  })

  it('any damage is refused, or it is the text of another state', () => {
    const damage = fc.record({
      at: fc.nat(sound.length),
      cut: fc.nat(4),
      put: fc.oneof(bytes, fc.constantFrom('0,', '1,', '2,', '1:2', '00')),
    })
    fc.assert(
      fc.property(damage, ({ at, cut, put }) => {
        const text = sound.slice(0, at) + put + sound.slice(at + cut)
        const kv = new Kv()
        try {
          kv.restore(text)
        } catch (error) {
          expect(String(error)).toContain('snapshot of the KV, character')
          return
        }
        expect(kv.encode()).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })
})
