/**
 * Lines of a file of recorded inputs: JSON, each with a hash of itself and of the line before, so
 * that one changed byte is found, and in the very line. docs/replay.md has the format.
 *
 * Hash:   32 hexadecimal digits of SHA-256 over the hash of the line before and the line without
 *         its own hash. The hash function is a parameter: pages and core own none.
 * Errors: FrameError that says what is wrong; `ChangedLineError` when the chain does not hold.
 */
import type {
  Hash,
  RecordedRound,
  RecordingEnd,
  RecordingHead,
  RoundDigest,
} from '../core/check/replay/recording'
import { READ_MODES } from '../core/kv/readMode'
import type { ClientSessionRef, MachineInput } from '../core/machineTypes'
import type { StableRecord, TimerName } from '../core/paxos/effect'
import type { Message, ReadSubject } from '../core/paxos/message'
import type { Snapshot } from '../core/paxos/snapshot'
import { asCount, asText, Fields } from './fields'
import { FrameError } from './frame'
import { parseStableRecord } from './nodeOptionsCodec'
import { parsePolicy, parseReplicaConfig } from './policyCodec'
import { parseMessage } from './wire'

const HASH_CHARS = 32
/** Hash before the first line. */
export const FIRST_LINK = '0'.repeat(HASH_CHARS)
const SEAL_START = ',"hash":"'
const SEAL_END = '"}'
const SEAL_CHARS = SEAL_START.length + HASH_CHARS + SEAL_END.length

const INPUTS_MAX = 1_000_000
const ARGS_MAX = 1_048_576
const RECORDS_MAX = 100_000
/** A snapshot is one line; V8 has no longer texts. */
const BODY_CHARS_MAX = 500_000_000
const TIMERS = ['election', 'heartbeat', 'bid', 'resend', 'read', 'catchUp', 'gather'] as const

/** A line is not the one that was written. */
export class ChangedLineError extends FrameError {}

export type RecordingLine =
  | { readonly kind: 'head'; readonly head: RecordingHead }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'records'; readonly records: readonly StableRecord[] }
  /** A round that has the state of the one before says so by leaving it out. */
  | { readonly kind: 'round'; readonly round: RecordedRound }
  | { readonly kind: 'end'; readonly end: RecordingEnd }

export interface SealedLine {
  /** With its `\n`. */
  readonly line: string
  readonly link: string
}

/** `body` is a JSON object without its last brace. */
export function sealLine(body: string, before: string, hash: Hash): SealedLine {
  const link = hash(before + body).slice(0, HASH_CHARS)
  return { line: `${body}${SEAL_START}${link}${SEAL_END}\n`, link }
}

/** Takes the lines of one file in order. */
export class RecordingReader {
  private link = FIRST_LINK
  private state = ''

  constructor(private readonly hash: Hash) {}

  /** The line as it is, without its `\n`. @throws ChangedLineError, FrameError */
  take(line: string): RecordingLine {
    const body = line.slice(0, -SEAL_CHARS)
    const sealed = sealLine(body, this.link, this.hash)
    if (sealed.line.slice(0, -1) !== line) {
      throw new ChangedLineError('was changed (chain broken)')
    }
    this.link = sealed.link
    const parsed = this.parse(Fields.of(parseJson(`${body}}`), 'line'))
    if (parsed.kind === 'round') this.state = parsed.round.answer?.state ?? this.state
    return parsed
  }

  private parse(fields: Fields): RecordingLine {
    const kind = fields.oneOf('kind', ['head', 'snapshot', 'records', 'round', 'end'])
    switch (kind) {
      case 'head':
        return { kind, head: parseHead(fields) }
      case 'snapshot':
        return { kind, snapshot: parseSnapshot(fields.at('snapshot')) }
      case 'records':
        return { kind, records: fields.list('records', RECORDS_MAX, parseStableRecord) }
      case 'round':
        return { kind, round: this.parseRound(fields) }
      case 'end': {
        const why = fields.oneOf('why', ['closed', 'full', 'failed'])
        return { kind, end: { why, words: fields.text('words') } }
      }
    }
  }

  private parseRound(fields: Fields): RecordedRound {
    const answer = fields.atOrNull('answer')
    return {
      round: fields.count('round', 1),
      atMs: fields.number('atMs'),
      facts: fields.count('facts'),
      ticks: fields.number('ticks'),
      inputs: fields.list('inputs', INPUTS_MAX, parseInput),
      answer: answer && this.parseAnswer(answer),
    }
  }

  private parseAnswer(answer: Fields): RoundDigest {
    return {
      effects: answer.count('effects'),
      replies: answer.count('replies'),
      reads: answer.count('reads'),
      digest: answer.text('digest', 64),
      state: answer.raw('state') === undefined ? this.state : answer.text('state'),
    }
  }
}

/** Lines before their seal. */
export const printHead = (head: RecordingHead): string => open({ kind: 'head', ...head })
export const printSnapshot = (snapshot: Snapshot): string => open({ kind: 'snapshot', snapshot })
export const printEnd = (end: RecordingEnd): string => open({ kind: 'end', ...end })

export function printRecords(records: readonly StableRecord[]): string {
  return open({ kind: 'records', records })
}

/** `inputs` is printed already: the machine has been given them since. */
export function printRound(
  round: Omit<RecordedRound, 'inputs'>,
  inputs: string,
  stateBefore: string,
): string {
  const { answer, ...rest } = round
  const { state, ...counts } = answer ?? { state: '' }
  const shown = state === stateBefore ? counts : { ...counts, state }
  const head = open({ kind: 'round', ...rest })
  return `${head},"inputs":${inputs},"answer":${answer === null ? 'null' : JSON.stringify(shown)}`
}

function open(value: object): string {
  return JSON.stringify(value).slice(0, -1)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FrameError('line is not JSON')
  }
}

function parseHead(fields: Fields): RecordingHead {
  fields.count('version', 1, 1)
  const config = parseReplicaConfig(fields.at('config'))
  return {
    version: 1,
    cluster: fields.text('cluster', 64),
    node: fields.count('node', config.node, config.node),
    life: fields.count('life', 1),
    config,
    tickMs: fields.count('tickMs', 1),
    factsOn: fields.flag('factsOn'),
  }
}

function parseSnapshot(fields: Fields): Snapshot {
  return {
    through: fields.count('through'),
    digest: fields.text('digest', 64),
    body: fields.text('body', BODY_CHARS_MAX),
  }
}

function parseInput(value: unknown, where: string): MachineInput {
  const input = Fields.of(value, where)
  const type = input.oneOf('type', [
    'start',
    'snapshotSaved',
    'message',
    'timer',
    'persisted',
    'request',
    'abandon',
    'propose',
    'startElection',
    'stepDown',
    'setPolicy',
    'read',
  ])
  switch (type) {
    case 'start':
    case 'startElection':
    case 'stepDown':
      return { type }
    case 'snapshotSaved':
    case 'persisted':
      return { type, through: input.count('through') }
    case 'message':
      return { type, from: input.count('from', 1), message: messageOf(input) }
    case 'timer':
      return { type, timer: timerOf(input) }
    case 'abandon':
      return { type, tags: input.list('tags', INPUTS_MAX, (tag, at) => asCount(tag, at)) }
    case 'setPolicy':
      return { type, policy: parsePolicy(input.raw('policy'), `${where}.policy`) }
    case 'propose':
      return { type, tag: input.count('tag'), args: argsOf(input) }
    case 'request':
      return { type, tag: input.count('tag'), args: argsOf(input), ...sessionOf(input) }
    case 'read': {
      const mode = input.oneOf('mode', READ_MODES)
      return { type, tag: input.count('tag'), subject: subjectOf(input.at('subject')), mode }
    }
  }
}

function messageOf(input: Fields): Message {
  const fields = input.at('message')
  const frame: Record<string, unknown> & { type: string } = { type: fields.text('type', 40) }
  for (const name of fields.names()) if (name !== 'type') frame[name] = fields.raw(name)
  const message = parseMessage(frame)
  if (message !== null) return message
  throw new FrameError(`${fields.where}.type is no message of this version`)
}

function timerOf(input: Fields): TimerName {
  return input.oneOf('timer', TIMERS)
}

function argsOf(input: Fields): string[] {
  return input.list('args', ARGS_MAX, (arg, where) => asText(arg, where, BODY_CHARS_MAX))
}

function sessionOf(input: Fields): { readonly session?: ClientSessionRef } {
  if (input.raw('session') === undefined) return {}
  const session = input.at('session')
  const id = session.text('id')
  return {
    session: { id, seq: session.count('seq'), ackedThrough: session.count('ackedThrough') },
  }
}

function subjectOf(subject: Fields): ReadSubject {
  const kind = subject.oneOf('kind', ['slot', 'key'])
  return kind === 'slot'
    ? { kind, slot: subject.count('slot', 1) }
    : { kind, key: subject.text('key') }
}
