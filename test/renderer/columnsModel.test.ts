/**
 * Telemetry of single messages, from the text of the wire to the columns and back: what was told is
 * what is there, against a plain list; and text that is cut off or hostile is a clear error.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LabEvent, SeenMessage } from '../../src/core/event'
import { MESSAGE_FATES } from '../../src/core/event'
import { Ingest } from '../../src/renderer/src/spacetime/ingest'
import { FATES, FLAG, TYPE_NAMES, typeName } from '../../src/renderer/src/spacetime/kinds'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'
import type { MessageRow } from '../../src/renderer/src/spacetime/messageStore'
import { Fields } from '../../src/shared/fields'
import { FrameError, FrameSplitter, parseFrame } from '../../src/shared/frame'
import { MESSAGE_TYPES } from '../../src/shared/gate'
import { parseSeenReport } from '../../src/shared/messagesCodec'
import type { SeenReport } from '../../src/shared/messagesCodec'

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const moment = fc.integer({ min: 0, max: 4_000_000 }).map((quarter) => quarter / 4)
const seen: fc.Arbitrary<SeenMessage> = fc
  .record({
    id: fc.integer({ min: 1, max: 1e9 }),
    from: fc.integer({ min: 1, max: 9 }),
    to: fc.integer({ min: 1, max: 9 }),
    message: fc.option(fc.constantFrom(...MESSAGE_TYPES)),
    ballot: fc.option(fc.record({ round: u32, node: fc.integer({ min: 0, max: 9 }) })),
    slot: u32,
    count: fc.integer({ min: 0, max: 0xffff }),
    bytes: u32,
    sentAtMs: moment,
    fate: fc.constantFrom(...MESSAGE_FATES),
  })
  .chain((rest) =>
    // Quarters of a ms below 2^14 are whole in the 32 bits of the column.
    fc.integer({ min: 0, max: 40_000 }).map((quarters) => {
      return { ...rest, endedAtMs: rest.sentAtMs + quarters / 4 }
    }),
  )
const report: fc.Arbitrary<SeenReport> = fc.record({
  nowMs: moment,
  missed: fc.nat(1000),
  messages: fc.array(seen, { maxLength: 30 }),
})

const parsed = (line: string): SeenReport => parseSeenReport(Fields.of(parseFrame(line), 'report'))
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const lineOf = (told: SeenReport): string => JSON.stringify({ type: 'messages', ...told })

/** As it comes: bytes of any cut. */
function overTheWire(text: string, cuts: readonly number[]): string[] {
  const bytes = new TextEncoder().encode(text)
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
  const lines: string[] = []
  const splitter = new FrameSplitter()
  let from = 0
  for (const end of ends.sort((a, b) => a - b)) {
    splitter.push(bytes.subarray(from, end), (line) => lines.push(line))
    from = end
  }
  return lines
}

/** One field, whichever it is, has another value. */
function changedField(line: string, which: number, value: string): string {
  const fields = [...line.matchAll(/:[^,:{}[\]]+/g)]
  const found = fields[which % fields.length]
  if (found === undefined) return line
  return `${line.slice(0, found.index)}:${value}${line.slice(found.index + found[0].length)}`
}

const eventOf = ({ missed, messages }: SeenReport): LabEvent => ({
  ...{ seq: 1, atMs: 0, by: 'lab', type: 'messagesSeen', missed, messages },
})

/** One row of the columns as the message that it was. */
function readBack({ col }: MessageStore, row: number): Omit<SeenMessage, 'id'> {
  const name = typeName(col.type[row]!)
  const [round, node] = [col.round[row]!, col.ballotNode[row]!]
  const sentAtMs = col.start[row]!
  return {
    ...{ from: col.from[row]!, to: col.to[row]!, slot: col.slot[row]!, count: col.count[row]! },
    ...{ bytes: col.bytes[row]!, sentAtMs, endedAtMs: sentAtMs + col.travel[row]! },
    message: MESSAGE_TYPES.find((type) => type === name) ?? null,
    ballot: { round, node },
    fate: MESSAGE_FATES.find((fate) => fate === FATES[col.fate[row]!]) ?? 'passed',
  }
}

describe('telemetry of messages', () => {
  it('comes out of the columns as it went onto the wire, whatever the cuts', () => {
    const cuts = fc.array(fc.nat(1e6), { maxLength: 8 })
    fc.assert(
      fc.property(fc.array(report, { maxLength: 4 }), cuts, (reports, at) => {
        const lines = overTheWire(reports.map((one) => `${lineOf(one)}\n`).join(''), at)
        const arrived = lines.map(parsed)
        expect(arrived).toEqual(reports)
        const store = new MessageStore()
        const ingest = new Ingest(store)
        ingest.feed(arrived.map(eventOf))
        const told = reports.flatMap(({ messages }) => messages)
        expect(ingest.missed).toBe(reports.reduce((sum, { missed }) => sum + missed, 0))
        expect(store.size).toBe(told.length)
        told.forEach(({ id: _id, ballot, ...message }, serial) => {
          // No ballot is 0.0 there.
          const wanted = { ...message, ballot: ballot ?? { round: 0, node: 0 } }
          expect(readBack(store, store.rowOf(serial))).toEqual(wanted)
        })
      }),
    )
  })

  it('that is cut off, changed or no telemetry at all is a FrameError and nothing else', () => {
    let refused = 0
    const junk = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('null', '[]', '-1', '1e999', '"x"', '{"__proto__":1}', '[[[[[['),
    )
    const bad = fc
      .tuple(report, fc.nat(1e6), fc.nat(1e6), junk)
      .chain(([one, from, cut, other]) => {
        const line = lineOf(one)
        const at = from % line.length
        return fc.constantFrom(
          other,
          line.slice(0, at),
          line.slice(0, at) + other + line.slice(at + (cut % 20)),
          changedField(line, from, other),
        )
      })
    fc.assert(
      fc.property(bad, (text) => {
        try {
          const told = parsed(text)
          // What is taken is whole: it goes into the columns like any other.
          const store = new MessageStore(64)
          new Ingest(store).feed([eventOf(told)])
          expect(store.size).toBe(Math.min(told.messages.length, 64))
          for (const { count, slot, bytes, from, to, sentAtMs, endedAtMs } of told.messages) {
            for (const whole of [count, slot, bytes, from, to]) expect(whole).toSatisfy(isCount)
            for (const ms of [sentAtMs, endedAtMs]) expect(ms).toSatisfy(Number.isFinite)
          }
        } catch (error) {
          if (!(error instanceof FrameError)) throw error
          expect(error.message.length).toBeGreaterThan(0)
          expect(error.message.length).toBeLessThan(400)
          refused += 1
        }
      }),
      { numRuns: 1500 },
    )
    expect(refused).toBeGreaterThan(500)
  })

  it('of bytes that are no text, or without an end, is refused before it fills memory', () => {
    const splitter = new FrameSplitter(100)
    const ignore = (): void => undefined
    expect(() => splitter.push(Uint8Array.of(0x22, 0xff, 0xfe, 10), ignore)).toThrow(FrameError)
    const endless = new FrameSplitter(100)
    endless.push(new Uint8Array(60).fill(0x20), ignore)
    expect(() => endless.push(new Uint8Array(60).fill(0x20), ignore)).toThrow(FrameError)
  })
})

interface Kept {
  readonly startMs: number
  endMs: number
  fate: number
  readonly slot: number
}

type Act =
  | { readonly kind: 'add'; readonly startMs: number; readonly travel: number | null }
  | { readonly kind: 'end' | 'fate'; readonly which: number; readonly value: number }
  | { readonly kind: 'look'; readonly fromMs: number; readonly spanMs: number }
  | { readonly kind: 'clear' }

const whole = fc.integer({ min: 0, max: 300 })
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 80, arbitrary: addOf() },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('end'), which: whole, value: whole }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('fate'),
      which: whole,
      value: fc.nat(FATES.length - 1),
    }),
  },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('look'), fromMs: whole, spanMs: whole }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' } as const) },
)

function addOf(): fc.Arbitrary<Act> {
  const travel = fc.option(fc.integer({ min: -20, max: 60 }))
  return fc.record({ kind: fc.constant('add'), startMs: whole, travel })
}

/** A plain list by serial, with the same bound: the oldest by arrival are spilled, a block each. */
class Plain {
  rows: Kept[] = []
  first = 0

  constructor(readonly capacity: number) {}

  add(kept: Kept): void {
    if (this.rows.length - this.first === this.capacity) {
      this.first += Math.max(1, Math.floor(this.capacity / 64))
    }
    this.rows.push(kept)
  }

  get live(): Kept[] {
    return this.rows.slice(this.first)
  }

  within(fromMs: number, toMs: number): number[] {
    return this.live
      .filter(({ startMs, endMs }) => {
        const end = Number.isNaN(endMs) ? startMs : endMs
        return Math.max(startMs, end) >= fromMs && Math.min(startMs, end) <= toMs
      })
      .map(({ slot }) => slot)
  }
}

const ROW: Omit<MessageRow, 'startMs' | 'endMs' | 'slot'> = {
  ...{ from: 1, to: 2, type: TYPE_NAMES.indexOf('accept'), fate: 0, flags: 0 },
  ...{ round: 3, ballotNode: 2, count: 1, bytes: 100 },
}

describe('the columns', () => {
  it('are a list of messages: ends and fates that come late, windows, spills, a new run', () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 250, size: 'max' }),
        fc.integer({ min: 1, max: 150 }),
        (acts, capacity) => {
          const store = new MessageStore(capacity)
          let plain = new Plain(capacity)
          for (const next of acts) {
            if (next.kind === 'clear') {
              store.clear()
              plain = new Plain(capacity)
            } else play(next, store, plain)
            expect([store.size, store.firstSerial]).toEqual([plain.live.length, plain.first])
          }
          for (let serial = plain.first; serial < plain.rows.length; serial += 1) {
            const { startMs, endMs, fate, slot } = plain.rows[serial]!
            const row = store.rowOf(serial)
            expect(store.col.start[row]).toBe(startMs)
            expect(store.col.slot[row]).toBe(slot)
            expect(store.col.fate[row]).toBe(fate)
            expect(store.endOf(row)).toBe(Number.isNaN(endMs) ? startMs : endMs)
            const isSkewed = (store.col.flags[row]! & FLAG.skew) !== 0
            if (endMs < startMs) expect(isSkewed).toBe(true)
          }
          expect(store.rowOf(plain.first - 1)).toBe(-1)
          expect(store.rowOf(plain.rows.length)).toBe(-1)
        },
      ),
      { numRuns: 150 },
    )
  })
})

function play(next: Exclude<Act, { kind: 'clear' }>, store: MessageStore, plain: Plain): void {
  if (next.kind === 'add') {
    const { startMs, travel } = next
    const kept = { startMs, endMs: startMs + (travel ?? Number.NaN), fate: 0 }
    const slot = plain.rows.length
    plain.add({ ...kept, slot })
    expect(store.add({ ...ROW, ...kept, slot })).toBe(slot)
    return
  }
  if (next.kind === 'look') {
    const { fromMs, spanMs } = next
    const found: number[] = []
    store.within(fromMs, fromMs + spanMs, (row) => found.push(store.col.slot[row]!))
    const wanted = plain.within(fromMs, fromMs + spanMs)
    expect(found.toSorted((a, b) => a - b)).toEqual(wanted)
    // In the order in which they left.
    const starts = found.map((slot) => plain.rows[slot]!.startMs)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    return
  }
  if (plain.live.length === 0) return
  const serial = plain.first + (next.which % plain.live.length)
  const row = store.rowOf(serial)
  const kept = plain.rows[serial]!
  if (next.kind === 'fate') {
    kept.fate = next.value
    store.setFate(row, next.value)
  } else {
    kept.endMs = next.value
    store.setEnd(row, next.value)
  }
}
