/**
 * What a predicate may ask of each type of event (`core/event.ts`): fields that hold one value, and
 * those of the fault, frame or result inside. Lists and histograms cannot be asked for.
 *
 * `by`, `atMs` (lab time) and, of nodes, `life` belong to every event.
 */
import type { LabEvent, LabEventType } from '../core/event'

/** `slot` stands for a run of slots, with `count`; `by` is a node or the lab. */
export type FieldKind = 'number' | 'slot' | 'ballot' | 'boolean' | 'text' | 'by'

type Fields = Readonly<Record<string, FieldKind>>

const LAB = { by: 'by', atMs: 'number' } as const satisfies Fields
const NODE = { ...LAB, life: 'number' } as const satisfies Fields
const BALLOT = { ...NODE, ballot: 'ballot' } as const satisfies Fields
const SLOTS = { slot: 'slot', count: 'number' } as const satisfies Fields
const MESSAGE = { ...BALLOT, ...SLOTS, message: 'text' } as const satisfies Fields
/** `id` as in `f3`; the node of a fault of a process. */
const FAULT = { ...LAB, id: 'text', kind: 'text', node: 'number' } as const satisfies Fields
const FRAME = {
  ...LAB,
  ...SLOTS,
  ballot: 'ballot',
  message: 'text',
  from: 'number',
  to: 'number',
  fault: 'text',
  bytes: 'number',
} as const satisfies Fields

/** Every type of event, with what can be asked of it. */
export const EVENT_FIELDS: Readonly<Record<LabEventType, Fields>> = {
  promised: BALLOT,
  voted: { ...BALLOT, ...SLOTS },
  refused: { ...BALLOT, promised: 'ballot', phase: 'number' },
  bid: { ...BALLOT, reason: 'text' },
  elected: { ...BALLOT, forced: 'number', noops: 'number' },
  issued: { ...BALLOT, ...SLOTS, cause: 'text' },
  preempted: { ...BALLOT, rival: 'ballot', phase: 'number' },
  steppedDown: { ...BALLOT, reason: 'text' },
  followed: BALLOT,
  chosen: { ...BALLOT, ...SLOTS },
  learned: { ...NODE, ...SLOTS, via: 'text' },
  snapshotTaken: { ...NODE, through: 'number', digest: 'text' },
  snapshotInstalled: { ...NODE, through: 'number', digest: 'text', from: 'number' },
  leaseKept: { ...BALLOT, holder: 'number', ticksLeft: 'number' },
  leaseHeld: { ...BALLOT, ticks: 'number' },
  canvassed: BALLOT,
  acknowledged: { ...NODE, slot: 'slot', at: 'text' },
  submitted: { ...NODE, session: 'text', from: 'number', count: 'number' },
  answered: { ...NODE, session: 'text', from: 'number', count: 'number' },
  applied: { ...NODE, through: 'number', digest: 'text' },
  policySet: { ...NODE, kind: 'text' },
  limitReached: { ...NODE, limit: 'text', dropped: 'number' },
  recovered: {
    ...NODE,
    promised: 'ballot',
    chosenThrough: 'number',
    votedThrough: 'number',
    records: 'number',
    bytes: 'number',
    tornBytes: 'number',
    offset: 'number',
  },
  persisted: { ...NODE, record: 'number', offset: 'number', flushMs: 'number' },
  sentAfter: { ...NODE, message: 'text', after: 'number', durable: 'number' },
  sent: { ...MESSAGE, to: 'number', after: 'number', id: 'text' },
  received: { ...MESSAGE, from: 'number', id: 'text' },
  peerConnected: { ...NODE, peer: 'number' },
  peerLost: { ...NODE, peer: 'number', reason: 'text' },
  connectionRefused: { ...NODE, port: 'text', reason: 'text' },
  storageFailed: { ...NODE, reason: 'text' },
  nodeFailed: { ...NODE, reason: 'text' },
  factsDropped: { ...NODE, count: 'number' },
  clusterStarted: {
    ...LAB,
    cluster: 'text',
    mode: 'text',
    direct: 'boolean',
    seed: 'number',
    scenario: 'text',
    variant: 'text',
    mutant: 'text',
    unnamed: 'text',
    source: 'text',
    stallMsMax: 'number',
  },
  clusterStopped: LAB,
  nodeStarted: { ...LAB, node: 'number', pid: 'number' },
  nodeReady: { ...LAB, node: 'number', clientPort: 'number', life: 'number' },
  nodeExited: { ...LAB, node: 'number', code: 'number', signal: 'text', injected: 'boolean' },
  faultStarted: FAULT,
  faultEnded: FAULT,
  frameHeld: FRAME,
  frameReleased: { ...FRAME, how: 'text' },
  frameDropped: { ...FRAME, how: 'text' },
  frameMoved: { ...FRAME, before: 'number' },
  acted: { ...LAB, act: 'text', actor: 'text' },
  clientReplied: {
    ...LAB,
    node: 'number',
    command: 'text',
    reply: 'text',
    outcome: 'text',
    latencyMs: 'number',
  },
  learnerRead: {
    ...LAB,
    node: 'number',
    key: 'text',
    slot: 'slot',
    mode: 'text',
    verdict: 'text',
    value: 'text',
    latencyMs: 'number',
  },
  statusSampled: LAB,
  trafficSampled: LAB,
  messagesSeen: { ...LAB, missed: 'number' },
  messagesWatched: { ...LAB, on: 'boolean' },
  loadSampled: {
    ...LAB,
    spanMs: 'number',
    clients: 'number',
    offered: 'number',
    shed: 'number',
    backlog: 'number',
    sent: 'number',
    acked: 'number',
    failed: 'number',
    unknown: 'number',
    waiting: 'number',
    waitMsMax: 'number',
  },
  violated: { ...LAB, invariant: 'text', words: 'text' },
  labNote: { ...LAB, level: 'text', words: 'text' },
}

export function isEventType(name: string): name is LabEventType {
  return Object.hasOwn(EVENT_FIELDS, name)
}

/** The fields of an event by the names of the table. */
export function fieldsOf(event: LabEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'faultStarted':
    case 'faultEnded': {
      const { id, fault } = event.fault
      return { ...event, id, kind: fault.kind, node: 'node' in fault ? fault.node : undefined }
    }
    case 'frameHeld':
    case 'frameReleased':
    case 'frameDropped':
    case 'frameMoved': {
      const { link, ...frame } = event.frame
      return { ...event, ...frame, from: link.from, to: link.to }
    }
    case 'learnerRead':
      return { ...event, verdict: event.result.verdict, value: event.result.value }
    case 'policySet':
      return { ...event, kind: event.policy.kind }
    case 'acknowledged':
      return { ...event, count: event.ids.length }
    default:
      return { ...event }
  }
}
