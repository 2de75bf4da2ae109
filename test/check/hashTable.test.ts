/** The table of states against a Set: what is there, in which order it came, and where from. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Hash, StateTable } from '../../src/core/check/explore/hashTable'

const WORDS = 3

function put(table: StateTable, state: readonly number[], parent = 0, act = 1): boolean {
  const words = Uint32Array.from(state)
  const hash = new Hash(WORDS)
  hash.of(words, 0)
  return table.add(words, 0, hash.high, hash.low, 0, parent, act)
}

function read(table: StateTable, index: number): number[] {
  const words = new Uint32Array(WORDS)
  table.read(index, words)
  return [...words]
}

/** Few different words, so that states come again. */
const word = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.nat({ max: 3 }))
const states = fc.array(fc.tuple(word, word, word), { maxLength: 200 })

describe.each([
  ['exact', false],
  ['compact', true],
])('%s', (_name, compact) => {
  it('knows what a Set knows, in the order in which it came', () => {
    fc.assert(
      fc.property(states, (list) => {
        const table = new StateTable(WORDS, compact)
        const seen = new Set<string>()
        for (const state of list) {
          const isNew = !seen.has(state.join())
          seen.add(state.join())
          expect(put(table, state)).toBe(isNew)
        }
        expect(table.count).toBe(seen.size)
        const kept = Array.from(seen, (_, index) => read(table, index).join())
        expect(kept).toEqual([...seen])
      }),
    )
  })

  it('grows, and tells where each state came from', () => {
    const table = new StateTable(WORDS, compact)
    const count = 20_000
    put(table, [0, 0, 0], 0, 0)
    let wrong = 0
    for (let at = 1; at < count; at += 1) if (!put(table, [at, at >> 3, 7], at - 1, 5)) wrong += 1
    for (let at = 1; at < count; at += 1) if (put(table, [at, at >> 3, 7])) wrong += 1
    expect(wrong).toBe(0)
    expect(table.count).toBe(count)
    expect(table.origin(0)).toBeNull()
    expect(table.origin(12_345)).toEqual({ part: 0, parent: 12_344, act: 5 })
    expect(table.bytes / count).toBeLessThan(60)
  })
})

it('exact: finds a state by what it is', () => {
  const table = new StateTable(WORDS, false)
  for (let at = 0; at < 5000; at += 1) put(table, [at, 1, 2])
  const hash = new Hash(WORDS)
  const wanted = Uint32Array.from([4321, 1, 2])
  hash.of(wanted, 0)
  expect(table.find(wanted, 0, hash.low)).toBe(4321)
  expect(table.find(Uint32Array.from([4321, 1, 3]), 0, hash.low)).toBe(-1)
})

it('exact: two states with one hash are two', () => {
  const table = new StateTable(WORDS, false)
  expect(table.add(Uint32Array.from([1, 2, 3]), 0, 9, 9, 0, 0, 1)).toBe(true)
  expect(table.add(Uint32Array.from([1, 2, 4]), 0, 9, 9, 0, 0, 1)).toBe(true)
  expect(table.count).toBe(2)
})

it('compact: two states with one fingerprint are taken for one, and words can be forgotten', () => {
  const table = new StateTable(WORDS, true)
  expect(table.add(Uint32Array.from([1, 2, 3]), 0, 9, 9, 0, 0, 1)).toBe(true)
  expect(table.add(Uint32Array.from([1, 2, 4]), 0, 9, 9, 0, 0, 1)).toBe(false)
  for (let at = 0; at < 10_000; at += 1) put(table, [at, 8, 8])
  const before = table.bytes
  for (let at = 0; at < 9000; at += 1) table.forget(at)
  expect(table.bytes).toBeLessThan(before)
  expect(put(table, [17, 8, 8])).toBe(false)
  expect(() => read(table, 17)).toThrow('forgotten')
  expect(read(table, 9500)).toHaveLength(WORDS)
})

it('the hash spreads states over parts and slots', () => {
  const hash = new Hash(WORDS)
  const parts = [0, 0, 0]
  const lows = new Set<number>()
  for (let at = 0; at < 30_000; at += 1) {
    hash.of(Uint32Array.from([at & 15, (at >> 4) & 255, at >> 12]), 0)
    parts[(hash.high >>> 8) % 3]! += 1
    lows.add(hash.low)
  }
  for (const share of parts) expect(Math.abs(share - 10_000)).toBeLessThan(600)
  expect(lows.size).toBeGreaterThan(29_990)
})
