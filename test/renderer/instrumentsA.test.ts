/**
 * Folds of the instruments on hand-made events: what the picture says is what the events say.
 */
import { describe, expect, it } from 'vitest'
import type { LabEvent, NodeEvent } from '../../src/core/event'
import type { Stair } from '../../src/core/measure/series'
import type { Ballot } from '../../src/core/paxos/ballot'
import { EAGER_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import { MAJORITY, Quorums } from '../../src/core/paxos/quorum'
import {
  BeliefFold,
  CHANGES_MAX,
  laneSpans,
  oscillations,
} from '../../src/renderer/src/composables/instruments/beliefs'
import { clockRows, clockSpanMs } from '../../src/renderer/src/composables/instruments/clocks'
import {
  choiceTimes,
  duelCurves,
  duelTable,
  policySpans,
} from '../../src/renderer/src/composables/instruments/duels'
import { pipelineOf, pipelineSlots } from '../../src/renderer/src/composables/instruments/pipeline'
import {
  CALL_EVENTS_MAX,
  RecordWindow,
  WINDOW_EVENTS_MAX,
} from '../../src/renderer/src/composables/instruments/recordWindow'
import {
  ANSWER_MS,
  seqRangeOf,
  SlotBook,
  topSlotOf,
} from '../../src/renderer/src/composables/instruments/slotFacts'

type Body = NodeEvent extends infer One
  ? One extends NodeEvent
    ? Omit<One, 'seq' | 'atMs' | 'by' | 'life' | 'nodeSeq'>
    : never
  : never

const B1: Ballot = { round: 1, node: 1 }
const THREE = new Quorums(MAJORITY, [1, 2, 3])

/** Events in order; times in ms. */
class Script {
  readonly events: LabEvent[] = []

  at(atMs: number, by: number, body: Body): this {
    const seq = this.events.length + 1
    this.events.push({ seq, atMs, by, life: 1, nodeSeq: seq, ...body })
    return this
  }

  lab(event: LabEvent): this {
    this.events.push({ ...event, seq: this.events.length + 1 })
    return this
  }
}

const issued = (slot: number, ids: string[], ballot = B1): Body => ({
  ...{ type: 'issued', ballot, slot, count: ids.length, ids, cause: 'free' },
})
const voted = (slot: number, ids: string[], ballot = B1): Body => ({
  ...{ type: 'voted', ballot, slot, count: ids.length, ids },
})
const chosen = (slot: number, ids: string[], ballot = B1): Body => ({
  ...{ type: 'chosen', ballot, slot, count: ids.length, ids },
})

function bookOf(script: Script, from: number, count: number, quorums = THREE): SlotBook {
  const book = new SlotBook({ from, count }, quorums)
  for (const event of script.events) book.feed(event)
  return book
}

describe('three clocks', () => {
  const EXACT = { totalOrder: true, allVotes: true, unit: 's' } as const
  const usual = (): Script =>
    new Script()
      .at(10, 1, issued(7, ['s1:1']))
      .at(12, 1, voted(7, ['s1:1']))
      .at(15, 2, voted(7, ['s1:1']))
      .at(16, 1, chosen(7, ['s1:1']))
      .at(20, 1, { type: 'answered', session: 's1', from: 1, count: 1 })

  it('S10: a value is chosen by the vote that completes a quorum, then learned, then told', () => {
    const [row] = clockRows(bookOf(usual(), 7, 1).slots, EXACT)
    expect(row).toMatchObject({
      ...{ slot: 7, id: 's1:1', fromMs: 10, learnMs: 1, tellMs: 4, flag: null },
      chosen: { atMs: 15, node: 2 },
      learned: { atMs: 16 },
      told: { atMs: 20 },
    })
    expect(clockSpanMs([row!])).toBeCloseTo(11.2)
  })

  it('votes at two ballots or for two values make no quorum', () => {
    const script = new Script()
      .at(1, 1, voted(1, ['a:1']))
      .at(2, 2, voted(1, ['a:1'], { round: 2, node: 2 }))
      .at(3, 3, voted(1, ['b:1'], { round: 2, node: 2 }))
    expect(bookOf(script, 1, 1).slots[0]?.chosen).toBeNull()
    script.at(4, 1, voted(1, ['b:1'], { round: 2, node: 2 }))
    expect(bookOf(script, 1, 1).slots[0]).toMatchObject({ chosenId: 'b:1', chosen: { atMs: 4 } })
  })

  it('S20b: what is chosen and known to nobody has no second clock', () => {
    const script = new Script()
      .at(1, 1, issued(1, ['a:1']))
      .at(2, 1, voted(1, ['a:1']))
      .at(3, 2, voted(1, ['a:1']))
    const [row] = clockRows(bookOf(script, 1, 1).slots, EXACT)
    expect(row).toMatchObject({ learned: null, told: null, learnMs: null, flag: null })
  })

  it('S10: who tells a client before the choice is flagged in words', () => {
    const early = new Script()
      .at(5, 1, { type: 'acknowledged', slot: 1, ids: ['a:1'], at: 'promiseQuorum' })
      .at(9, 1, voted(1, ['a:1']))
    const [unchosen] = clockRows(bookOf(early, 1, 1).slots, EXACT)
    expect(unchosen?.flag).toBe('toldUnchosen')
    expect(unchosen?.words).toContain('before any vote; nothing is chosen')
    early.at(12, 2, voted(1, ['a:1']))
    const [late] = clockRows(bookOf(early, 1, 1).slots, EXACT)
    expect(late).toMatchObject({
      flag: 'toldBeforeChosen',
      words: expect.stringContaining('7.0 ms'),
    })
  })

  it('clocks of real nodes are not trusted below their doubt, nor votes that were not read', () => {
    const script = new Script()
      .at(10, 1, voted(1, ['a:1']))
      .at(11, 1, chosen(1, ['a:1']))
      .at(12, 2, voted(1, ['a:1']))
    const flagOf = (totalOrder: boolean, allVotes: boolean, until = 3) => {
      const cut = new Script()
      cut.events.push(...script.events.slice(0, until))
      return clockRows(bookOf(cut, 1, 1).slots, { totalOrder, allVotes, unit: 's' })[0]?.flag
    }
    expect(flagOf(true, true)).toBe('learnedBeforeChosen')
    expect(flagOf(false, true)).toBeNull()
    expect(flagOf(false, true, 2)).toBe('learnedBeforeChosen')
    expect(flagOf(false, false, 2)).toBeNull()
  })

  it('finds where slots begin in a log with gaps', () => {
    const { events } = usual()
    expect(topSlotOf(events, events.length)).toBe(7)
    expect(seqRangeOf(events, 5, { from: 7, count: 1 })).toEqual({ from: 1, to: 5 })
    expect(seqRangeOf(events, 5, { from: 8, count: 4 })).toBeNull()
    // A slot of the past is not followed for ever.
    const late = { ...events[4]!, seq: 9, atMs: 20 + ANSWER_MS }
    expect(seqRangeOf([...events, late], 6, { from: 7, count: 1 })).toEqual({ from: 1, to: 5 })
    // Details were left out between the second and the third event.
    const gaps = [events[0]!, { ...events[2]!, seq: 30 }]
    expect(seqRangeOf(gaps.slice(1), 1, { from: 7, count: 1 })).toEqual({ from: 30, to: 30 })
  })
})

describe('the part of the record that is read', () => {
  const notes = (from: number, to: number): LabEvent[] =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      ...{ seq: from + index, atMs: index, by: 'lab', type: 'labNote', level: 'info', words: '' },
    })) as LabEvent[]

  it('is asked for call by call, follows a live run and stays bounded', () => {
    const part = new RecordWindow()
    const wanted = { from: 100, to: 100_000 }
    let calls = 0
    for (let ask = part.next(wanted); ask !== null; ask = part.next(wanted)) {
      expect(ask.to - ask.from).toBeLessThan(CALL_EVENTS_MAX)
      part.take(ask, notes(ask.from, ask.to), false)
      calls += 1
    }
    expect(calls).toBe(WINDOW_EVENTS_MAX / CALL_EVENTS_MAX)
    expect(part.events).toHaveLength(WINDOW_EVENTS_MAX)
    expect(part.covers(wanted)).toBe(false)
    // The range moves on: what lies before it is forgotten, the rest is kept.
    expect(part.next({ from: 20_000, to: 20_200 })).toEqual({ from: 20_100, to: 20_200 })
    expect(part.events[0]?.seq).toBe(20_000)
  })

  it('asks again for what is not written yet, but not of a run that is over', () => {
    const part = new RecordWindow()
    part.take({ from: 1, to: 10 }, notes(1, 4), false)
    expect(part.next({ from: 1, to: 10 })).toEqual({ from: 5, to: 10 })
    part.take({ from: 5, to: 10 }, [], true)
    expect(part.next({ from: 1, to: 10 })).toBeNull()
    expect(part.covers({ from: 1, to: 10 })).toBe(true)
  })
})

describe('pipeline window', () => {
  const FIVE = new Quorums(MAJORITY, [1, 2, 3, 4, 5])
  /** The paper's gap: 135 open, 136 chosen, 137 proposed, 138 and 139 chosen. */
  function gapScript(): Script {
    const script = new Script().at(1, 1, issued(135, ['a:1', 'a:2', 'a:3', 'a:4', 'a:5']))
    for (const slot of [136, 138, 139]) {
      const id = `a:${slot - 134}`
      for (const node of [1, 2, 3]) script.at(slot, node, voted(slot, [id]))
      script.at(slot, 1, chosen(slot, [id]))
    }
    return script.at(200, 1, voted(135, ['a:1'])).at(201, 2, voted(135, ['a:1']))
  }
  const input = {
    node: 1,
    chosenThrough: 134,
    appliedThrough: 134,
    alpha: 8,
    acceptors: 5,
    quorum: 3,
  }

  it('S29: later slots are chosen, none executed, and one sentence says what blocks', () => {
    const range = pipelineSlots(134, 139, 8)
    expect(range).toEqual({ from: 131, count: 12 })
    const { slots } = bookOf(gapScript(), range.from, range.count, FIVE)
    const view = pipelineOf({ ...input, slots })
    expect(view).toMatchObject({ first: 135, last: 142, ahead: 3, proposed: 2, beyond: 0 })
    expect(view.cells.map(({ state }) => state).join(' ')).toBe(
      'applied applied applied applied voted ahead proposed ahead ahead open open open',
    )
    expect(view.cells.filter(({ gap }) => gap).map(({ slot }) => slot)).toEqual([135, 137])
    expect(view.words).toBe(
      'Blocked by slot 135 (2 of 5 votes, 3 choose): slots 136, 138–139 are chosen, not executed.',
    )
  })

  it('S26: facts newer than the status line move the window', () => {
    const script = gapScript()
      .at(202, 3, voted(135, ['a:1']))
      .at(203, 1, chosen(135, ['a:1']))
    const { slots } = bookOf(script, 131, 12, FIVE)
    const view = pipelineOf({ ...input, slots })
    expect(view).toMatchObject({ first: 137, last: 144, ahead: 2 })
    expect(view.words).toContain('Blocked by slot 137')
  })

  it('S29: a quorum voted and the leader does not know', () => {
    const script = gapScript().at(202, 3, voted(135, ['a:1']))
    const { slots } = bookOf(script, 131, 12, FIVE)
    const view = pipelineOf({ ...input, slots })
    expect(view.cells.find(({ slot }) => slot === 135)?.unknown).toBe(true)
    expect(view.words).toContain('a quorum voted, and N1 has not learned it')
  })

  it('a full window holds the next slot back, a wide one is one number', () => {
    const { slots } = bookOf(gapScript(), 131, 9, FIVE)
    expect(pipelineOf({ ...input, alpha: 5, slots }).words).toContain(
      'The window is full: slot 140 must wait.',
    )
    expect(pipelineSlots(134, 139, 2048)).toEqual({ from: 131, count: 13 })
    const wide = bookOf(gapScript(), 131, 13, FIVE).slots
    expect(pipelineOf({ ...input, alpha: 2048, slots: wide }).beyond).toBe(134 + 2048 - 143)
  })
})

describe('duel meter', () => {
  const stair = (round: number, node: number, change: Partial<Stair> = {}): Stair => ({
    ...{ ballot: { round, node }, bidAtMs: round * 100 + node, electedAtMs: null },
    ...{ preemptedAtMs: null, preemptedBy: null, chosenAtMs: null, ...change },
  })
  const DUEL = [
    stair(1, 1, { electedAtMs: 110, chosenAtMs: 120 }),
    stair(2, 2, { preemptedAtMs: 250 }),
    stair(3, 1, { electedAtMs: 310, preemptedAtMs: 350 }),
    stair(4, 2, { preemptedAtMs: 450 }),
    stair(5, 1, { electedAtMs: 510, chosenAtMs: 560 }),
  ]

  it('S21: tells what ballots that chose nothing cost, now and in the run', () => {
    const table = duelTable(DUEL, 120, 455)
    expect(table.rows.map(({ node }) => node)).toEqual([1, 2])
    expect(table.now).toEqual({
      ...{ ballots: 3, elected: 1, preempted: 3, prepareWasted: 2, acceptWasted: 1, chose: 0 },
    })
    expect(table.run).toMatchObject({ ballots: 4, chose: 1 })
    // The future of the moment is not told.
    expect(duelTable(DUEL, 120, 320).now).toMatchObject({ ballots: 2, preempted: 1 })
  })

  it('S23: a stretch ends with a choice, is cut by a switch of the policy, or goes on', () => {
    const choices = [120, 560]
    const [whole] = duelCurves(DUEL, choices, [{ policy: EAGER_POLICY, fromMs: 0 }], 600)
    expect(whole?.survival).toMatchObject({ trials: 2, decided: 2, median: 1 })
    expect(whole?.survival.steps.map(({ at, survival }) => [at, survival])).toEqual([
      ...[[0, 1]],
      ...[[1, 0.5]],
      ...[[4, 0]],
    ])
    const policies = [
      { policy: EAGER_POLICY, fromMs: 0 },
      { policy: LEADER_POLICY, fromMs: 405 },
    ]
    const [eager, leader] = duelCurves(DUEL, choices, policies, 600)
    expect(eager?.survival).toMatchObject({ trials: 2, decided: 1 })
    expect(leader?.survival).toMatchObject({ trials: 1, decided: 1 })
    const [open] = duelCurves(DUEL, choices, policies.slice(0, 1), 455)
    expect(open?.survival).toMatchObject({ trials: 2, decided: 1 })
  })

  it('choices count once, whoever tells of them; a policy counts once for all nodes', () => {
    const script = new Script()
      .at(1, 1, { type: 'policySet', policy: EAGER_POLICY })
      .at(2, 2, { type: 'policySet', policy: EAGER_POLICY })
      .at(5, 1, chosen(1, ['a:1']))
      .at(6, 2, chosen(1, ['a:1']))
      .at(9, 1, chosen(2, ['a:2']))
    expect(choiceTimes([], script.events, 5)).toEqual([5, 9])
    expect(policySpans(script.events, 5)).toEqual([{ policy: EAGER_POLICY, fromMs: 1 }])
  })
})

describe('leader beliefs', () => {
  const b = (round: number, node: number): Ballot => ({ round, node })
  const bid = (ballot: Ballot, reason: 'election' | 'preempted'): Body => ({
    ...{ type: 'bid', ballot, ranges: [], reason },
  })
  const elected = (ballot: Ballot): Body => ({
    ...{ type: 'elected', ballot, witnesses: [1, 2], forced: 0, noops: 0 },
  })
  const script = new Script()
    .at(10, 1, bid(b(1, 1), 'election'))
    .at(20, 1, elected(b(1, 1)))
    .at(25, 2, { type: 'followed', ballot: b(1, 1) })
    .at(30, 1, { type: 'leaseHeld', ballot: b(1, 1), ticks: 10 })
    .at(60, 1, { type: 'leaseHeld', ballot: b(1, 1), ticks: 10 })
    .at(70, 2, bid(b(2, 2), 'election'))
    .at(75, 1, { type: 'preempted', ballot: b(1, 1), rival: b(2, 2), phase: 2 })
    .at(80, 2, elected(b(2, 2)))
    .at(90, 1, bid(b(3, 1), 'preempted'))
  const fold = new BeliefFold(5)
  for (const event of script.events) fold.feed(event)
  const { changes, follows, leases, elections } = fold.beliefs()

  it('S22: every change names the recorded event that it follows from', () => {
    expect(changes.map(({ node, kind, cause }) => [node, kind, cause])).toEqual([
      ...[[1, 'prepares', null]],
      ...[[1, 'leads', 1]],
      ...[[2, 'follows', 2]],
      ...[[2, 'prepares', null]],
      ...[[1, 'preempted', 6]],
      ...[[2, 'leads', 6]],
      ...[[1, 'prepares', 7]],
    ])
    expect(changes[4]?.why).toBe('N2 has 2.2, phase 2')
  })

  it('following ends with an own bid, a lease with the preemption', () => {
    expect(follows).toEqual([{ node: 2, ballot: b(1, 1), fromMs: 25, toMs: 70 }])
    expect(leases).toEqual([{ node: 1, ballot: b(1, 1), fromMs: 30, toMs: 75 }])
  })

  it('S22: an oscillation is an election of another node than the last', () => {
    expect(oscillations(elections, 100)).toBe(1)
    expect(oscillations(elections, 79)).toBe(0)
    expect(oscillations(elections, 80 + 60_000)).toBe(0)
  })

  it('keeps the newest changes only', () => {
    const many = new BeliefFold(5)
    for (let n = 1; n <= 3 * CHANGES_MAX; n += 1) {
      many.feed({
        seq: n,
        atMs: n,
        by: 1,
        life: 1,
        nodeSeq: n,
        ...bid(b(n, 1), 'election'),
      } as LabEvent)
    }
    const { length } = many.beliefs().changes
    expect(length).toBeGreaterThanOrEqual(CHANGES_MAX)
    expect(length).toBeLessThanOrEqual(2 * CHANGES_MAX)
    expect(many.beliefs().changes.at(-1)?.seq).toBe(3 * CHANGES_MAX)
  })

  it('draws spans narrower than a pixel as one and counts them', () => {
    const narrow = Array.from({ length: 6 }, (_, n) => ({
      ...{ fromMs: n * 2, toMs: n * 2 + 1, ballot: null },
    }))
    const lane = laneSpans(narrow, { fromMs: 0, toMs: 1000, nowMs: 1000 }, 10)
    expect(lane).toEqual([{ fromMs: 0, toMs: 11, count: 6, ballot: null }])
    expect(laneSpans(narrow, { fromMs: 0, toMs: 1000, nowMs: 5 }, 0.1)).toHaveLength(3)
  })
})
