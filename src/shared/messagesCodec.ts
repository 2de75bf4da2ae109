/**
 * Parses what the switchboard tells of messages that it saw (control.ts, `messages`). Times stay
 * those of the switchboard's own clock; the lab brings them to lab time.
 *
 * Errors: FrameError that says where and what.
 */
import { MESSAGE_FATES } from '../core/event'
import type { SeenMessage } from '../core/event'
import type { MessageType } from '../core/paxos/message'
import { Fields } from './fields'
import { MESSAGE_TYPES } from './gate'

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
  return {
    nowMs: frame.number('nowMs'),
    missed: frame.count('missed'),
    messages: frame.list('messages', SEEN_BATCH_MAX, parseSeen),
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

function parseType(name: string | null): MessageType | null {
  return MESSAGE_TYPES.find((type) => type === name) ?? null
}
