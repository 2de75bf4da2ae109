/**
 * Parses the frames of the control protocol and the start-up files of children (shared/control.ts).
 *
 * Result: a typed frame, or null for a `type` that this version does not know, which the receiver
 *         counts and shows.
 * Errors: FrameError that says where and what; the connection must then be closed.
 */
import type { ReadSubject } from '../core/paxos/message'
import type {
  LabToNode,
  LabToSwitchboard,
  NodeCall,
  NodeFile,
  NodeToLab,
  PeerAddress,
  SwitchboardFile,
  SwitchboardToLab,
} from './control'
import { parseLink, parseLinkFault } from './faultCodec'
import { asCount, asText, Fields } from './fields'
import { GATE_ACTS_MAX, parseGateAct, parseGateAnswer, parseGateCall } from './gateCodec'
import { parseFacts } from './factCodec'
import { FrameError } from './frame'
import { parseSeenReport } from './messagesCodec'
import { parseAnswer, parseLinkTraffic, parseNodeStatus } from './answerCodec'
import {
  parseClock,
  parseFailpoints,
  parseHandAct,
  parseHandMode,
  parseImage,
  parseReadMode,
  parseSlow,
  parseStorageFaults,
} from './nodeOptionsCodec'
import { parsePolicy, parseReplicaConfig } from './policyCodec'
import { parseStepAct, parseStepping, parseStepView } from './steppingCodec'
import { UNNAMED_LETTERS } from './unnamed'

export interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

const PEERS_MAX = 99
const LINKS_MAX = 10_000
const ARGS_MAX = 1024
const PORT_MAX = 65_535
export const SLOT_VIEWS_MAX = 200
export const RECORD_VIEWS_MAX = 500
export function parseLabToNode(frame: Frame): LabToNode | null {
  const fields = Fields.of(frame, 'frame')
  switch (frame.type) {
    case 'peers':
      return { type: 'peers', peers: fields.list('peers', PEERS_MAX, parsePeer) }
    case 'call':
      return { type: 'call', call: fields.count('call'), body: parseCall(fields.at('body')) }
    case 'stop':
      return { type: 'stop' }
    default:
      return null
  }
}

function parsePeer(value: unknown, where: string): PeerAddress {
  const peer = Fields.of(value, where)
  return {
    node: peer.count('node', 1),
    host: peer.text('host'),
    port: peer.count('port', 1, PORT_MAX),
  }
}

function parseCall(body: Fields): NodeCall {
  const action = body.oneOf('action', [
    'propose',
    'startElection',
    'stepDown',
    'setPolicy',
    'pause',
    'resume',
    'read',
    'setClock',
    'setSlow',
    'setStorageFaults',
    'armFailpoints',
    'failpointHits',
    'records',
    'slots',
    'hand',
    'step',
    'status',
  ])
  switch (action) {
    case 'propose':
      return { action, args: parseArgs(body) }
    case 'setPolicy':
      return { action, policy: parsePolicy(body.raw('policy'), `${body.where}.policy`) }
    case 'read':
      return {
        action,
        subject: parseSubject(body.at('subject')),
        mode: parseReadMode(body, 'mode'),
      }
    case 'setClock':
      return { action, clock: parseClock(body.at('clock')) }
    case 'setSlow':
      return { action, slow: parseSlow(body, 'slow') }
    case 'setStorageFaults':
      return { action, faults: parseStorageFaults(body, 'faults') }
    case 'armFailpoints':
      return { action, arms: parseFailpoints(body, 'arms') }
    case 'records':
      return {
        action,
        fromOffset: body.count('fromOffset'),
        count: body.count('count', 1, RECORD_VIEWS_MAX),
      }
    case 'slots':
      return { action, from: body.count('from', 1), count: body.count('count', 1, SLOT_VIEWS_MAX) }
    case 'hand':
      return { action, hand: parseHandAct(body.at('hand')) }
    case 'step':
      return { action, step: parseStepAct(body.at('step')) }
    default:
      return { action }
  }
}

function parseArgs(body: Fields): string[] {
  const args = body.list('args', ARGS_MAX, (arg, where) => asText(arg, where))
  if (args.length === 0) throw new FrameError(`${body.where}.args is empty`)
  return args
}

function parseSubject(subject: Fields): ReadSubject {
  const kind = subject.oneOf('kind', ['slot', 'key'])
  return kind === 'slot'
    ? { kind, slot: subject.count('slot', 1) }
    : { kind, key: subject.text('key') }
}

export function parseNodeToLab(frame: Frame): NodeToLab | null {
  const fields = Fields.of(frame, 'frame')
  switch (frame.type) {
    case 'ready':
      return {
        type: 'ready',
        pid: fields.count('pid', 1),
        life: fields.count('life'),
        peerPort: fields.count('peerPort', 1, PORT_MAX),
        clientPort: fields.count('clientPort', 1, PORT_MAX),
      }
    case 'facts':
      return {
        type: 'facts',
        dropped: fields.count('dropped'),
        facts: parseFacts(fields.raw('facts'), 'frame.facts'),
      }
    case 'status':
      return { type: 'status', status: parseNodeStatus(fields.at('status')) }
    case 'answer':
      return {
        type: 'answer',
        call: fields.count('call'),
        answer: parseAnswer(fields.at('answer')),
      }
    case 'stepping':
      return { type: 'stepping', view: parseStepView(fields.at('view')) }
    default:
      return null
  }
}

export function parseLabToSwitchboard(frame: Frame): LabToSwitchboard | null {
  const fields = Fields.of(frame, 'frame')
  switch (frame.type) {
    case 'route':
      return {
        type: 'route',
        node: fields.count('node', 1),
        port: fields.count('port', 1, PORT_MAX),
      }
    case 'watch':
      return { type: 'watch', on: fields.flag('on') }
    case 'startFault':
      return {
        type: 'startFault',
        call: fields.count('call'),
        id: fields.text('id', 64),
        fault: parseLinkFault(fields.at('fault')),
      }
    case 'endFault':
      return { type: 'endFault', call: fields.count('call'), id: fields.text('id', 64) }
    case 'gate':
      return { type: 'gate', call: fields.count('call'), body: parseGateCall(fields.at('body')) }
    case 'stop':
      return { type: 'stop' }
    default:
      return null
  }
}

export function parseSwitchboardToLab(frame: Frame): SwitchboardToLab | null {
  const fields = Fields.of(frame, 'frame')
  switch (frame.type) {
    case 'ready':
      return {
        type: 'ready',
        pid: fields.count('pid', 1),
        links: fields.list('links', LINKS_MAX, (value, where) => ({
          ...parseLink(value, where),
          port: Fields.of(value, where).count('port', 1, PORT_MAX),
        })),
      }
    case 'messages':
      return { type: 'messages', ...parseSeenReport(fields) }
    case 'traffic':
      return { type: 'traffic', links: fields.list('links', LINKS_MAX, parseLinkTraffic) }
    case 'faultEnded':
      return { type: 'faultEnded', id: fields.text('id', 64) }
    case 'gateAnswer':
      return {
        type: 'gateAnswer',
        call: fields.count('call'),
        answer: parseGateAnswer(fields.at('answer')),
      }
    case 'gateActs':
      return {
        type: 'gateActs',
        skipped: fields.count('skipped'),
        acts: fields.list('acts', GATE_ACTS_MAX, parseGateAct),
      }
    case 'note':
      return {
        type: 'note',
        level: fields.oneOf('level', ['info', 'warn', 'error']),
        words: fields.text('words'),
      }
    case 'answer':
      return { type: 'answer', call: fields.count('call'), error: fields.textOrNull('error') }
    default:
      return null
  }
}

/** Parses the JSON value of a node's start-up file. */
export function parseNodeFile(value: unknown): NodeFile {
  const file = Fields.of(value, 'node file')
  file.count('version', 1, 1)
  const control = file.atOrNull('control')
  return {
    version: 1,
    cluster: file.text('cluster', 64),
    replica: parseReplicaConfig(file.at('replica')),
    tickMs: file.count('tickMs', 1, 1000),
    dataDir: file.text('dataDir'),
    host: loopback(file),
    peerPort: file.count('peerPort', 0, PORT_MAX),
    clientPort: file.count('clientPort', 0, PORT_MAX),
    requestDeadlineMs: file.count('requestDeadlineMs', 1),
    clientsMax: file.count('clientsMax', 1),
    telemetry: file.oneOf('telemetry', ['off', 'facts']),
    flush: file.flag('flush'),
    storageFaults: parseStorageFaults(file, 'storageFaults'),
    failpoints: parseFailpoints(file, 'failpoints'),
    clock: parseClock(file.at('clock')),
    slow: parseSlow(file, 'slow'),
    image: parseImage(file, 'image'),
    expectLog: file.flag('expectLog'),
    rejoin: file.oneOf('rejoin', ['refuse', 'learner']),
    lifeFloor: file.count('lifeFloor'),
    powerWitness: file.flag('powerWitness'),
    readMode: parseReadMode(file, 'readMode'),
    recordInputs: file.textOrNull('recordInputs'),
    ...parseUnnamed(file),
    ...parseStepping(file),
    ...parseHandMode(file),
    control: control && parseAddress(control),
  }
}

function parseUnnamed(file: Fields): Pick<NodeFile, 'unnamed'> {
  return file.raw('unnamed') === undefined
    ? {}
    : { unnamed: file.oneOf('unnamed', UNNAMED_LETTERS) }
}

/** Parses the JSON value of the switchboard's start-up file. */
export function parseSwitchboardFile(value: unknown): SwitchboardFile {
  const file = Fields.of(value, 'switchboard file')
  file.count('version', 1, 1)
  return {
    version: 1,
    cluster: file.text('cluster', 64),
    host: loopback(file),
    control: parseAddress(file.at('control')),
    seed: file.count('seed'),
    members: file.list('members', PEERS_MAX, (value, where) => asCount(value, where, 1)),
    heldBytesMax: file.count('heldBytesMax', 1),
  }
}

function parseAddress(address: Fields): { host: string; port: number } {
  return { host: loopback(address), port: address.count('port', 1, PORT_MAX) }
}

/** Nothing of the lab is reachable from another machine. */
function loopback(fields: Fields): string {
  const host = fields.text('host', 64)
  if (host === '::1' || host === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host)) return host
  throw new FrameError(`${fields.where}.host is not a loopback address`)
}
