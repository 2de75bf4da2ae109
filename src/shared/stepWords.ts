/** Frames, steps and what they cause, in words of one line; and as verbs that can be read back. */
import type { GateFrame, LabEvent } from '../core/event'
import type { FrameMatch } from '../core/fault'
import { linkKey } from '../core/fault'
import { formatBallot } from '../core/paxos/ballot'
import type { Ballot } from '../core/paxos/ballot'

export { matchText, matchWords } from './labWords'

const MATCH_TRIES = ['type', 'slot', 'ballot'] as const

/** `7: 1 > 2 accept 3.1 slot 4`. */
export function frameWords({ id, link, message, ballot, slot, count }: GateFrame): string {
  const slots = count > 1 ? `slots ${slot}-${slot + count - 1}` : `slot ${slot}`
  return [
    `${id}: ${link.from} > ${link.to} ${message ?? 'unknown type'}`,
    ...(ballot === null ? [] : [formatBallot(ballot)]),
    ...(slot === 0 ? [] : [slots]),
  ].join(' ')
}

/**
 * The shortest match for which this frame is the first of its link among `frames`; ballots differ
 * from run to run and come last.
 */
export function matchFor(frame: GateFrame, frames: readonly GateFrame[]): FrameMatch {
  const rivals = frames.filter(({ link }) => linkKey(link) === linkKey(frame.link))
  let match: FrameMatch = {}
  for (const part of MATCH_TRIES) {
    match = { ...match, ...partOf(part, frame) }
    if (rivals.find((rival) => hits(match, rival))?.id === frame.id) return match
  }
  return match
}

function partOf(part: (typeof MATCH_TRIES)[number], frame: GateFrame): FrameMatch {
  const { message, slot, ballot } = frame
  switch (part) {
    case 'type':
      return message === null ? {} : { types: [message] }
    case 'slot':
      return slot === 0 ? {} : { slotFrom: slot, slotTo: slot }
    case 'ballot':
      return ballot === null ? {} : { ballotRound: ballot.round, ballotNode: ballot.node }
  }
}

function hits({ types, slotFrom, ballotRound, ballotNode }: FrameMatch, rival: GateFrame): boolean {
  const { message, slot, count, ballot } = rival
  if (types !== undefined && (message === null || !types.includes(message))) return false
  if (slotFrom !== undefined && (slotFrom < slot || slotFrom >= slot + count)) return false
  if (ballotRound === undefined) return true
  return ballot?.round === ballotRound && ballot.node === ballotNode
}

/** Words of a command that `splitWords` reads back as they are. */
export function quoteWords(args: readonly string[]): string {
  return args.map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  if (/^[^\s"'>\\]+$/.test(word)) return word
  return `"${word.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`
}

/** What every step has goes without saying: the frame that it lets go, and flushes. */
const SILENT: readonly LabEvent['type'][] = [
  'frameReleased',
  'persisted',
  'sentAfter',
  'submitted',
  'peerConnected',
]

export function isWorthSaying(event: LabEvent): boolean {
  return !SILENT.includes(event.type)
}

/** `N2 accepted 3.1 slot 4`, for the line that answers a step. */
export function causedWords(event: LabEvent): string {
  switch (event.type) {
    case 'frameHeld':
      return `comes ${frameWords(event.frame)}`
    case 'frameReleased':
      return `leaves ${frameWords(event.frame)}`
    case 'frameDropped':
      return `dropped ${frameWords(event.frame)}`
    case 'clientReplied':
      return `N${event.node} answers "${event.command}": ${event.reply}`
    case 'violated':
      return `${event.invariant} is violated: ${event.words}`
    case 'labNote':
      return event.words
    default: {
      const who = event.by === 'lab' ? [] : [`N${event.by}`]
      return [...who, event.type, ...detailsOf(event)].join(' ')
    }
  }
}

/** Facts differ in their fields; those that most have say most. */
function detailsOf(event: object): string[] {
  const found = new Map<string, unknown>(Object.entries(event))
  const ballot = found.get('ballot')
  const slot = found.get('slot')
  const through = found.get('through')
  return [
    ...(isBallot(ballot) ? [formatBallot(ballot)] : []),
    ...(typeof slot === 'number' && slot > 0 ? [`slot ${slot}`] : []),
    ...(typeof through === 'number' ? [`through ${through}`] : []),
  ]
}

function isBallot(value: unknown): value is Ballot {
  return typeof value === 'object' && value !== null && 'round' in value && 'node' in value
}
