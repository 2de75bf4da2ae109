/**
 * Parses what children report in answer to calls and in status lines: node status, learner read,
 * slot views, traffic of links.
 *
 * Errors: FrameError that says where and what.
 */
import type { LearnerReadResult, LinkTraffic, NodeStatus } from '../core/event'
import type { SlotView } from '../core/machineTypes'
import type { Ballot } from '../core/paxos/ballot'
import type { MessageType } from '../core/paxos/message'
import { FAMILY_OF } from '../core/paxos/message'
import type { NodeAnswer, RecordView } from './control'
import { asCount, asText, Fields } from './fields'
import { FrameError } from './frame'
import { parsePolicy } from './policyCodec'
import { parseStepView } from './steppingCodec'

const REPLIES_MAX = 99
const VOTES_MAX = 10_000
const SLOTS_MAX = 10_000
const SAMPLES_MAX = 256

type Replies = LearnerReadResult['replies']

export function parseAnswer(answer: Fields): NodeAnswer {
  const kind = answer.oneOf('kind', [
    'done',
    'reply',
    'unknown',
    'read',
    'slots',
    'status',
    'failpoints',
    'records',
    'hand',
    'step',
    'error',
  ])
  switch (kind) {
    case 'done':
      return { kind }
    case 'reply':
      return { kind, resp: answer.text('resp') }
    case 'unknown':
    case 'error':
      return { kind, words: answer.text('words') }
    case 'read':
      return { kind, result: parseRead(answer.at('result')) }
    case 'slots':
      return { kind, slots: answer.list('slots', SLOTS_MAX, parseSlotView) }
    case 'status':
      return { kind, status: parseNodeStatus(answer.at('status')) }
    case 'failpoints': {
      const hits = answer.at('hits')
      const counts = hits.names().map((name) => [name, hits.count(name)] as const)
      return { kind, hits: Object.fromEntries(counts) }
    }
    case 'hand':
      return { kind, steps: answer.count('steps'), idle: answer.flag('idle') }
    case 'step':
      return { kind, view: parseStepView(answer.at('view')) }
    case 'records':
      return { kind, records: answer.list('records', SLOTS_MAX, parseRecordView) }
  }
}

function parseRecordView(value: unknown, where: string): RecordView {
  const record = Fields.of(value, where)
  return {
    offset: record.count('offset'),
    bytes: record.count('bytes'),
    kind: record.text('kind', 64),
    text: record.text('text'),
  }
}

function parseBallot(fields: Fields): Ballot {
  return { round: fields.count('round'), node: fields.count('node') }
}

function parseRead(result: Fields): LearnerReadResult {
  return {
    verdict: result.oneOf('verdict', ['chosen', 'undetermined']),
    value: result.textOrNull('value'),
    reason: result.text('reason'),
    replies: result.list('replies', REPLIES_MAX, parseReadReply),
  }
}

function parseReadReply(value: unknown, where: string): Replies[number] {
  const reply = Fields.of(value, where)
  return {
    node: reply.count('node', 1),
    appliedThrough: reply.count('appliedThrough'),
    value: reply.textOrNull('value'),
    votes: reply.list('votes', VOTES_MAX, (entry, at) => {
      const vote = Fields.of(entry, at)
      return {
        slot: vote.count('slot'),
        ballot: parseBallot(vote.at('ballot')),
        id: vote.text('id'),
      }
    }),
  }
}

function parseSlotView(value: unknown, where: string): SlotView {
  const view = Fields.of(value, where)
  const vote = view.atOrNull('vote')
  const chosen = view.atOrNull('chosen')
  return {
    slot: view.count('slot'),
    state: view.oneOf('state', ['open', 'voted', 'chosen', 'applied']),
    vote: vote && {
      ballot: parseBallot(vote.at('ballot')),
      id: vote.text('id'),
      text: vote.text('text'),
    },
    chosen: chosen && { id: chosen.text('id'), text: chosen.text('text') },
  }
}

export function parseNodeStatus(status: Fields): NodeStatus {
  const leader = status.atOrNull('leader')
  return {
    node: status.count('node', 1),
    life: status.count('life'),
    role: status.oneOf('role', ['idle', 'preparing', 'leading']),
    ballot: parseBallot(status.at('ballot')),
    promised: parseBallot(status.at('promised')),
    leader: leader && parseBallot(leader),
    votedThrough: status.count('votedThrough'),
    chosenThrough: status.count('chosenThrough'),
    appliedThrough: status.count('appliedThrough'),
    digest: status.text('digest'),
    policy: parsePolicy(status.raw('policy'), `${status.where}.policy`),
    waiting: status.count('waiting'),
    inFlight: status.count('inFlight'),
    acked: status.count('acked'),
    clients: status.count('clients'),
    logBytes: status.count('logBytes'),
    flushMsP95: status.number('flushMsP95'),
    lagMsP95: status.number('lagMsP95'),
    rssBytes: status.count('rssBytes'),
    bids: status.count('bids'),
    preemptions: status.count('preemptions'),
    dropped: status.count('dropped'),
  }
}

const MESSAGE_TYPES: ReadonlySet<string> = new Set(Object.keys(FAMILY_OF))

function isMessageType(text: string): text is MessageType {
  return MESSAGE_TYPES.has(text)
}

export function parseLinkTraffic(value: unknown, where: string): LinkTraffic {
  const link = Fields.of(value, where)
  const types: Partial<Record<MessageType, number>> = {}
  const counts = link.at('types')
  for (const name of counts.names()) {
    // A type that only a newer node knows is counted in `frames` and has no picture.
    if (isMessageType(name)) types[name] = counts.count(name)
  }
  return {
    from: link.count('from', 1),
    to: link.count('to', 1),
    frames: link.count('frames'),
    bytes: link.count('bytes'),
    dropped: link.count('dropped'),
    duplicated: link.count('duplicated'),
    types,
    samples: link.list('samples', SAMPLES_MAX, parseSample),
  }
}

function parseSample(value: unknown, where: string): LinkTraffic['samples'][number] {
  if (!Array.isArray(value)) throw new FrameError(`${where} is not a list`)
  const [type, ballot, slot, fate]: unknown[] = value
  const name = asText(type, `${where}[0]`, 40)
  if (!isMessageType(name)) throw new FrameError(`${where}[0] is not a message type`)
  if (fate !== 'passed' && fate !== 'dropped' && fate !== 'doubled') {
    throw new FrameError(`${where}[3] is not a fate`)
  }
  return [name, asText(ballot, `${where}[1]`, 40), asCount(slot, `${where}[2]`), fate]
}
