import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Acceptor } from '../../src/core/paxos/acceptor'
import { compareBallot, ZERO_BALLOT } from '../../src/core/paxos/ballot'
import type { Ballot } from '../../src/core/paxos/ballot'
import { SlotLog } from '../../src/core/paxos/log'
import { b } from '../support/paxos'

type Input =
  | { readonly kind: 'prepare'; readonly ballot: Ballot }
  | { readonly kind: 'accept'; readonly ballot: Ballot; readonly slot: number }

const anyBallot = fc.record({
  round: fc.integer({ min: 1, max: 6 }),
  node: fc.integer({ min: 1, max: 3 }),
})
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant('prepare' as const), ballot: anyBallot }),
  fc.record({
    kind: fc.constant('accept' as const),
    ballot: anyBallot,
    slot: fc.integer({ min: 1, max: 4 }),
  }),
)

/** One value a (slot, ballot), as proposers guarantee. */
const valueAt = (slot: number, { round, node }: Ballot): string => `${slot}@${round}.${node}`

function give(acceptor: Acceptor, input: Input): 'granted' | 'refused' {
  if (input.kind === 'prepare') return acceptor.prepare(input).kind
  const { ballot, slot } = input
  return acceptor.accept({ ballot, slot, values: [valueAt(slot, ballot)] }).kind
}

describe('acceptor', () => {
  it.each([
    ['a lower ballot prepares', { kind: 'prepare', ballot: b(1) }, 'refused'],
    ['the same ballot prepares again', { kind: 'prepare', ballot: b(2) }, 'granted'],
    ['a higher ballot prepares', { kind: 'prepare', ballot: b(3) }, 'granted'],
    ['a lower ballot proposes', { kind: 'accept', ballot: b(1), slot: 1 }, 'refused'],
    ['the promised ballot proposes', { kind: 'accept', ballot: b(2), slot: 1 }, 'granted'],
    ['a higher ballot proposes', { kind: 'accept', ballot: b(2, 2), slot: 1 }, 'granted'],
  ] as const)('§2.2 P1a: having promised 2.1, when %s, it is %s', (_when, input, want) => {
    const acceptor = new Acceptor(new SlotLog())
    acceptor.prepare({ ballot: b(2) })
    expect(give(acceptor, input)).toBe(want)
  })

  it('P1a, S6, S18: promises never go down and bound every vote, whatever arrives', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
        const log = new SlotLog()
        const acceptor = new Acceptor(log)
        let promised: Ballot = ZERO_BALLOT
        for (const input of inputs) {
          const answer = give(acceptor, input)
          expect(answer).toBe(compareBallot(input.ballot, promised) >= 0 ? 'granted' : 'refused')
          expect(compareBallot(acceptor.promised, promised)).toBeGreaterThanOrEqual(0)
          promised = acceptor.promised
          for (let slot = 1; slot <= 4; slot += 1) {
            const vote = log.at(slot)?.voteBallot
            if (vote) expect(compareBallot(vote, promised)).toBeLessThanOrEqual(0)
          }
        }
      }),
    )
  })

  it('S13: keeps the newest vote of a slot only', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
        const log = new SlotLog()
        const acceptor = new Acceptor(log)
        const newest = new Map<number, Ballot>()
        for (const input of inputs) {
          if (give(acceptor, input) === 'granted' && input.kind === 'accept') {
            newest.set(input.slot, input.ballot)
          }
        }
        for (const [slot, ballot] of newest) {
          expect(log.at(slot)?.voteBallot).toEqual(ballot)
          expect(log.at(slot)?.voteValue).toBe(valueAt(slot, ballot))
        }
      }),
    )
  })

  it('a retransmission is granted again and is not written again', () => {
    const acceptor = new Acceptor(new SlotLog())
    const accept = { ballot: b(3), slot: 1, values: ['x', 'y'] }
    expect(acceptor.accept(accept)).toEqual({ kind: 'granted', fresh: true, raised: true })
    expect(acceptor.accept(accept)).toEqual({ kind: 'granted', fresh: false, raised: false })
  })

  it('a vote for a run with one new slot is written', () => {
    const acceptor = new Acceptor(new SlotLog())
    acceptor.accept({ ballot: b(3), slot: 1, values: ['x'] })
    const longer = { ballot: b(3), slot: 1, values: ['x', 'y'] }
    expect(acceptor.accept(longer)).toEqual({ kind: 'granted', fresh: true, raised: false })
  })
})
