/** Three readers of one slot: the trap of the value majority, and what is judged wrong. */
import { describe, expect, it } from 'vitest'
import type { LabEvent, LabFact, LearnerReadResult, NodeFact } from '../../src/core/event'
import type { ReadMode } from '../../src/core/kv/readMode'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { MAJORITY, Quorums } from '../../src/core/paxos/quorum'
import {
  forcedValues,
  honestyAt,
  judgedReads,
  readSlots,
} from '../../src/renderer/src/composables/instruments/readsHonesty'
import { textsOf, votesTold } from '../../src/renderer/src/composables/instruments/readsTexts'
import {
  choicesOf,
  heldBy,
  votesOf,
} from '../../src/renderer/src/composables/instruments/readsVotes'
import { b, nodesTo } from '../support/paxos'

type Line = readonly [by: number | 'lab', fact: PaxosFact | NodeFact | LabFact]

/** One event every 100 ms. */
function eventsOf(lines: readonly Line[]): LabEvent[] {
  return lines.map(([by, fact], index) => {
    const stamp = { seq: index + 1, atMs: (index + 1) * 100 }
    if (by === 'lab') return { ...stamp, by, ...(fact as LabFact) }
    return { ...stamp, by, life: 1, nodeSeq: index + 1, ...(fact as PaxosFact | NodeFact) }
  })
}

const voted = (by: number, round: number, node: number, id: string): Line => [
  by,
  { type: 'voted', ballot: b(round, node), slot: 1, count: 1, ids: [id] },
]

/** What three nodes answer, by (node, round, owner, id). */
function read(
  mode: ReadMode,
  value: string | null,
  held: readonly (readonly [number, number, number, string])[],
): Line {
  const replies = held.map(([node, round, owner, id]) => {
    const votes = [{ slot: 1, ballot: b(round, owner), id }]
    return { node, appliedThrough: 0, value: null, votes }
  })
  const verdict = value === null ? 'undetermined' : 'chosen'
  const result: LearnerReadResult = { verdict, value, reason: value ? '' : 'no quorum', replies }
  return ['lab', { type: 'learnerRead', node: 2, key: '', slot: 1, mode, result, latencyMs: 1 }]
}

const QUORUMS = new Quorums(MAJORITY, nodesTo(3))
/** The trap after three ballots: N1 (1.1, v), N2 (3.1, v), N3 (2.3, w). */
const TRAP: readonly Line[] = [voted(1, 1, 1, 'v'), voted(3, 2, 3, 'w'), voted(2, 3, 1, 'v')]
const HELD = [
  [1, 1, 1, 'v'],
  [2, 3, 1, 'v'],
  [3, 2, 3, 'w'],
] as const
/** Ballot 4.1 with the promises of 1 and 3. */
const FOURTH: readonly Line[] = [voted(1, 4, 1, 'w'), voted(3, 4, 1, 'w')]

function readers(lines: readonly Line[], atMs = Infinity) {
  const { readers: views, chosen, later } = honestyAt(eventsOf(lines), 1, atMs, QUORUMS)
  const said = Object.fromEntries(views.map(({ reader, id, verdict }) => [reader, [id, verdict]]))
  return { said, chosen: chosen?.id ?? null, later: later?.id ?? null, views }
}

describe('S2b: the value-majority trap', () => {
  it('deceives who counts values, and nobody else', () => {
    const { said, chosen, later, views } = readers([...TRAP, ...FOURTH], 300)
    expect(said).toEqual({
      valueMajority: ['v', 'wrong'],
      learner: [null, 'undetermined'],
      propose: [null, 'undetermined'],
    })
    expect([chosen, later]).toEqual([null, 'w'])
    expect(views[0]?.why).toBe('w is chosen later, at ballot 4.1')
    expect(views[2]?.words).toBe('its ballot is forced to v or w, by who promises')
  })

  it('is wrong before anything is chosen, too', () => {
    expect(readers(TRAP).said['valueMajority']).toEqual(['v', 'wrong'])
  })

  it('all three agree when a quorum voted at one ballot', () => {
    const { said, chosen } = readers([...TRAP, ...FOURTH])
    expect(chosen).toBe('w')
    expect(said).toEqual({
      valueMajority: ['w', 'chosen'],
      learner: ['w', 'chosen'],
      propose: ['w', 'chosen'],
    })
  })

  it('a value that was chosen and voted for anew at some nodes is no trap', () => {
    const lines = [voted(1, 1, 1, 'v'), voted(2, 1, 1, 'v'), voted(2, 2, 3, 'v')]
    const { said, views } = readers(lines)
    expect(said['valueMajority']).toEqual(['v', 'chosen'])
    expect(said['learner']).toEqual([null, 'undetermined'])
    expect(views[1]?.why).toBe('v is chosen; the votes held now do not show it')
  })
})

describe('S1: recorded reads', () => {
  it('of a disk image are judged by their replies, since no fact tells of its votes', () => {
    const facts = eventsOf([
      read('learner', null, HELD),
      read('valueMajority', 'SET x v', HELD),
      ...FOURTH,
      read('learner', 'SET x w', [
        [1, 4, 1, 'w'],
        [3, 4, 1, 'w'],
      ]),
    ])
    const judged = judgedReads(facts, Infinity, QUORUMS, 10)
    expect(judged.map(({ mode, verdict }) => [mode, verdict])).toEqual([
      ['learner', 'chosen'],
      ['valueMajority', 'wrong'],
      ['learner', 'undetermined'],
    ])
    expect(judged[1]?.why).toBe('w is chosen later, at ballot 4.1')
    expect(judgedReads(facts, 150, QUORUMS, 10)).toHaveLength(1)
    expect(readSlots(facts, 3)).toEqual([1])
    const nothingHeld = { run: null, byNode: new Map() }
    expect(Object.fromEntries(textsOf(facts, 1, nothingHeld))).toMatchObject({
      v: 'SET x v',
      w: 'SET x w',
    })
  })

  it('by value of what a quorum had voted for are right', () => {
    const same = [
      [1, 1, 1, 'v'],
      [2, 1, 1, 'v'],
    ] as const
    const right = eventsOf([
      voted(1, 1, 1, 'v'),
      voted(2, 1, 1, 'v'),
      read('valueMajority', 'SET x v', same),
    ])
    expect(judgedReads(right, Infinity, QUORUMS, 10)[0]?.verdict).toBe('chosen')
  })

  it('of a key by value are wrong where a reply has applied more', () => {
    const reply = (node: number, appliedThrough: number, value: string) => {
      return { node, appliedThrough, value, votes: [] }
    }
    const replies = [reply(1, 4, 'old'), reply(2, 4, 'old'), reply(3, 5, 'new')]
    const result = { verdict: 'chosen', value: 'old', reason: '', replies } as const
    const fact = { type: 'learnerRead', node: 1, key: 'x', result, latencyMs: 1 } as const
    const verdict = (mode: ReadMode) =>
      judgedReads(eventsOf([['lab', { ...fact, mode }]]), Infinity, QUORUMS, 1)[0]
    expect(verdict('valueMajority')).toMatchObject({ verdict: 'wrong', key: 'x' })
    expect(verdict('valueMajority')?.why).toBe('N3 has applied slot 5, where it is new')
    expect(verdict('learner')?.verdict).toBe('chosen')
  })
})

describe('votes of a slot', () => {
  it('are told once, whether by a fact or by a reply, and the highest is what a node holds', () => {
    const votes = votesOf(eventsOf([...TRAP, read('learner', null, HELD), ...FOURTH]), 1)
    expect(votes).toHaveLength(5)
    expect(heldBy(votes, [1, 2, 3]).map(({ ballot, id }) => [ballot?.round, id])).toEqual([
      [4, 'w'],
      [3, 'v'],
      [4, 'w'],
    ])
    expect(choicesOf(votes, QUORUMS).map(({ id, atMs }) => [id, atMs])).toEqual([['w', 600]])
  })

  it('that nodes tell now count, too', () => {
    const view = { slot: 1, state: 'voted', chosen: null } as const
    const vote = (round: number, id: string) => {
      return { ...view, vote: { ballot: b(round, 1), id, text: `SET x ${id}` } }
    }
    const byNode = new Map([
      [1, new Map([[1, vote(1, 'v')]])],
      [2, new Map([[1, vote(3, 'v')]])],
    ])
    const told = votesTold({ run: null, byNode }, 1, 50)
    const { readers: views } = honestyAt([], 1, Infinity, QUORUMS, told)
    expect(views[0]).toMatchObject({ id: 'v', verdict: 'wrong', voters: [1, 2] })
  })

  it('leave a proposer free only if a whole quorum holds none', () => {
    const held = (rounds: readonly number[]) =>
      rounds.map((round, index) => ({
        node: index + 1,
        ballot: round === 0 ? null : b(round, 1),
        id: round === 0 ? null : `v${round}`,
      }))
    expect(forcedValues(held([0, 0, 0]), QUORUMS)).toEqual([])
    expect(forcedValues(held([1, 0, 0]), QUORUMS)).toEqual(['v1', 'its own value'])
    expect(forcedValues(held([1, 2, 0]), QUORUMS)).toEqual(['v1', 'v2'])
  })
})
