/**
 * Parses what the switchboard tells of messages that it saw (control.ts, `messages`). Times stay
 * those of the switchboard's own clock; the lab brings them to lab time. Messages come at a high
 * rate: what is right is looked at and not copied; only what is not is parsed field by field.
 *
 * Errors: FrameError that says where and what.
 */
import { MESSAGE_FATES } from '../core/event'
import type { SeenMessage } from '../core/event'
import type { MessageType } from '../core/paxos/message'
import { Fields } from './fields'
import { MESSAGE_TYPES } from './gate'

const TYPES: ReadonlySet<unknown> = new Set(MESSAGE_TYPES)
const FATES: ReadonlySet<unknown> = new Set(MESSAGE_FATES)

/** Messages that one report, and one event, carries. */
export const SEEN_BATCH_MAX = 256

/** What the switchboard saw, in ms of its own clock; `nowMs` is when it said so. */
export interface SeenReport {
  readonly nowMs: number
  /** Messages not told since the last report: more than the bound, or the lab was slow. */
  readonly missed: number
  readonly messages: readonly SeenMessage[]
}

export function parseSeenReport(frame: Fields): SeenReport {
  const messages = frame.raw('messages')
  return {
    nowMs: frame.number('nowMs'),
    missed: frame.count('missed'),
    messages: isSeenList(messages) ? messages : frame.list('messages', SEEN_BATCH_MAX, parseSeen),
  }
}

function parseSeen(value: unknown, where: string): SeenMessage {
  const seen = Fields.of(value, where)
  const ballot = seen.atOrNull('ballot')
  return {
    id: seen.count('id', 1),
    from: seen.count('from', 1),
    to: seen.count('to', 1),
    message: parseType(seen.textOrNull('message')),
    ballot: ballot && { round: ballot.count('round'), node: ballot.count('node') },
    slot: seen.count('slot'),
    count: seen.count('count'),
    bytes: seen.count('bytes'),
    sentAtMs: seen.number('sentAtMs'),
    endedAtMs: seen.number('endedAtMs'),
    fate: seen.oneOf('fate', MESSAGE_FATES),
  }
}

function isSeenList(value: unknown): value is readonly SeenMessage[] {
  return Array.isArray(value) && value.length <= SEEN_BATCH_MAX && value.every(isSeen)
}

function isSeen(value: unknown): value is SeenMessage {
  if (typeof value !== 'object' || value === null) return false
  const seen: Partial<Record<keyof SeenMessage, unknown>> = value
  const { message, ballot, fate } = seen
  return (
    isCount(seen.id, 1) &&
    isCount(seen.from, 1) &&
    isCount(seen.to, 1) &&
    (message === null || TYPES.has(message)) &&
    (ballot === null || isBallot(ballot)) &&
    isCount(seen.slot) &&
    isCount(seen.count) &&
    isCount(seen.bytes) &&
    Number.isFinite(seen.sentAtMs) &&
    Number.isFinite(seen.endedAtMs) &&
    FATES.has(fate)
  )
}

function isBallot(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { round, node }: { readonly round?: unknown; readonly node?: unknown } = value
  return isCount(round) && isCount(node)
}

function isCount(value: unknown, min = 0): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min
}

function parseType(name: string | null): MessageType | null {
  return MESSAGE_TYPES.find((type) => type === name) ?? null
}
