/**
 * Parses the options of a node that make it fail on purpose: disk faults, failpoints, clock, and
 * the disk image that a scenario starts from.
 *
 * Errors: FrameError that says where and what.
 */
import { DELAY_MS_MAX, SLOW_MS_MAX } from '../core/fault'
import type { FailpointArm, SlowSetting, StorageFault } from '../core/fault'
import type { FlushMode } from '../core/handHost'
import { READ_MODES } from '../core/kv/readMode'
import type { ReadMode } from '../core/kv/readMode'
import type { Ballot } from '../core/paxos/ballot'
import type { StableRecord, TimerName } from '../core/paxos/effect'
import { NODE_ID_MAX } from '../core/paxos/quorum'
import type { ClockSetting, HandAct } from './control'
import { asText, Fields } from './fields'
import { FrameError } from './frame'

export const TIMERS = [
  'election',
  'heartbeat',
  'bid',
  'resend',
  'read',
  'catchUp',
  'gather',
] as const satisfies readonly TimerName[]
const FAULTS_MAX = 20
const ARMS_MAX = 100
const IMAGE_RECORDS_MAX = 10_000
/** A record is no longer than a message, and a no-op takes three bytes of one. */
const VALUES_MAX = 131_072
/** Ten days: an offset beyond that is a typing mistake. */
const OFFSET_MS_MAX = 864_000_000

export function parseStorageFaults(fields: Fields, name: string): StorageFault[] {
  return fields.list(name, FAULTS_MAX, parseStorageFault)
}

export function parseStorageFault(value: unknown, where: string): StorageFault {
  const fault = Fields.of(value, where)
  const kind = fault.oneOf('kind', [
    'flushOff',
    'flushLies',
    'slowFlush',
    'writeError',
    'flushError',
    'diskFull',
    'tornTail',
  ])
  const node = fault.count('node', 1, NODE_ID_MAX)
  switch (kind) {
    case 'slowFlush': {
      const delayMs = fault.count('delayMs', 0, DELAY_MS_MAX)
      return { kind, node, delayMs, jitterMs: fault.count('jitterMs', 0, DELAY_MS_MAX) }
    }
    case 'diskFull':
      return { kind, node, bytesLeft: fault.count('bytesLeft') }
    default:
      return { kind, node }
  }
}

export function parseFailpoints(fields: Fields, name: string): FailpointArm[] {
  return fields.list(name, ARMS_MAX, (value, where) => {
    const arm = Fields.of(value, where)
    return {
      name: arm.text('name', 64),
      action: arm.oneOf('action', ['crash', 'delay', 'error']),
      skip: arm.count('skip'),
      delayMs: arm.count('delayMs', 0, DELAY_MS_MAX),
    }
  })
}

export function parseClock(clock: Fields): ClockSetting {
  const offsetMs = clock.number('offsetMs')
  const drift = clock.number('drift')
  if (Math.abs(offsetMs) > OFFSET_MS_MAX) {
    throw new FrameError(`${clock.where}.offsetMs is beyond ${OFFSET_MS_MAX} ms`)
  }
  if (drift <= -1 || drift > 10) throw new FrameError(`${clock.where}.drift is not from -1 to 10`)
  return { offsetMs, drift }
}

export function parseSlow(fields: Fields, name: string): SlowSetting | null {
  const slow = fields.atOrNull(name)
  if (slow === null) return null
  const ms = (field: string): number => {
    const value = slow.number(field)
    if (value >= 0 && value <= SLOW_MS_MAX) return value
    throw new FrameError(`${slow.where}.${field} is not from 0 to ${SLOW_MS_MAX} ms`)
  }
  return { delayMs: ms('delayMs'), jitterMs: ms('jitterMs') }
}

export function parseReadMode(fields: Fields, name: string): ReadMode {
  return fields.oneOf(name, READ_MODES)
}

/** Whether the lab drives this node by hand; nothing where it does not. */
export function parseHandMode(fields: Fields): { readonly hand?: FlushMode } {
  return fields.raw('hand') === undefined ? {} : { hand: fields.oneOf('hand', ['auto', 'byHand']) }
}

export function parseHandAct(act: Fields): HandAct {
  const kind = act.oneOf('kind', ['timer', 'flush', 'look'])
  return kind === 'timer' ? { kind, timer: act.oneOf('timer', TIMERS) } : { kind }
}

export function parseImage(fields: Fields, name: string): StableRecord[] {
  return fields.list(name, IMAGE_RECORDS_MAX, parseStableRecord)
}

export function parseStableRecord(value: unknown, where: string): StableRecord {
  const record = Fields.of(value, where)
  const kind = record.oneOf('kind', ['promise', 'vote', 'chosen', 'learned'])
  switch (kind) {
    case 'promise':
      return { kind, ballot: parseBallot(record.at('ballot')) }
    case 'vote':
      return { kind, ballot: parseBallot(record.at('ballot')), ...parseRun(record) }
    case 'chosen':
      return { kind, through: record.count('through') }
    case 'learned':
      return { kind, ...parseRun(record) }
  }
}

function parseBallot(ballot: Fields): Ballot {
  return { round: ballot.count('round', 1), node: ballot.count('node', 1, NODE_ID_MAX) }
}

function parseRun(record: Fields): { slot: number; values: string[] } {
  return { slot: record.count('slot', 1), values: record.list('values', VALUES_MAX, asText) }
}
