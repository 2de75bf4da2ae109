/**
 * Reads what a match looks at: type, ballot and the runs of slots that a frame is about. A frame
 * that is malformed has a type and nothing else; whether it may pass is the receiver's business.
 */
import type { FrameHead, FrameMatch } from '../../core/fault'
import { frameMatches } from '../../core/fault'
import { runsOf } from '../../core/messageNote'
import type { Message } from '../../core/paxos/message'
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
