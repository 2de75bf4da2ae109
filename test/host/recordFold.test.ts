/** The one fold of records: however it is cut, skimmed or looked at, it comes to the same. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { printRecordLine } from '../../src/main/lab/recordFile'
import { LineSkim } from '../../src/shared/lineSkim'
import { RecordFold } from '../../src/shared/recordFold'
import { parseRecordLine } from '../../src/shared/recordLine'
import { eventsOfText, PIECE_BYTES, pieceOf } from '../../src/shared/recordText'
import { RecordView, VIEW_EVENTS_MAX } from '../../src/shared/recordView'

const FRAME = { options: null, checks: [], scenario: null, runDir: null } as const
const HASH = '0123456789abcdef'.repeat(2)
const BALLOT = { round: 3, node: 2 }

/** A run that is long enough to be lean: messages, disks, votes, and what people follow. */
function longRun(count: number): LabEvent[] {
  const events: LabEvent[] = []
  for (let seq = 1; seq <= count; seq += 1) {
    const by = 1 + (seq % 3)
    const node = { seq, atMs: seq * 7.3, by, life: 1, nodeSeq: seq }
    const lab = { seq, atMs: seq * 7.3, by: 'lab' } as const
    const note = { message: 'accept', ballot: BALLOT, slot: seq, count: 1 } as const
    const id = `${by}-${seq}`
    if (seq === 1) events.push({ ...lab, ...started() })
    else if (seq <= 4) {
      events.push({ ...lab, type: 'nodeStarted', node: seq - 1, pid: 7 })
    } else if (seq % 1000 === 0) {
      events.push({ ...lab, type: 'acted', act: `é step ${seq}`, actor: 'person' })
    } else if (seq % 5 === 0) {
      events.push({ ...node, type: 'sent', to: 1 + ((by + 1) % 3), after: 0, id, ...note })
    } else if (seq % 5 === 1) {
      events.push({ ...node, type: 'received', from: 2, id, ...note })
    } else if (seq % 5 === 2) {
      events.push({ ...node, type: 'persisted', record: 1, offset: 64, flushMs: seq % 7 })
    } else {
      events.push({ ...node, type: 'voted', ballot: BALLOT, slot: seq, count: 1, ids: [id] })
    }
  }
  return events
}

function started() {
  return {
    ...({ type: 'clusterStarted', cluster: 'c1', members: [1, 2, 3], mode: 'multi' } as const),
    ...({ direct: false, seed: 1, scenario: null, source: 'simulator' } as const),
    policy: {
      kind: 'leader',
      heartbeatTicks: 10,
      electionTicksMin: 60,
      electionTicksMax: 100,
    } as const,
  }
}

const textOf = (events: readonly LabEvent[]): string =>
  events.map((event) => `${printRecordLine(event, HASH)}\n`).join('')

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function fold(bytes: Uint8Array, cuts: readonly number[], onPart = (_: RecordFold): void => {}) {
  const record = new RecordFold()
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    record.feed(bytes.subarray(from, cut))
    from = cut
    onPart(record)
  }
  record.feed(bytes.subarray(from))
  record.end()
  return { view: record.view.view(FRAME), index: record.index, notes: record.notes }
}

describe('a record', () => {
  const events = longRun(400)
  const bytes = bytesOf(textOf(events))

  it('comes to the same however it is cut, and whoever looks at it meanwhile', () => {
    const whole = fold(bytes, [])
    expect(whole.view.events).toEqual(events)
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: bytes.length })),
        fc.nat({ max: bytes.length }),
        (cuts, torn) => {
          expect(fold(bytes, cuts, (record) => record.view.view(FRAME))).toEqual(whole)
          const part = bytes.subarray(0, torn)
          expect(fold(part, cuts)).toEqual(fold(part, []))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('ends at a torn or broken line, and says which', () => {
    const torn = fold(bytes.subarray(0, bytes.length - 9), [])
    expect(torn.view.events).toEqual(events.slice(0, -1))
    expect(torn.notes).toEqual([expect.stringContaining('torn off')])
    const lines = textOf(events).split('\n')
    const broken = fold(bytesOf(lines.with(4, lines[4]!.slice(0, -7)).join('\n')), [])
    expect(broken.view.events).toEqual(events.slice(0, 4))
    expect(broken.notes).toEqual([expect.stringContaining('Line 5')])
  })

  it('has an index that finds each of its lines', () => {
    const { index } = fold(bytes, [1000])
    expect(index.length).toBeGreaterThan(1)
    for (const [seq, offset] of index) {
      const line = new TextDecoder().decode(bytes.subarray(offset)).split('\n')[0] ?? ''
      expect(parseRecordLine(line).event.seq).toBe(seq)
    }
  })
})

describe('a long record', () => {
  const events = longRun(VIEW_EVENTS_MAX * 1.5)
  const bytes = bytesOf(textOf(events))

  it('is skimmed to the very view that parsing every line comes to', () => {
    const parsed = new RecordView()
    for (const event of events) parsed.feed(event)
    const { view } = fold(bytes, [1e6, 2e6, 7_000_001])
    expect(view).toEqual(parsed.view(FRAME))
    expect(parsed.isLean).toBe(true)
    expect(view.events.length).toBeLessThanOrEqual(VIEW_EVENTS_MAX)
    expect(view.left).toBe(events.length - view.events.length)
  })

  it('is broken where a line that is only counted is torn, too', () => {
    const text = textOf(events)
    const from = text.indexOf('\n', text.length * 0.9) + 1
    const end = text.indexOf('\n', from)
    const { view, notes } = fold(bytesOf(text.slice(0, end - 5) + text.slice(end)), [])
    expect(notes).toEqual([expect.stringContaining('is broken')])
    expect(view.status.events).toBeLessThan(events.length)
  })

  it('goes to the diagram in pieces, without a line lost or told twice', async () => {
    const read = async (from: number, to: number) => bytes.slice(from, to)
    const drawn: LabEvent[] = []
    let pieces = 0
    for (let next: number | null = 0; next !== null; pieces += 1) {
      const piece = await pieceOf(read, next, bytes.length)
      drawn.push(...eventsOfText(piece.text))
      next = piece.next
    }
    expect(pieces).toBeGreaterThan(bytes.length / PIECE_BYTES)
    const wanted = events.filter(({ type }) => type !== 'persisted' && type !== 'acted')
    const kept = wanted.filter(({ type }) => type !== 'nodeStarted')
    expect(drawn.map(({ seq }) => seq)).toEqual(kept.map(({ seq }) => seq))
    const sent = drawn.find(({ type }) => type === 'sent')
    expect(sent).toMatchObject({ to: 2, id: '3-5', message: 'accept', ballot: BALLOT, slot: 5 })
  })

  it('a piece that begins inside a line begins with the next one, and ends at a broken line', async () => {
    const text = textOf(events.slice(0, 20))
    const broken = bytesOf(`${text}{"seq":21\n${text}`)
    const read = async (from: number, to: number) => broken.slice(from, to)
    const second = text.indexOf('\n') + 1
    const { text: list, next } = await pieceOf(read, second + 3, broken.length)
    expect(eventsOfText(list)[0]?.seq).toBe(5)
    expect(eventsOfText(list).at(-1)?.seq).toBeLessThanOrEqual(20)
    expect(next).toBeNull()
  })
})

describe('a skimmed line', () => {
  it('has the seq, time, author and kind that a parser reads, to the last digit', () => {
    const skim = new LineSkim()
    const time = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e7, noNaN: true }))
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), time, fc.integer({ min: 1, max: 9 }), (seq, atMs, by) => {
        const event = { seq: seq + 1, atMs, by, life: 1, nodeSeq: 4, type: 'received', from: 2 }
        const line = `${JSON.stringify(event).slice(0, -1)},"prev":"${HASH}"}`
        // What it does not know it leaves to the parser; what it says is right.
        if (!skim.read(line, 0, line.length)) return
        expect(skim).toMatchObject({ seq: seq + 1, atMs: JSON.parse(String(atMs)), by })
        expect(skim.type).toBe('received')
      }),
    )
    const plain = `{"seq":7,"atMs":12.25,"by":"lab","type":"acted","prev":"${HASH}"}`
    expect(skim.read(plain, 0, plain.length)).toBe(true)
    expect(skim).toMatchObject({ seq: 7, atMs: 12.25, by: 0, type: 'acted' })
  })
})
