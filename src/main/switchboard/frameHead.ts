/**
 * Reads what a match looks at: type, ballot and the runs of slots that a frame is about. A frame
 * that is malformed has a type and nothing else; whether it may pass is the receiver's business.
 */
import type { FrameHead, FrameMatch } from '../../core/fault'
import { frameMatches } from '../../core/fault'
import type { Message, SlotRange } from '../../core/paxos/message'
import { FrameError, parseFrame } from '../../shared/frame'
import { parseMessage } from '../../shared/wire'
import type { LinkFrame } from './linkFrame'

export function readHead(frame: LinkFrame): FrameHead {
  const message = read(frame)
  if (message === null) return { type: frame.type, ballot: null, runs: [] }
  const ballot = 'ballot' in message ? message.ballot : null
  return { type: frame.type, ballot, runs: runsOf(message) }
}

/** Parses the frame only where its type alone does not settle it. */
export function matches(match: FrameMatch, frame: LinkFrame): boolean {
  const { types } = match
  if (types !== undefined && (frame.type === null || !types.includes(frame.type))) return false
  const isPlain = Object.entries(match).every(
    ([field, value]) => field === 'types' || value === undefined,
  )
  return isPlain || frameMatches(match, readHead(frame))
}

function read(frame: LinkFrame): Message | null {
  if (frame.type === null) return null
  try {
    return parseMessage(parseFrame(frame.bytes.toString('utf8')))
  } catch (error) {
    if (error instanceof FrameError) return null
    throw error
  }
}

function runsOf(message: Message): readonly SlotRange[] {
  switch (message.type) {
    case 'prepare':
      return message.ranges
    case 'promise':
      return message.votes.map(({ slot }) => ({ from: slot, to: slot }))
    case 'accept':
    case 'chosen':
      return run(message.slot, message.values.length)
    case 'accepted':
      return run(message.slot, message.count)
    case 'catchUp':
      return [{ from: message.from, to: message.to }]
    case 'query':
      return message.subject.kind === 'slot' ? run(message.subject.slot, 1) : []
    case 'held':
      return message.open.map(({ slot }) => ({ from: slot, to: slot }))
    default:
      return []
  }
}

function run(slot: number, count: number): SlotRange[] {
  return count === 0 ? [] : [{ from: slot, to: slot + count - 1 }]
}
