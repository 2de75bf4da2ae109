/** Causes, effects and the happens-before cone of messages. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causesOf, coneOf, effectsOf, inCone } from '../../src/renderer/src/spacetime/causality'
import { fateCode, typeCode } from '../../src/renderer/src/spacetime/kinds'
import type { TypeName } from '../../src/renderer/src/spacetime/kinds'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'

type Put = [type: TypeName, from: number, to: number, startMs: number, endMs: number, more?: object]

function storeOf(puts: readonly Put[]): MessageStore {
  const store = new MessageStore()
  for (const [type, from, to, startMs, endMs, more] of puts) {
    store.add({
      ...{ type: typeCode(type), from, to, startMs, endMs, fate: 0, flags: 0 },
      ...{ round: 20, ballotNode: 2, slot: 41, count: 1, bytes: 1, ...more },
    })
  }
  return store
}

/** One ballot of N2 that is chosen: phase 1 with N1 and N3, phase 2 with both, and a stranger. */
const BALLOT: readonly Put[] = [
  ['prepare', 2, 1, 0, 5],
  ['prepare', 2, 3, 0, 6],
  ['promise', 1, 2, 6, 11],
  ['promise', 3, 2, 7, 12],
  ['heartbeat', 1, 2, 8, 12.5],
  ['accept', 2, 1, 13, 18],
  ['accept', 2, 3, 13, 19],
  ['accepted', 1, 2, 19, 24],
  ['accepted', 3, 2, 20, 25],
  ['chosen', 2, 1, 26, 30],
  ['prepare', 3, 1, 12, 17, { round: 19, ballotNode: 3 }],
]

describe('causes', () => {
  const store = storeOf(BALLOT)

  it('of an accept are the promises of its ballot, though a heartbeat came later', () => {
    expect(causesOf(store, 5)).toEqual({ rows: [3, 2], byRule: true })
  })

  it('of replies are what they answer, and effects lead on', () => {
    expect(causesOf(store, 2)).toEqual({ rows: [0], byRule: true })
    expect(effectsOf(store, 5)).toEqual({ rows: [7], byRule: true })
    expect(causesOf(store, 9).rows).toEqual([8, 7])
  })

  it('without a rule are the neighbours on the lane, and are said to be', () => {
    expect(causesOf(store, 4)).toEqual({ rows: [0], byRule: false })
    expect(causesOf(store, 0)).toEqual({ rows: [], byRule: false })
  })

  it('are none of what was lost', () => {
    const lost = storeOf([
      ['prepare', 2, 1, 0, 5, { fate: fateCode('dropped') }],
      ['promise', 1, 2, 6, 11],
    ])
    expect(causesOf(lost, 1).rows).toEqual([])
    expect(effectsOf(lost, 0).rows).toEqual([])
  })
})

describe('the cone', () => {
  it('holds what happened before and what could follow, and nothing concurrent', () => {
    const store = storeOf(BALLOT)
    const cone = coneOf(store, 5)
    const inside = BALLOT.map((_, row) => inCone(store, cone, row))
    // The accept to N3 and its answer, and N3's own bid, are concurrent with the one to N1.
    expect(inside).toEqual([
      ...[true, true, true, true, true, true, false, true, false, true, false],
    ])
    expect(cone.cut).toBe(false)
  })

  it('is that of happens-before, computed the slow way', () => {
    const messages = fc.array(
      fc.record({
        from: fc.integer({ min: 1, max: 4 }),
        step: fc.integer({ min: 1, max: 3 }),
        startMs: fc.integer({ min: 0, max: 60 }),
        took: fc.integer({ min: 1, max: 20 }),
        lost: fc.boolean(),
      }),
      { minLength: 1, maxLength: 25 },
    )
    fc.assert(
      fc.property(messages, fc.nat(), (list, pick) => {
        const puts = list.map((one, at): Put => {
          const to = ((one.from - 1 + one.step) % 4) + 1
          // No two moments are the same: order on a lane is plain.
          const startMs = one.startMs + at / 100
          const fate = fateCode(one.lost ? 'dropped' : 'passed')
          return ['accept', one.from, to, startMs, startMs + one.took + at / 1000, { fate }]
        })
        const store = storeOf(puts)
        const own = pick % puts.length
        const cone = coneOf(store, own)
        const before = (a: number, b: number): boolean =>
          !list[a]!.lost && puts[a]![2] === puts[b]![1] && puts[a]![4] <= puts[b]![3]
        const laneAfter = (a: number, b: number): boolean =>
          puts[a]![1] === puts[b]![1] && puts[a]![3] < puts[b]![3]
        const reaches = closure(puts.length, (a, b) => before(a, b) || laneAfter(a, b))
        // Delivered before the send: its arrival, or that of one it leads to, is on the way.
        puts.forEach((_, other) => {
          if (other === own) return
          const past = !list[other]!.lost && arrivesBefore(other, own)
          const future =
            !list[own]!.lost && puts.some((__, x) => before(own, x) && follows(x, other))
          expect(inCone(store, cone, other)).toBe(past || future)
        })

        function arrivesBefore(other: number, target: number): boolean {
          return puts.some((__, x) => before(other, x) && (x === target || laneOrReach(x, target)))
        }
        function laneOrReach(x: number, target: number): boolean {
          return reaches(x, target)
        }
        function follows(x: number, other: number): boolean {
          return x === other || reaches(x, other)
        }
      }),
      { numRuns: 200 },
    )
  })
})

function closure(
  count: number,
  edge: (a: number, b: number) => boolean,
): (a: number, b: number) => boolean {
  const reach = Array.from({ length: count }, (_, a) =>
    Array.from({ length: count }, (__, b) => a !== b && edge(a, b)),
  )
  for (let k = 0; k < count; k += 1)
    for (let a = 0; a < count; a += 1)
      for (let b = 0; b < count; b += 1) reach[a]![b] ||= reach[a]![k]! && reach[k]![b]!
  return (a, b) => reach[a]![b]!
}
