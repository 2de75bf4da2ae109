/** The ladder of ballots of one slot, and the proof beside it. */
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { LabEvent, NodeFact } from '../../src/core/event'
import type { PaxosFact } from '../../src/core/paxos/fact'
import P2cRungs from '../../src/renderer/src/components/instruments/P2cRungs.vue'
import { tallSlots } from '../../src/renderer/src/composables/instruments/p2cFacts'
import { ladderOf } from '../../src/renderer/src/composables/instruments/p2cLadder'
import type { Rung } from '../../src/renderer/src/composables/instruments/p2cLadder'
import {
  groundsOf,
  meetingOf,
  requirementsOf,
  uncountedOf,
} from '../../src/renderer/src/composables/instruments/p2cProof'
import { settingOf } from '../../src/renderer/src/composables/instruments/readsSetting'
import { simulate } from '../../src/renderer/src/sources/simulation'
import type { Simulated } from '../../src/renderer/src/sources/simulation'
import { b, nodesTo } from '../support/paxos'

type Fact = PaxosFact | NodeFact
type Line = readonly [by: number, fact: Fact]

function eventsOf(lines: readonly Line[]): LabEvent[] {
  return lines.map(([by, fact], index) => {
    return { seq: index + 1, atMs: 10 * (index + 1), by, life: 1, nodeSeq: index + 1, ...fact }
  })
}

const promised = (by: number, round: number, node: number): Line => [
  by,
  { type: 'promised', ballot: b(round, node) },
]
const elected = (round: number, node: number, witnesses: readonly number[]): Line => [
  node,
  { type: 'elected', ballot: b(round, node), witnesses, forced: 0, noops: 0 },
]
const issued = (round: number, node: number, id: string, slot = 1): Line => [
  node,
  { type: 'issued', cause: 'free', ballot: b(round, node), slot, count: 1, ids: [id] },
]
const voted = (by: number, round: number, node: number, id: string, slot = 1): Line => [
  by,
  { type: 'voted', ballot: b(round, node), slot, count: 1, ids: [id] },
]
const told = (from: number, round: number, node: number): Line => [
  node,
  {
    ...{ type: 'received', from, id: `${from}-1`, message: 'promise' },
    ...{ ballot: b(round, node), slot: 0, count: 0 },
  },
]

/** 1.1 chooses v at N1 and N2; 2.3 of N3 hears of it from N2. */
const FIRST = [
  ...[promised(1, 1, 1), promised(2, 1, 1), elected(1, 1, [1, 2]), issued(1, 1, 'v')],
  ...[voted(1, 1, 1, 'v'), voted(2, 1, 1, 'v')],
]
const PHASE1 = [promised(3, 2, 3), promised(2, 2, 3), told(2, 2, 3), elected(2, 3, [2, 3])]

const SETTING = settingOf([], null, nodesTo(3))
const ladder = (...lines: readonly Line[]) => ladderOf(eventsOf(lines), 1, SETTING)
const text = (id: string): string => id

describe('S15: each rung rests on a quorum', () => {
  const climbed = ladder(...FIRST, ...PHASE1, issued(2, 3, 'v'), voted(3, 2, 3, 'v'))

  it('of case 1 where nobody in it had voted below, else of case 2', () => {
    expect(
      climbed.rungs.map(({ id, grounds, witnesses, voters, verdict }) => {
        return { id, grounds, witnesses, voters, verdict }
      }),
    ).toEqual([
      { id: 'v', grounds: 1, witnesses: [1, 2], voters: [1, 2], verdict: 'holds' },
      { id: 'v', grounds: 2, witnesses: [2, 3], voters: [3], verdict: 'holds' },
    ])
    expect(climbed.rungs[1]?.below).toEqual({ ballot: b(1, 1), id: 'v' })
    expect(climbed.rungs[1]?.reported).toEqual([{ node: 2, ballot: b(1, 1), id: 'v' }])
    expect(climbed.chosen).toMatchObject({ id: 'v', ballot: b(1, 1), atMs: 60 })
    expect(groundsOf(climbed.rungs[1]!, text)).toBe(
      'S = N2, N3. Case 2: the highest vote below in S is v at 1.1.',
    )
  })

  it('and tells S from promises that were not counted', () => {
    const late = ladder(...FIRST, promised(3, 1, 1), told(3, 1, 1))
    expect(late.rungs[0]).toMatchObject({ witnesses: [1, 2], uncounted: [3] })
    expect(uncountedOf(late.rungs[0]!)).toBe('Promised 1.1 too, not counted in S: N3.')
    expect(uncountedOf(climbed.rungs[1]!)).toBe('')
    // Its fact may be lost: the proposer got the message.
    expect(ladder(...FIRST, told(3, 1, 1)).rungs[0]?.uncounted).toEqual([3])
    const props = { ladder: late, rung: late.rungs[0]!, common: [], text }
    const words = mount(P2cRungs, { props })
      .findAll('.box')
      .map((box) => box.attributes('title'))
    expect(words).toEqual([
      'N1: promised, no vote below; voted at 1.1',
      'N2: promised, no vote below; voted at 1.1',
      'N3: promised 1.1, not counted in S',
    ])
    const unknown = ladder(...FIRST)
    const cells = mount(P2cRungs, { props: { ...props, ladder: unknown, rung: unknown.rungs[0]! } })
    expect(cells.findAll('.box')[2]?.attributes('title')).toBe(
      'N3: no promise and no vote of this ballot is recorded',
    )
  })

  it('and names the message that carried the value', () => {
    expect(climbed.rungs[1]?.carrier).toEqual({ from: 2, to: 3, how: 'received', seq: 9, atMs: 90 })
    const unseen = PHASE1.filter(([, { type }]) => type !== 'received')
    const silent = ladder(...FIRST, ...unseen, issued(2, 3, 'v'))
    expect(silent.rungs[1]?.carrier).toMatchObject({ from: 2, to: 3, how: 'fact', seq: 8 })
  })

  it('that meets the quorum that chose, in a common acceptor', () => {
    const meeting = meetingOf(climbed, climbed.rungs[1]!, text)
    expect(meeting).toMatchObject({ chose: [1, 2], promised: [2, 3], common: [2] })
    expect(meeting?.words).toContain('N2 voted at 1.1 and promised 2.3')
    expect(meetingOf(climbed, climbed.rungs[0]!, text)).toBeNull()
    expect(requirementsOf(climbed, text).map(({ name, state }) => [name, state])).toEqual([
      ['P2', 'idle'],
      ['P2a', 'kept'],
      ['P2b', 'kept'],
      ['P2c', 'kept'],
    ])
  })

  it('and the ballots between carry the value by induction', () => {
    const third = [promised(1, 3, 1), promised(3, 3, 1), elected(3, 1, [1, 3]), issued(3, 1, 'v')]
    const all = ladder(...FIRST, ...PHASE1, issued(2, 3, 'v'), voted(3, 2, 3, 'v'), ...third)
    expect(all.rungs[2]?.below).toEqual({ ballot: b(2, 3), id: 'v' })
    expect(meetingOf(all, all.rungs[2]!, text)?.words).toContain('by induction: 2.3')
  })
})

describe('S19: a broken rung is flagged', () => {
  const faults = (rung: Rung | undefined) => rung?.faults.map(({ invariant }) => invariant)

  it('I6 and I8 where a reported value was ignored and another one chosen', () => {
    const broken = ladder(
      ...[...FIRST, ...PHASE1, issued(2, 3, 'w')],
      ...[voted(3, 2, 3, 'w'), voted(2, 2, 3, 'w')],
    )
    expect(faults(broken.rungs[0])).toEqual([])
    expect(faults(broken.rungs[1])?.sort()).toEqual(['I6', 'I8'])
    const states = requirementsOf(broken, text).map(({ state, shows }) => [state, shows])
    expect(states).toEqual([
      ['broken', '2.3 has w'],
      ['broken', '2.3 has w'],
      ['broken', '2.3 has w'],
      ['broken', 'not so at 2.3'],
    ])
  })

  it('I7 where a witness votes below afterwards', () => {
    const early = [promised(1, 1, 1), promised(2, 1, 1), elected(1, 1, [1, 2]), issued(1, 1, 'v')]
    const broken = ladder(...early, ...PHASE1, issued(2, 3, 'w'), voted(2, 1, 1, 'v'))
    expect(faults(broken.rungs[1])).toEqual(['I7'])
    expect(broken.rungs[1]?.faults[0]?.words).toContain('N2 is a witness of w at 2.3')
  })

  it('I5 where a ballot carries two values', () => {
    const broken = ladder(...FIRST, issued(1, 1, 'w'))
    expect(broken.rungs.map(({ id }) => id)).toEqual(['v', 'w'])
    expect(broken.rungs.map(faults)).toEqual([['I5'], ['I5']])
  })

  it('I6 where the witnesses are no quorum', () => {
    const alone = ladder(promised(1, 1, 1), elected(1, 1, [1]), issued(1, 1, 'v'))
    expect(faults(alone.rungs[0])).toEqual(['I6'])
  })
})

describe('what is not told', () => {
  it('is waited for: a rung whose witness was not seen to promise is not judged', () => {
    const [, ...late] = PHASE1
    const open = ladder(...FIRST, ...late, issued(2, 3, 'v'))
    expect(open.rungs[1]).toMatchObject({ grounds: null, verdict: 'waits', witnesses: [2, 3] })
    expect(groundsOf(open.rungs[1]!, text)).toContain('Not judged yet')
  })

  it('slots with more than one ballot are offered first, then the newest', () => {
    const facts = eventsOf([
      ...[issued(1, 1, 'a', 3), issued(2, 2, 'a', 3), issued(1, 1, 'b', 4), issued(1, 1, 'c', 5)],
    ])
    expect(tallSlots(facts, 5)).toEqual([
      { slot: 3, rungs: 2 },
      { slot: 5, rungs: 1 },
    ])
  })
})

describe('simulated runs', () => {
  function run(seed: number, mutant: 'M7' | null): Simulated {
    let made: Simulated | null = null
    const wish = { seed, nodes: 3, faults: ['drop', 'kill'], mutant, seconds: 3 } as const
    simulate({ ...wish, hunt: mutant !== null }, (message) => {
      if (message.kind === 'done') made = message.run
    })
    if (made === null) throw new Error('nothing was found')
    return made
  }

  it('climb without a fault in Paxos, slot for slot', () => {
    const { events } = run(3, null).view
    const setting = settingOf(events, null, [])
    expect(setting.order).toBe('total')
    const slots = tallSlots(events, 20)
    expect(slots.length).toBeGreaterThan(0)
    for (const { slot } of slots) {
      const { rungs } = ladderOf(events, slot, setting)
      expect(rungs.length).toBeGreaterThan(0)
      expect(rungs.flatMap(({ faults }) => faults)).toEqual([])
    }
  })

  it('show the broken rung of a mutant', () => {
    const { events } = run(1, 'M7').view
    const setting = settingOf(events, null, [])
    const found = tallSlots(events, 50).flatMap(({ slot }) =>
      ladderOf(events, slot, setting).rungs.flatMap(({ faults }) => faults),
    )
    expect(found.map(({ invariant }) => invariant)).toContain('I6')
  })
})
