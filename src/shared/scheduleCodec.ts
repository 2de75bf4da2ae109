/**
 * Parses `schedule.json` of a run directory, and the same from any other hand.
 *
 * Errors: FrameError that says where and what: `schedule.acts[3].frame.from is not from 1 to 3`.
 *         Unknown fields are ignored, unknown acts and settings are not.
 */
import { DEFAULT_REPLICA } from '../core/paxos/config'
import type { Ballot } from '../core/paxos/ballot'
import type { TimerName } from '../core/paxos/effect'
import { FAMILY_OF } from '../core/paxos/message'
import type { MessageType } from '../core/paxos/message'
import { NODE_ID_MAX } from '../core/paxos/quorum'
import type { FrameName, Schedule, ScheduleAct, ScheduleEnd } from '../core/schedule'
import { asText, Fields } from './fields'
import { FrameError } from './frame'
import { parseReplicaConfig } from './policyCodec'

/** A million acts are minutes of a cluster; a longer file is not a schedule of ours. */
const ACTS_MAX = 1_000_000
const ARGS_MAX = 1000

const ACTS = [
  'request',
  'propose',
  'startElection',
  'timer',
  'deliver',
  'drop',
  'duplicate',
  'flush',
  'crash',
  'restart',
] as const satisfies readonly ScheduleAct['act'][]

const TIMERS = [
  'election',
  'heartbeat',
  'bid',
  'resend',
  'read',
  'catchUp',
  'gather',
] as const satisfies readonly TimerName[]

const isMessageType = (name: string): name is MessageType => Object.hasOwn(FAMILY_OF, name)
const MESSAGES = Object.keys(FAMILY_OF).filter(isMessageType)

type Setting = keyof typeof DEFAULT_REPLICA
const isSetting = (name: string): name is Setting => Object.hasOwn(DEFAULT_REPLICA, name)

/** @throws FrameError that names the field. */
export function parseSchedule(text: string, where = 'schedule'): Schedule {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FrameError(`${where} is not JSON: ${reason}`)
  }
  const fields = Fields.of(value, where)
  const version = fields.raw('version')
  if (version !== 1) throw new FrameError(`${where}.version is ${String(version)}, not 1`)
  const nodes = fields.count('nodes', 1, NODE_ID_MAX)
  return {
    version,
    title: fields.text('title'),
    nodes,
    config: parseConfig(fields.at('config'), nodes),
    ...(fields.raw('flush') === undefined
      ? {}
      : { flush: fields.oneOf('flush', ['auto', 'byHand']) }),
    acts: fields.list('acts', ACTS_MAX, (act, at) => parseAct(Fields.of(act, at), nodes)),
    end: parseEnd(fields.at('end')),
  }
}

/** One act a line, so that two schedules can be compared. */
export function printSchedule(schedule: Schedule): string {
  const { acts, end, ...head } = schedule
  const lines = acts.map((act) => `    ${JSON.stringify(act)}`).join(',\n')
  const fields = Object.entries({ ...head, acts: null, end }).map(([name, value]) =>
    name === 'acts'
      ? `  "acts": [${lines === '' ? '' : `\n${lines}\n  `}]`
      : `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  )
  return `{\n${fields.join(',\n')}\n}\n`
}

/** What is given must make a whole configuration together with the shipped defaults. */
export function parseConfig(config: Fields, nodes: number): Schedule['config'] {
  const given = config.names().map((name) => {
    if (!isSetting(name)) throw new FrameError(`${config.where}.${name} is no setting`)
    return name
  })
  const own = Object.fromEntries(given.map((name) => [name, config.raw(name)]))
  const members = Array.from({ length: nodes }, (_, index) => index + 1)
  const whole = { ...DEFAULT_REPLICA, ...own, node: 1, members }
  return pick(parseReplicaConfig(Fields.of(whole, config.where)), given)
}

function pick<T, K extends keyof T>(all: T, names: readonly K[]): Partial<Pick<T, K>> {
  const part: Partial<Pick<T, K>> = {}
  for (const name of names) part[name] = all[name]
  return part
}

function parseEnd(end: Fields): ScheduleEnd {
  return { invariant: end.textOrNull('invariant'), words: end.text('words') }
}

function parseAct(fields: Fields, nodes: number): ScheduleAct {
  const act = fields.oneOf('act', ACTS)
  const node = (): number => fields.count('node', 1, nodes)
  switch (act) {
    case 'request':
    case 'propose': {
      const args = fields.list('args', ARGS_MAX, (value, where) => asText(value, where))
      if (args.length === 0) throw new FrameError(`${fields.where}.args is empty`)
      return { act, node: node(), args }
    }
    case 'timer':
      return { act, node: node(), timer: fields.oneOf('timer', TIMERS) }
    case 'deliver':
    case 'drop':
    case 'duplicate':
      return { act, frame: parseFrameName(fields.at('frame'), nodes) }
    case 'crash':
      if (fields.raw('wiped') === undefined) return { act, node: node() }
      return fields.flag('wiped') ? { act, node: node(), wiped: true } : { act, node: node() }
    case 'startElection':
    case 'flush':
    case 'restart':
      return { act, node: node() }
  }
}

function parseFrameName(frame: Fields, nodes: number): FrameName {
  return {
    from: frame.count('from', 1, nodes),
    to: frame.count('to', 1, nodes),
    message: frame.oneOf('message', MESSAGES),
    ballot: parseBallot(frame.atOrNull('ballot'), nodes),
    slot: frame.count('slot'),
    nth: frame.count('nth'),
  }
}

/** Ballot 0.0 is that of who has promised nothing yet. */
function parseBallot(ballot: Fields | null, nodes: number): Ballot | null {
  if (ballot === null) return null
  return { round: ballot.count('round'), node: ballot.count('node', 0, nodes) }
}
