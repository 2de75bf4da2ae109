/** Clocks that disagree: what messages prove of it, the shifts, where the picture then draws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LabEvent, MessageNote } from '../../src/core/event'
import { Engine } from '../../src/renderer/src/spacetime/engine'
import { estimateClocks, evidenceOf } from '../../src/renderer/src/spacetime/clockEstimate'
import type { ClockEstimate } from '../../src/renderer/src/spacetime/clockEstimate'
import {
  drawnEnd,
  drawnStart,
  drawnWithin,
  NO_SHIFT,
  runsBackwards,
  shiftOf,
} from '../../src/renderer/src/spacetime/clockShift'
import { badgeWords, nothingWords, shiftWords } from '../../src/renderer/src/spacetime/clockWords'
import { binDensity, newDensity } from '../../src/renderer/src/spacetime/density'
import { laneIndex } from '../../src/renderer/src/spacetime/geometry'
import { Ingest } from '../../src/renderer/src/spacetime/ingest'
import { CLIENTS, FLAG, fateCode, typeCode } from '../../src/renderer/src/spacetime/kinds'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'
import type { MessageRow } from '../../src/renderer/src/spacetime/messageStore'
import { readPalette } from '../../src/renderer/src/spacetime/palette'
import type { FromEngine } from '../../src/renderer/src/spacetime/protocol'

/** Times are kept to about 7 digits. */
const NEAR_MS = 0.05

const ROW: MessageRow = {
  ...{ startMs: 0, endMs: 1, from: 1, to: 2, type: typeCode('accept'), fate: 0, flags: 0 },
  ...{ round: 3, ballotNode: 2, slot: 4, count: 1, bytes: 100 },
}

interface Sent {
  readonly from: number
  readonly to: number
  readonly atMs: number
  readonly tookMs: number
}

/** As nodes write it down whose clocks are off by `offMs`. */
function recorded(messages: readonly Sent[], offMs: readonly number[]): MessageStore {
  const store = new MessageStore()
  for (const { from, to, atMs, tookMs } of messages) {
    const startMs = atMs + (offMs[from] ?? 0)
    store.add({ ...ROW, from, to, startMs, endMs: atMs + tookMs + (offMs[to] ?? 0) })
  }
  return store
}

function estimated(store: MessageStore, members: readonly number[]): ClockEstimate {
  return estimateClocks(members, evidenceOf(store))
}

function clockOf({ nodes }: ClockEstimate, node: number) {
  return nodes.find((clock) => clock.node === node)!
}

const MEMBERS = [1, 2, 3, 4, 5]
const node = fc.integer({ min: 1, max: 5 })
const message: fc.Arbitrary<Sent> = fc
  .record({
    ...{ from: node, to: node, atMs: fc.integer({ min: 0, max: 900 }) },
    tookMs: fc.double({ min: 0.1, max: 40, noNaN: true }),
  })
  .filter(({ from, to }) => from !== to)
const messages = fc.array(message, { maxLength: 60 })
const offsets = fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 6, maxLength: 6 })

describe('the estimate of clocks', () => {
  it('changes nothing where no clock is off, however uneven the links are', () => {
    fc.assert(
      fc.property(messages, (sent) => {
        const found = estimated(recorded(sent, []), MEMBERS)
        expect(found.nodes.map(({ shiftMs }) => shiftMs)).toEqual([0, 0, 0, 0, 0])
        expect(found.nodes.map(({ state }) => state)).not.toContain('contradicts')
      }),
    )
  })

  it('a planted skew lies within the bounds, and so does the shift', () => {
    fc.assert(
      fc.property(messages, offsets, (sent, offMs) => {
        const { nodes, reference } = estimated(recorded(sent, offMs), MEMBERS)
        for (const { node: id, shiftMs, bounds, state } of nodes) {
          expect(state).not.toBe('contradicts')
          if (bounds === null || reference === null) continue
          const truth = offMs[reference]! - offMs[id]!
          for (const ms of [truth, shiftMs]) {
            expect(ms).toBeGreaterThanOrEqual(bounds[0] - NEAR_MS)
            expect(ms).toBeLessThanOrEqual(bounds[1] + NEAR_MS)
          }
        }
      }),
    )
  })

  it('then no message between nodes that are compared arrives before it was sent', () => {
    fc.assert(
      fc.property(messages, offsets, (sent, offMs) => {
        const store = recorded(sent, offMs)
        const { nodes } = estimated(store, MEMBERS)
        const shift = shiftOf(nodes, 1)
        const linked = new Set(
          nodes.filter(({ state }) => state !== 'unlinked').map((clock) => clock.node),
        )
        sent.forEach(({ from, to }, serial) => {
          if (!linked.has(from) || !linked.has(to)) return
          const row = store.rowOf(serial)
          const took = drawnEnd(store, shift, row) - drawnStart(store, shift, row)
          expect(took).toBeGreaterThan(-NEAR_MS)
        })
      }),
    )
  })

  it('shifts the one whose clock is off, by the middle of its bounds, and nobody else', () => {
    const sent = MEMBERS.flatMap((from) =>
      MEMBERS.filter((to) => to !== from).map((to) => ({ from, to, atMs: 100, tookMs: 4 })),
    )
    const found = estimated(recorded(sent, [0, 0, 0, -12]), MEMBERS)
    expect(found.reference).toBe(1)
    expect(found.nodes.map(({ state }) => state)).toEqual([
      ...['reference', 'agrees', 'shifted', 'agrees', 'agrees'],
    ])
    const third = clockOf(found, 3)
    expect(third.shiftMs).toBeCloseTo(12, 3)
    expect(third.bounds![0]).toBeCloseTo(8, 3)
    expect(third.bounds![1]).toBeCloseTo(16, 3)
    expect(badgeWords(found)).toBe('clocks aligned: N3 +12.0 ms')
    expect(clockOf(estimated(recorded(sent, [0, 30]), MEMBERS), 1).shiftMs).toBeCloseTo(-30, 3)
  })

  it('leaves alone who has no messages both ways, and whose clock no one shift fits', () => {
    const oneWay = recorded([{ from: 1, to: 2, atMs: 10, tookMs: 1 }], [0, 0, -50])
    expect(estimated(oneWay, [1, 2]).nodes.map(({ state, shiftMs }) => [state, shiftMs])).toEqual([
      ...[
        ['unlinked', 0],
        ['unlinked', 0],
      ],
    ])
    const around = [1, 2].flatMap((to) => [
      { from: 3 - to, to, atMs: 10, tookMs: 1 },
      { from: to, to: 3, atMs: 10, tookMs: 1 },
      { from: 3, to, atMs: 10, tookMs: 1 },
    ])
    const store = recorded(around, [])
    // The clock of node 3 jumps back in between: an answer of its later self came before it left.
    store.add({ ...ROW, from: 1, to: 3, startMs: 500, endMs: 400 })
    const found = estimated(store, [1, 2, 3])
    expect(found.nodes.map(({ state }) => state)).toEqual(['agrees', 'reference', 'contradicts'])
    expect(nothingWords(found)).toMatch(/no constant shift fits/)
  })

  it('goes by what arrived between nodes and was timed by both, and says what was not', () => {
    const store = new MessageStore()
    const back = { startMs: 20, endMs: 10 }
    store.add({ ...ROW, ...back, fate: fateCode('dropped') })
    store.add({ ...ROW, ...back, from: CLIENTS })
    store.add({ ...ROW, startMs: 20, endMs: 21, flags: FLAG.oneClock })
    store.add({ ...ROW, startMs: 20, endMs: 22, from: 2, to: 1, flags: FLAG.oneClock })
    const found = estimated(store, [1, 2])
    expect(found).toMatchObject({ reference: null, messages: 0, oneClock: 2 })
    expect(nothingWords(found)).toMatch(/one clock, that of the switchboard/)
    expect(badgeWords(found)).toBe('clocks aligned: none shifted')
    expect([shiftWords(0), shiftWords(-3.416), shiftWords(1234.4)]).toEqual([
      ...['0 ms', '−3.42 ms', '+1234 ms'],
    ])
  })
})

describe('the picture with aligned clocks', () => {
  it('draws what a node timed by its own clock elsewhere, and what the switchboard timed not', () => {
    const store = new MessageStore()
    store.add({ ...ROW, startMs: 100, endMs: 90 })
    store.add({ ...ROW, startMs: 100, endMs: 104, flags: FLAG.oneClock })
    store.add({ ...ROW, startMs: 100, endMs: 100, from: CLIENTS, to: 2 })
    store.add({ ...ROW, startMs: 100, endMs: Number.NaN, from: 2, to: 1 })
    const shift = shiftOf([{ node: 2, shiftMs: 12 }], 1)
    const ends = [0, 1, 2, 3].map((row) => [
      drawnStart(store, shift, row),
      drawnEnd(store, shift, row),
    ])
    expect(ends).toEqual([
      [100, 102],
      [100, 104],
      [112, 112],
      [112, 112],
    ])
    expect([runsBackwards(store, NO_SHIFT, 0), runsBackwards(store, shift, 0)]).toEqual([
      true,
      false,
    ])
    // As it was recorded it stays marked.
    expect(store.col.flags[0]! & FLAG.skew).not.toBe(0)
    const within = (from: number, to: number): number[] => {
      const rows: number[] = []
      drawnWithin(store, shift, from, to, (row) => rows.push(row))
      return rows
    }
    expect(within(111, 113)).toEqual([2, 3])
    expect(within(85, 95)).toEqual([])
    const density = newDensity(4, 3)
    const window = { fromMs: 110, toMs: 114 }
    binDensity(store, window, density, laneIndex([0, 1, 2]), null, shift)
    expect(density.counts.reduce((sum, many) => sum + many, 0)).toBe(2)
  })

  it('an end that the record tells before its start is matched with it', () => {
    const store = new MessageStore()
    const ingest = new Ingest(store)
    ingest.feed([received('a', 2, 90), received('a', 2, 91), sent('a', 1, 100)])
    expect(store.size).toBe(2)
    expect([store.endOf(0), store.endOf(1)]).toEqual([90, 91])
    expect([store.fateOf(0), store.fateOf(1)]).toEqual(['doubled', 'doubled'])
    expect(store.col.flags[0]! & FLAG.skew).not.toBe(0)
    ingest.feed(Array.from({ length: 10_003 }, (_, at) => received(`lost ${at}`, 2, 5)))
    expect(ingest.missed).toBe(3)
  })
})

const NOTE: Omit<MessageNote, 'id'> = {
  ...{ message: 'prepare', ballot: { round: 5, node: 1 }, slot: 7, count: 1 },
}

function sent(id: string, by: number, atMs: number, to = 2): LabEvent {
  return { seq: 1, atMs, by, life: 1, nodeSeq: 1, type: 'sent', to, after: 0, id, ...NOTE }
}

function received(id: string, by: number, atMs: number, from = 1): LabEvent {
  return { seq: 1, atMs, by, life: 1, nodeSeq: 1, type: 'received', from, id, ...NOTE }
}

it('the engine estimates when it is asked, moves the picture when it is told, and a new run ends it', () => {
  const said: FromEngine[] = []
  const engine = new Engine({
    say: (one) => said.push(one),
    newSurface: () => document.createElement('canvas'),
    onFrame: () => undefined,
    nowMs: () => 0,
  })
  const ask = (question: Parameters<typeof engine.take>[0] & { kind: 'ask' }) => {
    engine.take(question)
    const last = said.at(-1)
    return last?.kind === 'answer' ? last.answer : null
  }
  const clocks = () => ask({ kind: 'ask', token: 1, question: { what: 'clocks', members: [1, 2] } })
  const drawn = () => {
    const answer = ask({ kind: 'ask', token: 2, question: { what: 'details', serial: 0 } })
    return answer?.what === 'details' ? answer.details : null
  }
  engine.take({
    kind: 'events',
    events: [
      sent('a', 1, 100),
      received('a', 2, 90),
      sent('b', 2, 91, 1),
      received('b', 1, 110, 2),
    ],
  })
  const answer = clocks()
  const estimate = answer?.what === 'clocks' ? answer.estimate : null
  expect(clockOf(estimate!, 2).shiftMs).toBeCloseTo(14.5, 3)
  // To ask changes nothing.
  expect(drawn()?.drawn).toEqual({ startMs: 100, endMs: 90 })
  engine.take({ kind: 'align', shifts: [{ node: 2, shiftMs: 14.5 }], words: 'clocks aligned' })
  expect(drawn()?.drawn).toEqual({ startMs: 100, endMs: 104.5 })
  expect(drawn()?.line).toMatchObject({ startMs: 100, endMs: 90, skew: true })
  // What comes later does not move the picture: the estimate stands until it is asked anew.
  engine.take({ kind: 'events', events: [sent('c', 1, 200), received('c', 2, 180)] })
  expect(drawn()?.drawn).toEqual({ startMs: 100, endMs: 104.5 })
  engine.take({ kind: 'reset', recorded: false })
  engine.take({ kind: 'events', events: [sent('a', 1, 100), received('a', 2, 90)] })
  expect(ask({ kind: 'ask', token: 3, question: { what: 'details', serial: 0 } })).toMatchObject({
    details: { drawn: { startMs: 100, endMs: 90 } },
  })
})

/** A canvas whose context keeps the lines and words that are painted. */
function paper() {
  const lines: number[] = []
  const words: string[] = []
  const kept: Record<string, unknown> = {
    fillRect: () => undefined,
    measureText: () => ({ width: 50 }),
    lineTo: (x: number) => lines.push(x),
    fillText: (text: string) => words.push(text),
  }
  const ctx = new Proxy(kept, { get: (own, name: string) => own[name] ?? (() => undefined) })
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { getContext: () => ctx })
  return { canvas, lines, words }
}

it('a shift is another picture: tiles are painted anew, with the sign on the picture', () => {
  const tiles: ReturnType<typeof paper>[] = []
  const engine = new Engine({
    say: () => undefined,
    newSurface() {
      const tile = paper()
      tiles.push(tile)
      return tile.canvas
    },
    onFrame: () => undefined,
    nowMs: () => 0,
  })
  const whole = paper()
  engine.take({ kind: 'canvas', canvas: whole.canvas })
  engine.take({ kind: 'palette', palette: readPalette() })
  engine.take({ kind: 'layout', width: 400, height: 300, scale: 1, members: [1, 2] })
  const view = { fromMs: 0, toMs: 400, nowMs: 400, ticks: [] }
  engine.take({ kind: 'view', view })
  engine.take({ kind: 'events', events: [sent('a', 1, 100), received('a', 2, 80)] })
  const frame = (): number[] => {
    const before = tiles.length
    expect(engine.frame()).toBe(true)
    return tiles.slice(before).flatMap(({ lines }) => lines)
  }
  const recorded = frame()
  expect(recorded.some((x) => Math.abs(x - 80) < 5)).toBe(true)
  expect(tiles.flatMap(({ words }) => words)).toContain('clock skew')
  // Nothing new, nothing painted.
  expect(frame()).toEqual([])
  expect(whole.words).not.toContain('clocks aligned: N2 +60.0 ms')
  const shifts = [{ node: 2, shiftMs: 60 }]
  engine.take({ kind: 'align', shifts, words: 'clocks aligned: N2 +60.0 ms' })
  const before = tiles.length
  const aligned = frame()
  expect(aligned.some((x) => Math.abs(x - 140) < 5)).toBe(true)
  expect(aligned.some((x) => Math.abs(x - 80) < 5)).toBe(false)
  expect(tiles.slice(before).flatMap(({ words }) => words)).not.toContain('clock skew')
  expect(whole.words).toContain('clocks aligned: N2 +60.0 ms')
  engine.take({ kind: 'align', shifts: [], words: '' })
  expect(frame().some((x) => Math.abs(x - 80) < 5)).toBe(true)
})
