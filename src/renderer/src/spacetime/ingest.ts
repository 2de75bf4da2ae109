/**
 * Events into messages: `messagesSeen` of real clusters as it is; `sent` and `received` of
 * simulator, explorer and replay, matched by id; requests and answers of clients; frames that wait
 * at the gate.
 *
 * Limits: PENDING_MAX messages wait for their `received`, the oldest are let go and stay `pending`;
 *         EARLY_MAX ends wait for their start, which a record in order of time tells later where
 *         clocks disagree; the oldest are let go and count as missed.
 */
import type { GateFrame, LabEvent, MessageNote, SeenMessage } from '../../../core/event'
import { CLIENTS, FATES, fateCode, FLAG, typeCode } from './kinds'
import type { Fate } from './kinds'
import type { MessageRow, MessageStore } from './messageStore'

export const PENDING_MAX = 100_000
const EARLY_MAX = 10_000
/** Of one message. */
const EARLY_COPIES_MAX = 8
/** A message that takes so many times as long as usual on its link, and more than DELAYED_MS. */
const DELAYED_TIMES = 4
const DELAYED_MS = 2
/** Weight of the newest message in what is usual on a link. */
const USUAL_WEIGHT = 0.05
const LANES_MAX = 256

/** What a batch changed, so that only pictures of that time are drawn anew. */
export interface Change {
  fromMs: number
  toMs: number
  /** A message that was there before is other than before. */
  mutated: boolean
}

type Told = Extract<LabEvent, { readonly type: 'sent' | 'received' }>
type Received = Extract<Told, { readonly type: 'received' }>

export class Ingest {
  /** Messages that nobody told of, because of a bound. */
  missed = 0
  /** Frames at the gate now, by their id there. */
  readonly held = new Map<number, { readonly frame: GateFrame; readonly sinceMs: number }>()
  private readonly pending = new Map<string, number>()
  /** Doubled: the first end under an id that ended once. */
  private readonly done = new Map<string, number>()
  /** Ends that were told before their start, by id. */
  private readonly early = new Map<string, Received[]>()
  private readonly usualMs = new Float32Array(LANES_MAX * LANES_MAX)
  private change: Change = { fromMs: Infinity, toMs: -Infinity, mutated: false }

  constructor(private readonly store: MessageStore) {}

  feed(events: readonly LabEvent[]): Change {
    this.change = { fromMs: Infinity, toMs: -Infinity, mutated: false }
    for (const event of events) this.one(event)
    return this.change
  }

  reset(): void {
    this.missed = 0
    this.held.clear()
    this.pending.clear()
    this.done.clear()
    this.early.clear()
    this.usualMs.fill(0)
  }

  private one(event: LabEvent): void {
    switch (event.type) {
      case 'messagesSeen':
        this.missed += event.missed
        for (const seen of event.messages) this.seen(seen)
        return
      case 'sent':
        return this.sent(event)
      case 'received':
        return this.received(event)
      case 'submitted':
        return this.client(event.atMs, CLIENTS, event.by, 'request', event.count)
      case 'answered':
        return this.client(event.atMs, event.by, CLIENTS, 'reply', event.count)
      case 'frameHeld':
        this.held.set(event.frame.id, { frame: event.frame, sinceMs: event.atMs })
        return
      case 'frameReleased':
      case 'frameDropped':
        this.held.delete(event.frame.id)
        return
      case 'faultEnded':
        return this.endHold(event.fault.id)
      case 'clusterStopped':
        this.held.clear()
    }
  }

  /** A window is not told of each frame that leaves; but of the end of their hold, always. */
  private endHold(fault: string): void {
    for (const [id, { frame }] of this.held) if (frame.fault === fault) this.held.delete(id)
  }

  private seen(message: SeenMessage): void {
    const { from, to, sentAtMs, endedAtMs, ballot } = message
    const usual = this.usual(from, to, endedAtMs - sentAtMs)
    this.put({
      startMs: sentAtMs,
      endMs: endedAtMs,
      ...{ from, to },
      type: typeCode(message.message),
      fate: fateCode(message.fate),
      flags: FLAG.oneClock | (usual ? 0 : FLAG.delayed),
      round: ballot?.round ?? 0,
      ballotNode: ballot?.node ?? 0,
      ...{ slot: message.slot, count: message.count, bytes: message.bytes },
    })
  }

  private client(atMs: number, from: number, to: number, type: 'request' | 'reply', count: number) {
    const ends = { startMs: atMs, endMs: atMs, from, to }
    const kind = { type: typeCode(type), fate: fateCode('passed'), flags: 0 }
    this.put({ ...ends, ...kind, round: 0, ballotNode: 0, slot: 0, count, bytes: 0 })
  }

  private sent(event: Extract<Told, { readonly type: 'sent' }>): void {
    const ends = { startMs: event.atMs, endMs: Number.NaN, from: event.by, to: event.to }
    const serial = this.put({ ...ends, ...rowOfNote(event, 'pending') })
    this.pending.set(event.id, serial)
    trim(this.pending, PENDING_MAX)
    const early = this.early.get(event.id)
    if (early === undefined) return
    this.early.delete(event.id)
    for (const end of early) this.received(end)
  }

  private received(event: Received): void {
    const serial = this.pending.get(event.id)
    if (serial === undefined) return this.again(event)
    this.pending.delete(event.id)
    this.done.set(event.id, serial)
    trim(this.done, PENDING_MAX)
    const row = this.store.rowOf(serial)
    if (row < 0) return
    this.store.setEnd(row, event.atMs)
    this.store.setFate(row, fateCode('passed'))
    this.touch(this.store.col.start[row] ?? event.atMs, event.atMs, true)
  }

  /** A second end under one id: the message was doubled. */
  private again(event: Received): void {
    const serial = this.done.get(event.id)
    if (serial === undefined) return this.hold(event)
    const row = this.store.rowOf(serial)
    // The send is spilled: an arrow without a start would be made up.
    if (row < 0) return
    const startMs = this.store.col.start[row] ?? event.atMs
    this.store.setFate(row, fateCode('doubled'))
    const ends = { startMs, endMs: event.atMs, from: event.from, to: event.by }
    this.put({ ...ends, ...rowOfNote(event, 'doubled') })
    this.touch(startMs, event.atMs, true)
  }

  private hold(event: Received): void {
    const ends = this.early.get(event.id)
    if (ends === undefined) this.early.set(event.id, [event])
    else if (ends.length < EARLY_COPIES_MAX) ends.push(event)
    else this.missed += 1
    if (trim(this.early, EARLY_MAX)) this.missed += 1
  }

  private put(row: MessageRow): number {
    this.touch(row.startMs, row.endMs === row.endMs ? row.endMs : row.startMs, false)
    return this.store.add(row)
  }

  private touch(fromMs: number, toMs: number, mutated: boolean): void {
    const { change } = this
    change.fromMs = Math.min(change.fromMs, fromMs, toMs)
    change.toMs = Math.max(change.toMs, fromMs, toMs)
    if (mutated) change.mutated = true
  }

  /** False: it took much longer than its link usually does. */
  private usual(from: number, to: number, tookMs: number): boolean {
    const key = (from % LANES_MAX) * LANES_MAX + (to % LANES_MAX)
    const before = this.usualMs[key] ?? 0
    const weight = before === 0 ? 1 : USUAL_WEIGHT
    this.usualMs[key] = before + (tookMs - before) * weight
    return before === 0 || tookMs < DELAYED_MS || tookMs < before * DELAYED_TIMES
  }
}

function rowOfNote(note: MessageNote, fate: Fate) {
  return {
    type: typeCode(note.message),
    fate: FATES.indexOf(fate),
    flags: 0,
    round: note.ballot?.round ?? 0,
    ballotNode: note.ballot?.node ?? 0,
    slot: note.slot,
    count: note.count,
    bytes: 0,
  }
}

/** A Map keeps the order of insertion: the oldest goes first. True: one went. */
function trim(map: Map<string, unknown>, max: number): boolean {
  if (map.size <= max) return false
  const [oldest] = map.keys()
  return oldest !== undefined && map.delete(oldest)
}
