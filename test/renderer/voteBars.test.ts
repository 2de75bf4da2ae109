/** Votes of a slot against the quorum line, and what the lamp says of them. */
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import type { QuorumSystem } from '../../src/core/paxos/quorum'
import { Quorums } from '../../src/core/paxos/quorum'
import { settingOf } from '../../src/renderer/src/composables/instruments/readsSetting'
import {
  BARS_MAX,
  lampWords,
  voteBarsOf,
} from '../../src/renderer/src/composables/instruments/voteBars'
import { b, nodesTo } from '../support/paxos'

type Line = readonly [
  by: number,
  type: 'issued' | 'voted',
  round: number,
  id: string,
  slot?: number,
]

function eventsOf(lines: readonly Line[]): LabEvent[] {
  return lines.map(([by, type, round, id, slot = 1], index): LabEvent => {
    const place = { seq: index + 1, atMs: 10 * (index + 1), by, life: 1, nodeSeq: index + 1 }
    const run = { ballot: b(round, 1), slot, count: 1, ids: [id] }
    return type === 'voted' ? { ...place, type, ...run } : { ...place, type, ...run, cause: 'free' }
  })
}

const setting = (nodes: number, system?: QuorumSystem) => {
  const base = settingOf([], null, nodesTo(nodes))
  return system ? { ...base, quorums: new Quorums(system, nodesTo(nodes)) } : base
}

const bars = (lines: readonly Line[], nodes = 5, system?: QuorumSystem) =>
  voteBarsOf(eventsOf(lines), 1, setting(nodes, system))
const lamp = (...args: Parameters<typeof bars>) => lampWords(bars(...args), (id) => `"${id}"`)

const TWO: readonly Line[] = [
  [1, 'issued', 1, 'v'],
  [1, 'voted', 1, 'v'],
  [3, 'voted', 1, 'v'],
]

describe('S8, S12: votes of one ballot choose, at a quorum', () => {
  it('in the order of the votes, none twice, and not before the quorum', () => {
    const again: Line = [3, 'voted', 1, 'v']
    const before = bars([...TWO, again])
    expect(before).toMatchObject({ need: 3, acceptors: [1, 2, 3, 4, 5], byCount: true, values: [] })
    expect(before.bars).toMatchObject([{ id: 'v', voters: [1, 3], chosen: null, atMs: 20 }])
    const after = bars([...TWO, again, [2, 'voted', 1, 'v'], [5, 'voted', 1, 'v']])
    expect(after.bars[0]).toMatchObject({ voters: [1, 3, 2, 5], chosen: { atMs: 50 } })
    expect(after.values).toEqual(['v'])
  })

  it('votes of other ballots and of other slots do not count', () => {
    const others: Line[] = [
      [2, 'voted', 2, 'v'],
      [4, 'voted', 2, 'v'],
      [5, 'voted', 1, 'v', 2],
    ]
    const { bars: rows, values } = bars([...TWO, ...others])
    expect(rows.map(({ ballot, voters }) => [ballot.round, voters])).toEqual([
      [1, [1, 3]],
      [2, [2, 4]],
    ])
    expect(values).toEqual([])
  })

  it('a proposal without votes has a bar, the lowest ballot first', () => {
    const { bars: rows } = bars([[1, 'issued', 4, 'w'], ...TWO])
    expect(rows.map(({ ballot, voters }) => [ballot.round, voters.length])).toEqual([
      [1, 2],
      [4, 0],
    ])
  })

  it('the line stands where the quorum system has it', () => {
    expect(bars(TWO, 5, { kind: 'counts', phase1: 4, phase2: 2 })).toMatchObject({
      ...{ need: 2, byCount: true, values: ['v'] },
    })
    const sets: QuorumSystem = { kind: 'sets', phase1: [[1, 2, 3]], phase2: [[1, 2]] }
    expect(bars(TWO, 3, sets)).toMatchObject({ need: 2, byCount: false, values: [] })
  })

  it('keeps the highest ballots, and says how many are left out', () => {
    const many = Array.from({ length: BARS_MAX + 7 }, (_, at): Line => [1, 'issued', at + 1, 'v'])
    const { bars: rows, hidden } = bars(many)
    expect([rows.length, hidden, rows[0]?.ballot.round]).toEqual([BARS_MAX, 7, 8])
  })
})

describe('the lamp', () => {
  it.each([
    [[], 'off', 'Not chosen: nothing was proposed'],
    [TWO, 'off', 'Not chosen: 2 votes at 1.1, 1 more would choose'],
    [[...TWO, [4, 'voted', 1, 'v']], 'on', 'Chosen: "v", first at 1.1, for ever'],
  ] as const)('of %j', (lines, look, words) => {
    expect(lamp(lines)).toEqual({ look, words })
  })

  it('is red where two values are chosen', () => {
    const other = [1, 2, 5].map((by): Line => [by, 'voted', 2, 'w'])
    expect(lamp([...TWO, [4, 'voted', 1, 'v'], ...other])).toEqual({
      ...{ look: 'bad', words: '2 values are chosen: "v", "w"' },
    })
  })

  it('says of sets that as many votes are no quorum', () => {
    const sets: QuorumSystem = { kind: 'sets', phase1: [[1, 2, 3]], phase2: [[1, 2]] }
    expect(lamp(TWO, 3, sets).words).toBe('Not chosen: 2 votes at 1.1 are no quorum')
  })
})
