/** Named partitions: who can still talk, and which nodes can reach a quorum, for 3 to 9 nodes. */
import { describe, expect, it } from 'vitest'
import { linkKey, NAMED_PRESETS } from '../../src/core/fault'
import type { NamedPreset } from '../../src/core/fault'
import { nodesWithQuorum, planPartition } from '../../src/core/partition'

const SIZES = [3, 5, 7, 9] as const
const LEADER = 2

const membersOf = (size: number) => Array.from({ length: size }, (_, index) => index + 1)

function plan(preset: NamedPreset, size: number) {
  const made = planPartition(preset, membersOf(size), LEADER)
  if (made === null) throw new Error(`${preset} needs a leader`)
  return made
}

/** Nodes with a quorum among 3, 5, 7 and 9, node 2 leading. */
const QUORUMS: Readonly<Record<NamedPreset, readonly (readonly number[])[]>> = {
  isolateLeader: SIZES.map((size) => membersOf(size).filter((node) => node !== LEADER)),
  majorityMinority: [
    [1, 3],
    [3, 4, 5],
    [4, 5, 6, 7],
    [5, 6, 7, 8, 9],
  ],
  bridge: [[1, 2, 3], membersOf(5), membersOf(7), membersOf(9)],
  ring: [membersOf(3), membersOf(5), [], []],
  majoritiesRing: SIZES.map(membersOf),
  chained: [membersOf(3), [1, 3, 4], [], []],
  quorumLoss: [membersOf(3), [1], [1], [1]],
  constrained: [[1, 3], [1], [1], [1]],
  oneWay: SIZES.map((size) => membersOf(size).filter((node) => node !== LEADER)),
}

describe.each(NAMED_PRESETS)('%s', (preset) => {
  it.each(SIZES.map((size, at) => [size, QUORUMS[preset][at]] as const))(
    'of %i nodes: a quorum is reached by %j',
    (size, nodes) => {
      expect(nodesWithQuorum(membersOf(size), plan(preset, size).links)).toEqual(nodes)
    },
  )

  it('cuts links of members only, each once, both ways unless one-way', () => {
    for (const size of SIZES) {
      const { links } = plan(preset, size)
      const keys = new Set(links.map(linkKey))
      expect(keys.size).toBe(links.length)
      for (const { from, to } of links) {
        expect(membersOf(size)).toEqual(expect.arrayContaining([from, to]))
        expect(keys.has(linkKey({ from: to, to: from }))).toBe(preset !== 'oneWay')
      }
    }
  })
})

it('a ring of three, and a ring of majorities among three, cut nothing', () => {
  for (const preset of ['ring', 'majoritiesRing'] as const)
    expect(plan(preset, 3).links).toEqual([])
})

it('in a ring of majorities no two nodes see the same one', () => {
  for (const size of [5, 7, 9]) {
    const { links } = plan('majoritiesRing', size)
    const cut = new Set(links.map(linkKey))
    const seen = membersOf(size).map((from) =>
      membersOf(size).filter((to) => !cut.has(linkKey({ from, to }))),
    )
    expect(new Set(seen.map(String)).size).toBe(size)
    for (const nodes of seen) expect(nodes.length).toBeGreaterThan(size / 2)
  }
})

it('chained: a line that begins with the leader, where one is known', () => {
  expect(plan('chained', 5).groups).toEqual([
    [2, 1],
    [1, 3],
    [3, 4],
    [4, 5],
  ])
  expect(planPartition('chained', [1, 2, 3], null)?.groups).toEqual([
    [1, 2],
    [2, 3],
  ])
})

it('quorum loss, constrained: one follower in the middle, with the leader and without', () => {
  const left = (preset: NamedPreset) => {
    const cut = new Set(plan(preset, 5).links.map(linkKey))
    return membersOf(5).filter((to) => to !== LEADER && !cut.has(linkKey({ from: LEADER, to })))
  }
  expect(left('quorumLoss')).toEqual([1])
  expect(left('constrained')).toEqual([])
})

it('those made around the leader need one', () => {
  const need = NAMED_PRESETS.filter((preset) => planPartition(preset, [1, 2, 3], null) === null)
  expect(need).toEqual(['isolateLeader', 'quorumLoss', 'constrained', 'oneWay'])
})
