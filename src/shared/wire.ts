/**
 * Peer wire: messages as NDJSON frames. Parses, never casts: what a peer sends may be anything.
 * `docs/wire.md` describes every field. Values hold one byte per code unit.
 *
 * Errors: FrameError that names the message and the field. Unknown fields are ignored; an unknown
 *         `type` gives null, so that the caller can count it.
 */
import type { Ballot } from '../core/paxos/ballot'
import { NODE_ID_MAX } from '../core/paxos/quorum'
import type {
  ForwardedResult,
  Message,
  OpenVote,
  ReadSubject,
  SlotRange,
  SlotVote,
} from '../core/paxos/message'
import { FrameError } from './frame'

type Fields = { readonly [field: string]: unknown }
type Frame = Fields & { readonly type: string }
type Parser = (frame: Frame) => Message

const PARSERS: Readonly<Record<Message['type'], Parser>> = {
  prepare: (frame) => ({
    type: 'prepare',
    ballot: ballot(frame, 'ballot'),
    ranges: ranges(frame),
  }),
  promise: (frame) => ({
    type: 'promise',
    ballot: ballot(frame, 'ballot'),
    chosenThrough: slotFrom0(frame, 'chosenThrough'),
    votes: list(frame, 'votes', slotVote),
    part: count(frame, 'part'),
    parts: positive(frame, 'parts'),
  }),
  accept: (frame) => ({
    type: 'accept',
    ballot: ballot(frame, 'ballot'),
    slot: slotOf(frame, 'slot'),
    values: strings(frame, 'values'),
    chosenThrough: slotFrom0(frame, 'chosenThrough'),
  }),
  accepted: (frame) => ({
    type: 'accepted',
    ballot: ballot(frame, 'ballot'),
    slot: slotOf(frame, 'slot'),
    count: runLength(frame),
  }),
  nack: (frame) => ({
    type: 'nack',
    ballot: ballot(frame, 'ballot'),
    promised: ballot(frame, 'promised'),
  }),
  heartbeat: (frame) => ({
    type: 'heartbeat',
    ballot: ballot(frame, 'ballot'),
    chosenThrough: slotFrom0(frame, 'chosenThrough'),
    probe: count(frame, 'probe'),
    leaseTicks: leaseTicks(frame),
  }),
  alive: (frame) => ({
    type: 'alive',
    ballot: ballot(frame, 'ballot'),
    probe: positive(frame, 'probe'),
  }),
  canvass: (frame) => ({ type: 'canvass', ballot: ballot(frame, 'ballot') }),
  support: (frame) => ({
    type: 'support',
    ballot: ballot(frame, 'ballot'),
    leader: frame['leader'] === null ? null : ballot(frame, 'leader'),
    chosenThrough: slotFrom0(frame, 'chosenThrough'),
  }),
  readIndex: (frame) => ({
    type: 'readIndex',
    read: positive(frame, 'read'),
    lease: flag(frame, 'lease'),
  }),
  readAt: (frame) => ({
    type: 'readAt',
    read: positive(frame, 'read'),
    slot: frame['slot'] === null ? null : slotFrom0(frame, 'slot'),
    reason: text(frame, 'reason'),
  }),
  snapshot: (frame) => ({
    type: 'snapshot',
    through: slotOf(frame, 'through'),
    digest: text(frame, 'digest'),
    part: count(frame, 'part'),
    parts: positive(frame, 'parts'),
    body: text(frame, 'body'),
  }),
  snapshotAsk: (frame) => ({
    type: 'snapshotAsk',
    through: slotOf(frame, 'through'),
    part: count(frame, 'part'),
  }),
  chosen: (frame) => ({
    type: 'chosen',
    slot: slotOf(frame, 'slot'),
    values: strings(frame, 'values'),
  }),
  catchUp: (frame) => ({
    type: 'catchUp',
    from: slotOf(frame, 'from'),
    to: slotOf(frame, 'to'),
  }),
  forward: (frame) => ({ type: 'forward', values: strings(frame, 'values') }),
  forwarded: (frame) => ({ type: 'forwarded', results: list(frame, 'results', result) }),
  query: (frame) => ({
    type: 'query',
    read: positive(frame, 'read'),
    subject: subject(frame),
  }),
  held: (frame) => ({
    type: 'held',
    read: positive(frame, 'read'),
    appliedThrough: slotFrom0(frame, 'appliedThrough'),
    value: frame['value'] === null ? null : text(frame, 'value'),
    open: list(frame, 'open', openVote),
    more: flag(frame, 'more'),
  }),
  blogPrepare: (frame) => ({
    type: 'blogPrepare',
    number: blogNumber(frame, 'number'),
    value: text(frame, 'value'),
  }),
  blogPromise: (frame) => ({
    type: 'blogPromise',
    number: blogNumber(frame, 'number'),
    value: textOrNull(frame, 'value'),
  }),
  blogReject: (frame) => ({
    type: 'blogReject',
    number: blogNumber(frame, 'number'),
    promised: blogNumber(frame, 'promised'),
  }),
  blogAccept: (frame) => ({
    type: 'blogAccept',
    number: blogNumber(frame, 'number'),
    value: text(frame, 'value'),
  }),
  blogQuery: (frame) => ({ type: 'blogQuery', read: positive(frame, 'read') }),
  blogHeld: (frame) => ({
    type: 'blogHeld',
    read: positive(frame, 'read'),
    value: textOrNull(frame, 'value'),
  }),
}

/** An `accepted` names at most this many slots: a frame has no room for more values. */
const RUN_SLOTS_MAX = 1_048_576
/** Of slots, rounds and blog numbers: a year at 30,000 a second, and sums of it stay exact. */
export const NUMBER_MAX = 1_000_000_000_000
/** As the longest lease of a policy: a longer one would silence an acceptor for ever. */
const LEASE_TICKS_MAX = 100_000
/** Values and keys hold one byte per code unit: what does not would be stored as something else. */
const BYTES_WANTED = 'one byte per code unit'
const BEYOND_BYTES = /[^\u0000-\u00ff]/

/** Null for a type that this version does not know. */
export function parseMessage(frame: Frame): Message | null {
  if (!Object.hasOwn(PARSERS, frame.type)) return null
  return PARSERS[frame.type as Message['type']](frame)
}

const BEYOND_ASCII = /[\u0080-\uffff]/
const EACH_BEYOND_ASCII = /[\u0080-\uffff]/g

/** One line with its `\n`, in ASCII alone: each character is one byte, which is written fast. */
export function printMessage(message: Message): string {
  const text = JSON.stringify(message)
  if (!BEYOND_ASCII.test(text)) return text + '\n'
  return text.replace(EACH_BEYOND_ASCII, escaped) + '\n'
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function fail(fields: Fields, field: string, wanted: string): never {
  const type = typeof fields['type'] === 'string' ? `${fields['type']}.` : ''
  throw new FrameError(`${type}${field} is not ${wanted}`)
}

function count(fields: Fields, field: string): number {
  const value = fields[field]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    return fail(fields, field, 'a whole number from 0 on')
  }
  return value
}

function positive(fields: Fields, field: string): number {
  const value = count(fields, field)
  return value > 0 ? value : fail(fields, field, 'a whole number from 1 on')
}

function slotFrom0(fields: Fields, field: string): number {
  const value = count(fields, field)
  return value <= NUMBER_MAX ? value : fail(fields, field, `at most ${NUMBER_MAX}`)
}

function slotOf(fields: Fields, field: string): number {
  const value = slotFrom0(fields, field)
  return value > 0 ? value : fail(fields, field, 'a whole number from 1 on')
}

function leaseTicks(fields: Fields): number {
  const value = count(fields, 'leaseTicks')
  return value <= LEASE_TICKS_MAX ? value : fail(fields, 'leaseTicks', `at most ${LEASE_TICKS_MAX}`)
}

function blogNumber(fields: Fields, field: string): number {
  const value = positive(fields, field)
  return value <= NUMBER_MAX ? value : fail(fields, field, `at most ${NUMBER_MAX}`)
}

function runLength(fields: Fields): number {
  const value = positive(fields, 'count')
  return value <= RUN_SLOTS_MAX ? value : fail(fields, 'count', `at most ${RUN_SLOTS_MAX}`)
}

function text(fields: Fields, field: string): string {
  const value = fields[field]
  if (typeof value !== 'string') return fail(fields, field, 'a string')
  return BEYOND_BYTES.test(value) ? fail(fields, field, BYTES_WANTED) : value
}

function textOrNull(fields: Fields, field: string): string | null {
  return fields[field] === null ? null : text(fields, field)
}

function flag(fields: Fields, field: string): boolean {
  const value = fields[field]
  return typeof value === 'boolean' ? value : fail(fields, field, 'true or false')
}

function object(value: unknown, fields: Fields, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(fields, field, 'an object')
  }
  return value as Fields
}

function ballot(fields: Fields, field: string): Ballot {
  const parts = object(fields[field], fields, field)
  const round = count(parts, 'round')
  if (round > NUMBER_MAX) return fail(fields, field, `of a round up to ${NUMBER_MAX}`)
  const node = positive(parts, 'node')
  if (node > NODE_ID_MAX) return fail(fields, field, `a ballot of a node up to ${NODE_ID_MAX}`)
  return { round, node }
}

function items(fields: Fields, field: string): readonly unknown[] {
  const value = fields[field]
  return Array.isArray(value) ? value : fail(fields, field, 'a list')
}

function strings(fields: Fields, field: string): readonly string[] {
  const values = items(fields, field)
  for (const value of values) {
    if (typeof value !== 'string') return fail(fields, field, 'a list of strings')
    if (BEYOND_BYTES.test(value)) return fail(fields, field, BYTES_WANTED)
  }
  return values as readonly string[]
}

function list<T>(fields: Fields, field: string, parse: (item: Fields) => T): T[] {
  return items(fields, field).map((item) => parse(object(item, fields, field)))
}

/** Ascending and apart, as a proposer lists them: each slot is looked up once. */
function ranges(frame: Fields): SlotRange[] {
  const all = list(frame, 'ranges', range)
  let through = 0
  for (const { from, to } of all) {
    if (from <= through) return fail(frame, 'ranges', 'ascending')
    through = to ?? Infinity
  }
  return all
}

function range(item: Fields): SlotRange {
  const from = slotOf(item, 'from')
  const to = item['to'] === null ? null : slotOf(item, 'to')
  return to !== null && to < from ? fail(item, 'to', 'from or above') : { from, to }
}

function slotVote(item: Fields): SlotVote {
  return {
    slot: slotOf(item, 'slot'),
    ballot: ballot(item, 'ballot'),
    value: text(item, 'value'),
  }
}

function openVote(item: Fields): OpenVote {
  return { ...slotVote(item), touches: flag(item, 'touches') }
}

function result(item: Fields): ForwardedResult {
  return { id: text(item, 'id'), reply: text(item, 'reply') }
}

function subject(fields: Fields): ReadSubject {
  const about = object(fields['subject'], fields, 'subject')
  switch (about['kind']) {
    case 'slot':
      return { kind: 'slot', slot: slotOf(about, 'slot') }
    case 'key':
      return { kind: 'key', key: text(about, 'key') }
    default:
      return fail(fields, 'subject', 'about a slot or a key')
  }
}
