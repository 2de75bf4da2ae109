/** Parses what lab and switchboard tell each other of the gate; FrameError as in `fields.ts`. */
import type { GateEnd, GateFrame } from '../core/event'
import type { FrameMatch, Link } from '../core/fault'
import type { Ballot } from '../core/paxos/ballot'
import type { MessageType } from '../core/paxos/message'
import { asCount, Fields } from './fields'
import { FrameError } from './frame'
import type { GateAct, GateAnswer, GateCall, GateSelect, HeldReport } from './gate'
import {
  GATE_COUNT_MAX,
  GATE_IDS_MAX,
  GATE_LIST_MAX,
  GATE_WAIT_COUNT_MAX,
  GATE_WAIT_MS_MAX,
  MESSAGE_TYPES,
} from './gate'

/** Acts that one report carries; a frame has room for them. */
export const GATE_ACTS_MAX = 1000
const FAULT_CHARS_MAX = 64
const LINKS_MAX = 10_000
const GATE_ACTIONS = [
  'list',
  'links',
  'inspect',
  'move',
  'release',
  'drop',
  'duplicate',
  'wait',
] as const

export function parseMatch(match: Fields): FrameMatch {
  const count = (name: string, min: number): number | undefined =>
    match.raw(name) === undefined ? undefined : match.count(name, min)
  return {
    types: match.raw('types') === undefined ? undefined : parseTypes(match),
    slotFrom: count('slotFrom', 1),
    slotTo: count('slotTo', 1),
    ballotNode: count('ballotNode', 1),
    ballotRound: count('ballotRound', 0),
  }
}

function parseTypes(match: Fields): MessageType[] {
  return match.list('types', MESSAGE_TYPES.length, (value, where) => {
    const type = MESSAGE_TYPES.find((each) => each === value)
    if (type === undefined) throw new FrameError(`${where} is not a message type`)
    return type
  })
}

/** A match that may be left out. */
export function parseMatching(fault: Fields): { readonly match?: FrameMatch } {
  return fault.raw('match') === undefined ? {} : { match: parseMatch(fault.at('match')) }
}

export function parseGateCall(body: Fields): GateCall {
  const action = body.oneOf('action', GATE_ACTIONS)
  switch (action) {
    case 'list':
      return { action, match: parseMatch(body.at('match')) }
    case 'links':
      return { action }
    case 'inspect':
      return { action, id: body.count('id', 1) }
    case 'move': {
      const place = body.oneOf('place', ['before', 'after'])
      return { action, id: body.count('id', 1), place, other: body.count('other', 1) }
    }
    case 'wait':
      return {
        action,
        match: parseMatch(body.at('match')),
        count: body.count('count', 1, GATE_WAIT_COUNT_MAX),
        timeoutMs: body.count('timeoutMs', 0, GATE_WAIT_MS_MAX),
      }
    default:
      return { action, select: parseSelect(body.at('select')) }
  }
}

function parseSelect(select: Fields): GateSelect {
  const kind = select.oneOf('kind', ['all', 'ids', 'link', 'match'])
  switch (kind) {
    case 'all':
      return { kind }
    case 'ids':
      return {
        kind,
        ids: select.list('ids', GATE_IDS_MAX, (id, where) => asCount(id, where, 1)),
        ...(select.raw('skipGone') === undefined ? {} : { skipGone: select.flag('skipGone') }),
      }
    case 'link':
      return { kind, link: parseLink(select.at('link')), count: gateCount(select) }
    case 'match':
      return { kind, match: parseMatch(select.at('match')), count: gateCount(select) }
  }
}

function gateCount(select: Fields): number {
  return select.count('count', 1, GATE_COUNT_MAX)
}

function parseLink(link: Fields): Link {
  return { from: link.count('from', 1), to: link.count('to', 1) }
}

export function parseGateAnswer(answer: Fields): GateAnswer {
  return {
    error: answer.textOrNull('error'),
    total: answer.count('total'),
    frames: answer.list('frames', GATE_LIST_MAX, (value, where): HeldReport => {
      const frame = Fields.of(value, where)
      return { ...parseGateFrame(frame), heldMs: frame.number('heldMs') }
    }),
    text: answer.textOrNull('text'),
    isLate: answer.flag('isLate'),
    ...parseOpen(answer),
  }
}

function parseOpen(answer: Fields): Pick<GateAnswer, 'open' | 'came'> {
  if (answer.raw('open') === undefined) return {}
  return {
    open: answer.list('open', LINKS_MAX, (link, where) => parseLink(Fields.of(link, where))),
    came: answer.list('came', LINKS_MAX, (value, where) => {
      const link = Fields.of(value, where)
      return { ...parseLink(link), frames: link.count('frames') }
    }),
  }
}

export function parseGateAct(value: unknown, where: string): GateAct {
  const fields = Fields.of(value, where)
  const act = fields.oneOf('act', ['held', 'released', 'dropped', 'moved'])
  const frame = parseGateFrame(fields.at('frame'))
  if (act === 'held') return { act, frame }
  if (act === 'moved') {
    return { act, frame, before: fields.raw('before') === null ? null : fields.count('before', 1) }
  }
  const how: GateEnd = fields.oneOf('how', ['byHand', 'holdEnded'])
  return { act, frame, how }
}

function parseGateFrame(frame: Fields): GateFrame {
  const ballot = frame.atOrNull('ballot')
  const message = frame.textOrNull('message')
  return {
    id: frame.count('id', 1),
    link: parseLink(frame.at('link')),
    message: MESSAGE_TYPES.find((type) => type === message) ?? null,
    ballot: ballot && parseBallot(ballot),
    slot: frame.count('slot'),
    count: frame.count('count'),
    bytes: frame.count('bytes'),
    fault: frame.text('fault', FAULT_CHARS_MAX),
  }
}

function parseBallot(ballot: Fields): Ballot {
  return { round: ballot.count('round'), node: ballot.count('node') }
}
