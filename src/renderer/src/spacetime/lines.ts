/** Messages as objects, for inspector, table and CSV: few at a time. */
import { stepAt } from '../../../core/check/explore/abstractSteps'
import type { TimeUnit } from '../../../core/check/explore/abstractSteps'
import { formatBallot } from '../../../core/paxos/ballot'
import { causesOf, coneOf, effectsOf, inCone } from './causality'
import type { Chain } from './causality'
import { drawnEnd, drawnStart, NO_SHIFT } from './clockShift'
import { FAMILY_CODES, FLAG, typeName } from './kinds'
import type { LaneBook, LaneMark } from './laneBook'
import type { MessageStore } from './messageStore'
import { familyOfCode } from './palette'
import type { BeforeAfter, ChainLines, MessageDetails, MessageLine, TimeRange } from './protocol'

/** A CSV that a person asks for holds at most so many messages. */
export const CSV_ROWS_MAX = 200_000
const CSV_FIELDS = 'from,to,type,ballot,slot,count,bytes,fate,skew,delayed'
/** What the receiver tells because of a message comes within this time. */
const AFTER_MS = 50

export function lineOf(store: MessageStore, row: number): MessageLine {
  const { col } = store
  const round = col.round[row]!
  const node = col.ballotNode[row]!
  const travel = col.travel[row]!
  const flags = col.flags[row]!
  return {
    serial: store.serialOf(row),
    startMs: col.start[row]!,
    endMs: travel === travel ? Math.round(store.endOf(row) * 1000) / 1000 : null,
    from: col.from[row]!,
    to: col.to[row]!,
    type: typeName(col.type[row]!),
    family: familyOfCode(FAMILY_CODES[col.type[row]!]!),
    ballot: round === 0 && node === 0 ? null : { round, node },
    slot: col.slot[row]!,
    count: col.count[row]!,
    bytes: col.bytes[row]!,
    fate: store.fateOf(row),
    skew: (flags & FLAG.skew) !== 0,
    delayed: (flags & FLAG.delayed) !== 0,
  }
}

export function detailsOf(
  store: MessageStore,
  book: LaneBook,
  row: number,
  window: { readonly fromMs: number; readonly toMs: number },
  shift = NO_SHIFT,
): MessageDetails {
  const cone = coneOf(store, row)
  let inside = 0
  let of = 0
  store.within(window.fromMs, window.toMs, (other) => {
    of += 1
    if (inCone(store, cone, other)) inside += 1
  })
  return {
    line: lineOf(store, row),
    drawn: { startMs: drawnStart(store, shift, row), endMs: drawnEnd(store, shift, row) },
    receiver: beforeAfter(store, book, row),
    causes: chainLines(store, causesOf(store, row)),
    effects: chainLines(store, effectsOf(store, row)),
    cone: { inside, of, cut: cone.cut },
  }
}

function chainLines(store: MessageStore, { rows, byRule }: Chain): ChainLines {
  return { lines: rows.map((row) => lineOf(store, row)), byRule }
}

/** What the receiver had promised and voted, and what it then told: from its own milestones. */
function beforeAfter(store: MessageStore, book: LaneBook, row: number): BeforeAfter {
  const atMs = store.endOf(row)
  const marks = book.marks(store.col.to[row]!)
  const slot = store.col.slot[row]!
  const isVote = (mark: LaneMark): boolean =>
    mark.kind === 'voted' && slot >= mark.slot && slot < mark.slot + mark.count
  const pair = (test: (mark: LaneMark) => boolean): BeforeAfter['promised'] => {
    const before = marks.findLast((mark) => mark.atMs < atMs && test(mark))?.ballot ?? null
    const after = marks.findLast(
      (mark) => mark.atMs >= atMs && mark.atMs <= atMs + AFTER_MS && test(mark),
    )
    return [before, after?.ballot ?? before]
  }
  // A vote at a ballot is a promise not to go below it.
  return {
    promised: pair(({ kind }) => kind === 'promised' || kind === 'voted'),
    vote: slot === 0 ? [null, null] : pair(isVote),
  }
}

export function csvOfRange(
  store: MessageStore,
  { range: { fromMs, toMs }, unit }: { readonly range: TimeRange; readonly unit: TimeUnit },
  test: ((row: number) => boolean) | null,
): { readonly text: string; readonly rows: number; readonly left: number } {
  const name = unit === 'step' ? 'step' : 'ms'
  const lines = [`start_${name},end_${name},${CSV_FIELDS}`]
  let left = 0
  const last = store.positionOf(toMs + 1e-9)
  for (let at = store.positionOf(fromMs); at < last; at += 1) {
    const row = store.at(at)
    if (test !== null && !test(row)) continue
    if (lines.length > CSV_ROWS_MAX) left += 1
    else lines.push(csvLine(lineOf(store, row), unit))
  }
  return { text: lines.join('\r\n') + '\r\n', rows: lines.length - 1, left }
}

function csvLine(line: MessageLine, unit: TimeUnit): string {
  const moment = (ms: number): string => (unit === 'step' ? String(stepAt(ms)) : ms.toFixed(3))
  const process = (node: number): string => (node === 0 ? 'clients' : String(node))
  return [
    moment(line.startMs),
    line.endMs === null ? '' : moment(line.endMs),
    process(line.from),
    process(line.to),
    line.type,
    line.ballot === null ? '' : formatBallot(line.ballot),
    line.slot === 0 ? '' : line.slot,
    line.slot === 0 ? '' : line.count,
    line.bytes,
    line.fate,
    line.skew,
    line.delayed,
  ].join(',')
}
