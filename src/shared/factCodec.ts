/**
 * Checks the facts that a node reports. They come at a high rate, so each kind has one small
 * predicate and nothing is copied; folds can then trust every field that they read.
 *
 * Errors: FrameError for a fact that lacks what its kind has. A kind that this version does not
 *         know is left out; the hole in `nodeSeq` shows that something is missing.
 */
import type { NodeFact, NodeReport } from '../core/event'
import type { PaxosFact } from '../core/paxos/fact'
import { FrameError } from './frame'
import { isPolicy } from './policyCodec'

type Loose = Readonly<Record<string, unknown>>
type Fact = PaxosFact | NodeFact
type FactType = Fact['type']
/** The fields of a kind, before they are looked at. A field of no kind does not compile. */
type Unchecked<Type extends FactType> = Readonly<
  Partial<Record<keyof Extract<Fact, { readonly type: Type }>, unknown>>
>
type Checks = { readonly [Type in FactType]: (fact: Unchecked<Type>) => boolean }

const RANGES_MAX = 100_000
const FACTS_MAX = 20_000
const IDS_MAX = 100_000

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)
const isNode = (value: unknown): boolean => isCount(value) && value > 0
const isSlot = isCount

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isBallot(value: unknown): boolean {
  return isLoose(value) && isCount(value['round']) && isCount(value['node'])
}

function isList(value: unknown, item: (value: unknown) => boolean, itemsMax: number): boolean {
  return Array.isArray(value) && value.length <= itemsMax && value.every(item)
}

/** A run of consecutive slots names one command id for each. */
function isRun({ slot, count, ids }: Unchecked<'learned'>): boolean {
  if (!isSlot(slot) || !isCount(count) || !Array.isArray(ids)) return false
  return ids.length === count && ids.every(isText)
}

/** Consecutive requests of one session. */
function isRequests({ session, from, count }: Unchecked<'submitted'>): boolean {
  return isText(session) && isCount(from) && isCount(count)
}

function isNote({ id, message, ballot, slot, count }: Unchecked<'received'>): boolean {
  const known = ballot === null || isBallot(ballot)
  return isText(id) && isText(message) && known && isSlot(slot) && isCount(count)
}

function isRange(value: unknown): boolean {
  return isLoose(value) && isSlot(value['from']) && (value['to'] === null || isSlot(value['to']))
}

function oneOf(...options: readonly unknown[]): (value: unknown) => boolean {
  return (value) => options.includes(value)
}

const isPhase = oneOf(1, 2)
const isBidReason = oneOf('request', 'election', 'preempted', 'manual')
const isCause = oneOf('free', 'forced', 'noop')
const isStepDownReason = oneOf('preempted', 'manual', 'policy')
const isVia = oneOf('watermark', 'catchUp')
const isGround = oneOf('promiseQuorum', 'chosen')
const isPort = oneOf('peer', 'client', 'control')

const CHECKS: Checks = {
  promised: ({ ballot }) => isBallot(ballot),
  voted: ({ ballot, ...run }) => isBallot(ballot) && isRun(run),
  refused: ({ ballot, promised, phase }) =>
    isBallot(ballot) && isBallot(promised) && isPhase(phase),
  bid: ({ ballot, ranges, reason }) =>
    isBallot(ballot) && isList(ranges, isRange, RANGES_MAX) && isBidReason(reason),
  elected: ({ ballot, witnesses, forced, noops }) =>
    isBallot(ballot) && isList(witnesses, isNode, 99) && isCount(forced) && isCount(noops),
  issued: ({ ballot, cause, ...run }) => isBallot(ballot) && isCause(cause) && isRun(run),
  preempted: ({ ballot, rival, phase }) => isBallot(ballot) && isBallot(rival) && isPhase(phase),
  steppedDown: ({ ballot, reason }) => isBallot(ballot) && isStepDownReason(reason),
  followed: ({ ballot }) => isBallot(ballot),
  chosen: ({ ballot, ...run }) => isBallot(ballot) && isRun(run),
  learned: ({ via, ...run }) => isVia(via) && isRun(run),
  acknowledged: ({ slot, ids, at }) => isSlot(slot) && isList(ids, isText, IDS_MAX) && isGround(at),
  submitted: (fact) => isRequests(fact),
  answered: (fact) => isRequests(fact),
  applied: ({ through, digest }) => isSlot(through) && isText(digest),
  snapshotTaken: ({ through, digest }) => isSlot(through) && isText(digest),
  snapshotInstalled: ({ through, digest, from }) =>
    isSlot(through) && isText(digest) && isNode(from),
  leaseKept: ({ ballot, holder, ticksLeft }) =>
    isBallot(ballot) && isCount(holder) && isNumber(ticksLeft),
  leaseHeld: ({ ballot, ticks }) => isBallot(ballot) && isNumber(ticks),
  canvassed: ({ ballot }) => isBallot(ballot),
  policySet: ({ policy }) => isPolicy(policy),
  limitReached: ({ limit, dropped }) => isText(limit) && isCount(dropped),
  recovered: ({ promised, chosenThrough, records, bytes, tornBytes, offset = 0, ...rest }) =>
    isBallot(promised) &&
    [chosenThrough, records, bytes, tornBytes, offset].every(isCount) &&
    isSlot(rest['votedThrough'] ?? 0),
  persisted: ({ record, offset, flushMs }) =>
    isCount(record) && isCount(offset) && isNumber(flushMs),
  sentAfter: ({ message, after, durable }) => isText(message) && isCount(after) && isCount(durable),
  sent: ({ to, after, ...note }) => isNode(to) && isCount(after) && isNote(note),
  received: ({ from, ...note }) => isNode(from) && isNote(note),
  peerConnected: ({ peer }) => isNode(peer),
  peerLost: ({ peer, reason }) => isNode(peer) && isText(reason),
  connectionRefused: ({ port, reason }) => isPort(port) && isText(reason),
  storageFailed: ({ reason }) => isText(reason),
  nodeFailed: ({ reason }) => isText(reason),
  factsDropped: ({ count }) => isCount(count),
}

export function parseFacts(value: unknown, where: string): NodeReport[] {
  if (!Array.isArray(value)) throw new FrameError(`${where} is not a list`)
  if (value.length > FACTS_MAX) throw new FrameError(`${where} has more than ${FACTS_MAX} items`)
  return value.filter((entry, index) => isFact(entry, `${where}[${index}]`))
}

function isFact(value: unknown, where: string): value is NodeReport {
  if (!isLoose(value) || !isText(value['type']) || !isNumber(value['nodeAtMs'])) {
    throw new FrameError(`${where} is not a fact with type and nodeAtMs`)
  }
  if (!isCount(value['life']) || !isCount(value['nodeSeq'])) {
    throw new FrameError(`${where} is not a fact with life and nodeSeq`)
  }
  const type = String(value['type'])
  if (!isKnown(type)) return false
  if (!CHECKS[type](value)) throw new FrameError(`${where} is not a fact of kind "${type}"`)
  return true
}

function isKnown(type: string): type is FactType {
  return Object.hasOwn(CHECKS, type)
}
