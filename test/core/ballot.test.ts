import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareBallot, formatBallot, nextBallot, parseBallot } from '../../src/core/paxos/ballot'
import { addNode, countNodes, majorityOf, nodesOf } from '../../src/core/paxos/quorum'
import { majorities } from '../support/paxos'

const anyBallot = fc.record({
  round: fc.integer({ min: 0, max: 1e12 }),
  node: fc.integer({ min: 1, max: 30 }),
})

it('§2.2: ballots are totally ordered, and different nodes never own the same one', () => {
  fc.assert(
    fc.property(anyBallot, anyBallot, anyBallot, (x, y, z) => {
      expect(Math.sign(compareBallot(x, y))).toBe(-Math.sign(compareBallot(y, x)) + 0)
      if (compareBallot(x, y) === 0) expect(x).toEqual(y)
      if (compareBallot(x, y) <= 0 && compareBallot(y, z) <= 0) {
        expect(compareBallot(x, z)).toBeLessThanOrEqual(0)
      }
    }),
  )
})

it('ballots compare as numbers: node 10 is above node 9', () => {
  expect(compareBallot({ round: 1, node: 10 }, { round: 1, node: 9 })).toBeGreaterThan(0)
  expect(compareBallot({ round: 10, node: 1 }, { round: 9, node: 9 })).toBeGreaterThan(0)
})

it('S7: the next ballot of a node is its own, above what was seen, and the lowest such', () => {
  fc.assert(
    fc.property(anyBallot, fc.integer({ min: 1, max: 30 }), (seen, node) => {
      const next = nextBallot(seen, node)
      expect(next.node).toBe(node)
      expect(next.round).toBeGreaterThan(0)
      expect(compareBallot(next, seen)).toBeGreaterThan(0)
      const lower = { round: next.round - 1, node }
      expect(lower.round === 0 || compareBallot(lower, seen) <= 0).toBe(true)
    }),
  )
})

it('a ballot is written round.node and read back', () => {
  fc.assert(
    fc.property(anyBallot, (ballot) => {
      expect(parseBallot(formatBallot(ballot))).toEqual(ballot)
    }),
  )
  for (const text of ['', '1', '1.', '.1', '1.2.3', '-1.2', '1e3.1', ' 1.1']) {
    expect(parseBallot(text)).toBeNull()
  }
})

it('§2.2: any two majorities have a member in common; a majority of an even N is N/2+1', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 9].map(majorityOf)).toEqual([1, 2, 2, 3, 3, 4, 4, 5])
  for (let members = 1; members <= 9; members += 1) {
    const quorums = majorities(members)
    for (let left = 0; left < 1 << members; left += 1) {
      const right = ~left & ((1 << members) - 1)
      expect(quorums.promised(left << 1) && quorums.chosen(right << 1)).toBe(false)
    }
  }
})

it('a set of nodes counts each node once', () => {
  const set = addNode(addNode(addNode(0, 3), 1), 3)
  expect(nodesOf(set)).toEqual([1, 3])
  expect(countNodes(set)).toBe(2)
})
