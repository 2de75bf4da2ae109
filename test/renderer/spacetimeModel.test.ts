/** Messages in columns: order, spill, windows, pairs of events, density; to a million of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LabEvent, MessageNote, SeenMessage } from '../../src/core/event'
import { binDensity, gapCounts, newDensity, pairOf } from '../../src/renderer/src/spacetime/density'
import { laneIndex } from '../../src/renderer/src/spacetime/geometry'
import { Ingest } from '../../src/renderer/src/spacetime/ingest'
import { FAMILIES, FLAG, fateCode, typeCode } from '../../src/renderer/src/spacetime/kinds'
import { LaneBook } from '../../src/renderer/src/spacetime/laneBook'
import { levelOf } from '../../src/renderer/src/spacetime/levels'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'
import type { MessageRow } from '../../src/renderer/src/spacetime/messageStore'
import { rangeStatistics } from '../../src/renderer/src/spacetime/statistics'

const ROW: MessageRow = {
  ...{ startMs: 0, endMs: 1, from: 1, to: 2, type: typeCode('accept'), fate: 0, flags: 0 },
  ...{ round: 3, ballotNode: 2, slot: 4, count: 1, bytes: 100 },
}

function startsOf(store: MessageStore): number[] {
  return Array.from({ length: store.size }, (_, at) => store.col.start[store.at(at)]!)
}

function withinOf(store: MessageStore, fromMs: number, toMs: number): number[] {
  const found: number[] = []
  store.within(fromMs, toMs, (row) => found.push(store.col.start[row]!))
  return found
}

describe('messages in columns', () => {
  it('are in order of time whatever the order of arrival, and the oldest by arrival are spilled', () => {
    const times = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 400 })
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 40 }), (starts, capacity) => {
        const store = new MessageStore(capacity)
        starts.forEach((startMs, at) => {
          store.add({ ...ROW, startMs, endMs: startMs + 1 })
          // Looked at now and then, so that the order is merged in parts.
          if (at % 7 === 0) store.positionOf(startMs)
        })
        expect(store.size).toBeLessThanOrEqual(capacity)
        expect(store.size + store.spilled).toBe(starts.length)
        const kept = starts.slice(starts.length - store.size)
        expect(startsOf(store)).toEqual([...kept].sort((a, b) => a - b))
        for (let serial = store.firstSerial; serial < store.nextSerial; serial += 1) {
          expect(store.serialOf(store.rowOf(serial))).toBe(serial)
          expect(store.col.start[store.rowOf(serial)]).toBe(starts[serial])
        }
      }),
    )
  })

  it('are found in a window also when they began before it', () => {
    const store = new MessageStore()
    store.add({ ...ROW, startMs: 10, endMs: 500 })
    store.add({ ...ROW, startMs: 20, endMs: 30 })
    store.add({ ...ROW, startMs: 400, endMs: 401 })
    expect(withinOf(store, 390, 410)).toEqual([10, 400])
    expect(withinOf(store, 0, 25)).toEqual([10, 20])
    expect(withinOf(store, 600, 700)).toEqual([])
  })

  it('keep a message that came before it left, and mark it', () => {
    const store = new MessageStore()
    const serial = store.add({ ...ROW, startMs: 100, endMs: 90 })
    const row = store.rowOf(serial)
    expect(store.col.flags[row]! & FLAG.skew).not.toBe(0)
    expect(store.endOf(row)).toBe(90)
    expect(withinOf(store, 80, 95)).toEqual([100])
  })

  it('hold a million, binned by lanes, columns and families without one lost', () => {
    const many = 1_000_000
    const store = new MessageStore(many)
    for (let at = 0; at < many; at += 1) {
      const type = at % 10 === 0 ? typeCode('nack') : typeCode('accept')
      const [from, to] = [1 + (at % 5), 1 + ((at + 1 + (at % 3)) % 5)]
      store.add({ ...ROW, startMs: at / 100, endMs: at / 100 + 5, from, to, type })
    }
    expect(store.size).toBe(many)
    const density = newDensity(1000, 6)
    const laneOf = laneIndex([0, 1, 2, 3, 4, 5])
    binDensity(store, { fromMs: 0, toMs: many / 100 }, density, laneOf, null)
    const total = density.counts.reduce((sum, count) => sum + count, 0)
    expect(total).toBe(many)
    const counts = new Uint32Array(FAMILIES.length)
    gapCounts(density, 1, 500, counts)
    expect(counts[FAMILIES.indexOf('phase2')]).toBeGreaterThan(0)
    const first = store.positionOf(5000)
    expect(store.col.start[store.at(first)]).toBe(5000)
    store.add({ ...ROW, startMs: 1, endMs: 2 })
    expect(store.spilled).toBe(many / 64)
    expect(store.size).toBe(many - many / 64 + 1)
  })

  it('numbers each pair of lanes once', () => {
    const pairs = new Set<number>()
    for (let a = 0; a < 10; a += 1) for (let b = a + 1; b < 10; b += 1) pairs.add(pairOf(a, b, 10))
    expect([...pairs].sort((x, y) => x - y)).toEqual(Array.from({ length: 45 }, (_, at) => at))
  })
})

const NOTE: Omit<MessageNote, 'id'> = {
  message: 'prepare',
  ballot: { round: 5, node: 1 },
  slot: 7,
  count: 1,
}

const sent = (id: string, atMs: number): LabEvent => ({
  ...{ seq: 1, atMs, by: 1, life: 1, nodeSeq: 1, type: 'sent', to: 2, after: 0, id, ...NOTE },
})
const received = (id: string, atMs: number): LabEvent => ({
  ...{ seq: 1, atMs, by: 2, life: 1, nodeSeq: 1, type: 'received', from: 1, id, ...NOTE },
})

describe('events into messages', () => {
  const setUp = () => {
    const store = new MessageStore()
    return { store, ingest: new Ingest(store) }
  }

  it('matches what was sent and received by id; the second end is a copy', () => {
    const { store, ingest } = setUp()
    ingest.feed([sent('a', 10), sent('b', 11), received('b', 14)])
    expect([store.fateOf(0), store.fateOf(1)]).toEqual(['pending', 'passed'])
    const change = ingest.feed([received('a', 15), received('a', 16), received('lost', 17)])
    expect(change).toMatchObject({ fromMs: 10, mutated: true })
    expect(store.size).toBe(3)
    expect([0, 1, 2].map((row) => store.fateOf(row))).toEqual(['doubled', 'passed', 'doubled'])
    expect([0, 1, 2].map((row) => store.endOf(row))).toEqual([15, 14, 16])
  })

  it('takes what the switchboard saw, counts what it missed, and marks a late one as delayed', () => {
    const { store, ingest } = setUp()
    const seen = (id: number, took: number, fate: SeenMessage['fate'] = 'passed'): SeenMessage => ({
      ...{ id, from: 1, to: 2, message: 'accept', ballot: { round: 2, node: 3 } },
      ...{ slot: 9, count: 2, bytes: 120, sentAtMs: id * 10, endedAtMs: id * 10 + took, fate },
    })
    const messages = [seen(1, 5), seen(2, 5), seen(3, 50), seen(4, 0.1, 'dropped')]
    ingest.feed([{ seq: 1, atMs: 60, by: 'lab', type: 'messagesSeen', missed: 7, messages }])
    expect(ingest.missed).toBe(7)
    expect(store.size).toBe(4)
    expect([0, 1, 2, 3].map((row) => store.col.flags[row]! & FLAG.delayed)).toEqual([0, 0, 2, 0])
    expect(store.fateOf(3)).toBe('dropped')
    expect(store.col.round[0]).toBe(2)
  })

  it('keeps frames at the gate until they leave it', () => {
    const { ingest } = setUp()
    const frame = {
      ...({ id: 4, link: { from: 1, to: 2 }, message: 'accept', ballot: null } as const),
      ...{ slot: 0, count: 0, bytes: 9, fault: 'f1' },
    }
    ingest.feed([{ seq: 1, atMs: 5, by: 'lab', type: 'frameHeld', frame }])
    expect([...ingest.held.keys()]).toEqual([4])
    ingest.feed([{ seq: 2, atMs: 9, by: 'lab', type: 'frameReleased', frame, how: 'byHand' }])
    expect(ingest.held.size).toBe(0)
  })
})

describe('lanes', () => {
  const of = (by: number, atMs: number) => ({ seq: 1, atMs, by, life: 1, nodeSeq: 1 })
  const ballot = { round: 4, node: 2 }

  it('carry states as spans and milestones as marks, from events alone', () => {
    const book = new LaneBook()
    book.feed([
      { ...of(2, 10), type: 'bid', ballot, ranges: [], reason: 'request' },
      { ...of(2, 20), type: 'elected', ballot, witnesses: [1, 2, 3], forced: 0, noops: 0 },
      { ...of(2, 30), type: 'preempted', ballot, rival: { round: 5, node: 4 }, phase: 2 },
      {
        ...{ seq: 1, atMs: 40, by: 'lab', type: 'nodeExited', node: 2, code: null },
        ...{ signal: 'SIGKILL', injected: true, tail: [] },
      },
    ])
    expect(book.spans(2).map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs])).toEqual([
      ['preparing', 10, 20],
      ['leading', 20, 30],
      ['down', 40, null],
    ])
    expect(book.marksWithin(2, 15, 35).map(({ kind }) => kind)).toEqual(['elected', 'preempted'])
  })

  it('are counted over a range with the messages in it', () => {
    const store = new MessageStore()
    const book = new LaneBook()
    book.feed([
      { ...of(2, 10), type: 'bid', ballot, ranges: [], reason: 'request' },
      { ...of(2, 15), type: 'chosen', ballot, slot: 3, count: 2, ids: [] },
      { ...of(1, 16), type: 'chosen', ballot, slot: 3, count: 1, ids: [] },
    ])
    for (const took of [1, 2, 9]) store.add({ ...ROW, startMs: 10, endMs: 10 + took })
    store.add({ ...ROW, startMs: 11, endMs: 12, fate: fateCode('dropped') })
    store.add({ ...ROW, startMs: 99, endMs: 100 })
    const range = { fromMs: 0, toMs: 20 }
    expect(rangeStatistics(store, book, [1, 2], range, null)).toMatchObject({
      ...{ messages: 4, dropped: 1, medianMs: 2, bids: 1, preempted: 0, chosen: 2 },
      types: [{ name: 'accept', family: 'phase2', count: 4 }],
    })
  })
})

it('the level follows the count, and does not flicker at its bound', () => {
  const px = 1000
  expect([2000, 2001, 20_001].map((count) => levelOf(count, px, false, 1))).toEqual([1, 2, 3])
  expect(levelOf(1900, px, false, 2)).toBe(2)
  expect(levelOf(1700, px, false, 2)).toBe(1)
  expect(levelOf(19_000, px, false, 3)).toBe(3)
  expect(levelOf(19_000, px, true, 3)).toBe(2)
})

it('few messages are lines as well where they lie so close that heads would be a wall', () => {
  expect([1400, 400].map((count) => levelOf(count, 140, false, 1))).toEqual([2, 1])
  // A handful at one moment stays what it is.
  expect(levelOf(20, 0, false, 1)).toBe(1)
})
