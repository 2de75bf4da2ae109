/**
 * Cards and ledger on hand-made events, then every fold on one whole simulated run.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { leastCost } from '../../src/core/report/leastCost'
import { MAJORITY, Quorums } from '../../src/core/paxos/quorum'
import { BeliefFold } from '../../src/renderer/src/composables/instruments/beliefs'
import { clockRows } from '../../src/renderer/src/composables/instruments/clocks'
import {
  choiceTimes,
  duelCurves,
  duelTable,
  policySpans,
} from '../../src/renderer/src/composables/instruments/duels'
import {
  LedgerFold,
  beyondLeast,
  ledgerRows,
  perSlot,
  ROWS_MAX,
  slotMessages,
} from '../../src/renderer/src/composables/instruments/ledger'
import {
  ackSamples,
  outageCards,
  sparkOf,
} from '../../src/renderer/src/composables/instruments/outages'
import { pipelineOf, pipelineSlots } from '../../src/renderer/src/composables/instruments/pipeline'
import {
  quorumsOf,
  seqRangeOf,
  SlotBook,
  topSlotOf,
} from '../../src/renderer/src/composables/instruments/slotFacts'
import { SeriesData } from '../../src/renderer/src/composables/seriesData'
import { simulate } from '../../src/renderer/src/sources/simulation'
import type { Simulated } from '../../src/renderer/src/sources/simulation'

const NO_SERIES = { points: [], spanMs: 100 }

function loadSample(seq: number, atMs: number, acked: number): LabEvent {
  return {
    ...{ seq, atMs, by: 'lab', type: 'loadSampled', spanMs: 100, clients: 4, sent: acked, acked },
    ...{ failed: 0, unknown: 0, waiting: 0, waitMsMax: 0, latency: [] },
  }
}

describe('outage cards', () => {
  const fault = { kind: 'kill', node: 2 } as const
  const events: LabEvent[] = []
  const put = (event: LabEvent): void => void events.push({ ...event, seq: events.length + 1 })
  for (let at = 100; at <= 6000; at += 100) {
    // Kill at 2.5 s: nothing for 600 ms, a third for 400 ms, then as before.
    const acked = at <= 2500 ? 30 : at <= 3100 ? 0 : at <= 3500 ? 10 : 30
    put(loadSample(0, at, acked))
    if (at === 2500) {
      const active = { id: 'f1', fault, startedAtMs: 2500, endedAtMs: null }
      put({ seq: 0, atMs: at, by: 'lab', type: 'faultStarted', fault: active })
    }
    if (at === 5000) {
      const active = { id: 'f1', fault, startedAtMs: 2500, endedAtMs: 5000 }
      put({ seq: 0, atMs: at, by: 'lab', type: 'faultEnded', fault: active })
    }
  }
  const cardsAt = (atMs: number) => {
    const until = events.filter((event) => event.atMs <= atMs).length
    const samples = ackSamples(events, until, NO_SERIES, atMs)
    return outageCards(events, until, [], samples, atMs)
  }

  it('S31: total and partial outage, recovery and baseline of a fault that ended', () => {
    expect(cardsAt(6000)).toMatchObject([
      {
        ...{ seq: 26, fromMs: 2500, toMs: 5000, why: null },
        figures: {
          ...{ baselinePerSecond: 300, totalOutageMs: 600, partialOutageMs: 400 },
          recoveryMs: 1000,
        },
      },
    ])
  })

  it('shows a moment: before the fault none, within it one that has not recovered', () => {
    expect(cardsAt(2400)).toEqual([])
    expect(cardsAt(3300)).toMatchObject([{ toMs: null, figures: { recoveryMs: null } }])
  })

  it('says why there is nothing to compare with', () => {
    const alone = events.filter(({ type }) => type !== 'loadSampled')
    const [card] = outageCards(alone, alone.length, [], [], 6000)
    expect(card).toMatchObject({ figures: null, why: 'noLoad' })
  })

  it('takes the series for what was pushed to nobody, and never twice', () => {
    const points = [100, 200, 300].map((atMs) => ({ atMs, ackedPerSecond: 50 }) as never)
    const pushed = [loadSample(1, 300, 7), loadSample(2, 400, 7)]
    const samples = ackSamples(pushed, 2, { points, spanMs: 100 }, 400)
    expect(samples.map(({ toMs, acked }) => [toMs, acked])).toEqual([
      ...[[100, 5]],
      ...[[200, 5]],
      ...[[300, 7]],
      ...[[400, 7]],
    ])
    expect(sparkOf(samples, 0, 800, 4)).toEqual([50, 70, null, null])
  })
})

describe('cost ledger', () => {
  const traffic = (seq: number, atMs: number, frames: number): LabEvent => ({
    ...{ seq, atMs, by: 'lab', type: 'trafficSampled' },
    links: [
      {
        ...{ from: 1, to: 2, frames, bytes: 10 * frames, dropped: 0, duplicated: 0, samples: [] },
        types: { accept: frames - 1, heartbeat: 1 },
      },
      {
        ...{ from: 1, to: 1, frames: 3, bytes: 3, dropped: 0, duplicated: 0, samples: [] },
        types: { accept: 3 },
      },
    ],
  })
  const chosen = (
    seq: number,
    atMs: number,
    by: number,
    slot: number,
    count: number,
  ): LabEvent => ({
    ...{ seq, atMs, by, life: 1, nodeSeq: seq, type: 'chosen', ballot: { round: 1, node: 1 } },
    ...{ slot, count, ids: [] },
  })

  it('S20: counts a choice once, local messages apart, and what goes beyond the least', () => {
    const fold = new LedgerFold()
    fold.feed(traffic(1, 100, 9))
    fold.feed(chosen(2, 110, 1, 1, 2))
    fold.feed(chosen(3, 120, 2, 1, 2))
    const sums = fold.at(Infinity)!
    expect(sums).toMatchObject({ chosenSlots: 2, cost: { messages: 9, bytes: 90 } })
    expect(sums.cost.localMessages).toBe(3)
    const members = [1, 2, 3]
    const least = leastCost({
      ...{ mode: 'multi', members, roles: null, phases: 'both' },
      learnerMode: { kind: 'leader' },
    })
    const rows = ledgerRows(sums, least)
    expect(rows.map(({ name, messages, least: low }) => [name, messages, low])).toEqual([
      ...[['Phase 2', 8, 4]],
      ...[['Heartbeats', 1, null]],
    ])
    // Heartbeats go by time: 1 in 120 ms, and no part of what a slot cost.
    const [, beats] = rows
    expect(beats).toMatchObject({ perSlot: null })
    expect(beats?.perSecond).toBeCloseTo(1000 / 120)
    expect(slotMessages(sums)).toBe(8)
    expect(perSlot(sums, 9)).toBe(4.5)
    expect(Object.values(least.byType).reduce((sum, one) => sum + (one ?? 0), 0)).toBe(
      least.messages,
    )
  })

  it('says what batches saved of the least of slots that go one by one', () => {
    expect(beyondLeast(6, 8)).toEqual({ more: 0, saved: 2 })
    expect(beyondLeast(9, 8)).toEqual({ more: 1, saved: 0 })
    expect(beyondLeast(null, 8)).toBeNull()
    expect(beyondLeast(9, null)).toBeNull()
  })

  it('keeps sums of the past in a bounded number of rows', () => {
    const fold = new LedgerFold()
    for (let n = 1; n <= 3000; n += 1) fold.feed(chosen(n, n * 250, 1, n, 1))
    expect(fold.at(0)).toBeNull()
    const half = fold.at(1500 * 250)!
    expect(half.chosenSlots).toBeGreaterThan(1500 - 3000 / ROWS_MAX - 8)
    expect(half.chosenSlots).toBeLessThanOrEqual(1500)
    // An event that was read twice counts once.
    fold.feed(chosen(3000, 750_000, 1, 9000, 9))
    expect(fold.at(Infinity)?.chosenSlots).toBe(3000)
  })
})

describe('on a whole simulated run', () => {
  let run: Simulated
  beforeAll(() => {
    const wish = { seed: 11, nodes: 5, faults: ['kill'], mutant: null, seconds: 6, hunt: false }
    simulate({ ...wish, nodes: 5, faults: ['kill'] }, (told) => {
      if (told.kind === 'done') run = told.run
    })
  })
  const started = () => run.view.events.find((event) => event.type === 'clusterStarted') ?? null

  it('S10: every slot is chosen before it is learned and told', () => {
    const { events } = run.view
    const top = topSlotOf(events, events.length, Infinity)
    expect(top).toBeGreaterThan(20)
    const range = { from: top - 19, count: 20 }
    const seqs = seqRangeOf(events, events.length, range)!
    const quorums = quorumsOf(started(), null, [])
    const book = new SlotBook(range, quorums)
    for (const event of events) if (event.seq >= seqs.from) book.feed(event)
    const rows = clockRows(book.slots, { totalOrder: true, allVotes: true, unit: 's' })
    const whole = rows.filter(({ chosen }) => chosen !== null)
    expect(whole.length).toBeGreaterThan(15)
    expect(rows.filter(({ flag }) => flag !== null)).toEqual([])
    for (const { chosen, learned, told } of whole) {
      if (learned && told) expect(told.seq).toBeGreaterThan(chosen!.seq)
    }
    // The same votes against a larger quorum choose later or never: the count is of quorums.
    const all = new SlotBook(
      range,
      new Quorums({ kind: 'counts', phase1: 1, phase2: 5 }, [1, 2, 3, 4, 5]),
    )
    for (const event of events) all.feed(event)
    const choices = all.slots.filter(({ chosen }) => chosen !== null).length
    expect(choices).toBeLessThanOrEqual(whole.length)
  })

  it('S26: the window of the leader agrees with its status line', () => {
    const { events } = run.view
    const at = events.findIndex((event, index) => index > 2000 && event.type === 'statusSampled')
    const sample = events[at]
    if (sample?.type !== 'statusSampled') throw new Error('no status sample')
    const leader = sample.nodes.find(({ role }) => role === 'leading') ?? sample.nodes[0]!
    const { node, chosenThrough, appliedThrough } = leader
    const range = pipelineSlots(chosenThrough, topSlotOf(events, at), 16)
    const book = new SlotBook(range, new Quorums(MAJORITY, [1, 2, 3, 4, 5]))
    for (const event of events.slice(0, at)) book.feed(event)
    const view = pipelineOf({
      ...{ node, chosenThrough, appliedThrough, alpha: 16, acceptors: 5, quorum: 3 },
      slots: book.slots,
    })
    expect(view.first).toBe(chosenThrough + 1)
    expect(view.last).toBe(chosenThrough + 16)
    expect(view.words).not.toBe('')
  })

  it('S21, S22, S31: duels, beliefs and cards say what the events say', () => {
    const { events, series } = run.view
    const data = new SeriesData()
    data.applySnapshot(series)
    const atMs = events.at(-1)!.atMs
    const bids = events.filter(({ type }) => type === 'bid').length
    expect(duelTable(data.stairs, null, atMs).run.ballots).toBe(bids)
    const choices = choiceTimes(data.stairs, events, events.length)
    const curves = duelCurves(data.stairs, choices, policySpans(events, events.length), atMs)
    const trials = curves.reduce((sum, { survival }) => sum + survival.trials, 0)
    expect(trials).toBeGreaterThan(0)
    expect(trials).toBeLessThanOrEqual(bids)
    const beliefs = new BeliefFold(5)
    for (const event of events) beliefs.feed(event)
    const { changes } = beliefs.beliefs()
    expect(changes.filter(({ kind }) => kind === 'leads')).toHaveLength(
      events.filter(({ type }) => type === 'elected').length,
    )
    for (const { seq, cause } of changes) if (cause !== null) expect(cause).toBeLessThan(seq)
    const kills = events.filter(({ type }) => type === 'faultStarted').length
    expect(kills).toBeGreaterThan(0)
    expect(outageCards(events, events.length, [], [], atMs)).toHaveLength(kills)
  })

  it('S5, S26: the ledger counts every message of the record', () => {
    const { events, series } = run.view
    const fold = new LedgerFold()
    for (const event of events) fold.feed(event)
    const sums = fold.at(Infinity)!
    const sent = events.filter((event) => event.type === 'sent')
    const between = sent.filter((event) => event.type === 'sent' && event.to !== event.by).length
    expect(sums.cost.messages).toBe(between)
    expect(sums.cost.localMessages).toBe(sent.length - between)
    expect(sums.chosenSlots).toBe(series.liveness.chosenSlots)
    const rows = ledgerRows(sums, null)
    expect(rows.reduce((sum, { messages }) => sum + messages, 0)).toBe(between)
  })
})
