/** One-line text of messages, records, effects and facts; traces, logs and tooltips share it. */
import { unreachable } from '../assert'
import { formatBallot } from './ballot'
import type { Effect, StableRecord } from './effect'
import type { PaxosFact } from './fact'
import { valueId } from './fact'
import type {
  Alive,
  BlogMessage,
  Canvass,
  Message,
  ReadAt,
  ReadIndex,
  SlotRange,
  SnapshotAsk,
  SnapshotPart,
  Support,
  Value,
} from './message'

/** `135-137 140-∞`. */
export function formatRanges(ranges: readonly SlotRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to ?? '∞'}`)).join(' ')
}

/** `slot 7` or `slots 7-9`. */
export function formatRun(slot: number, count: number): string {
  return count === 1 ? `slot ${slot}` : `slots ${slot}-${slot + count - 1}`
}

function formatIds(values: readonly Value[]): string {
  return `[${values.map(valueId).join(' ')}]`
}

function formatHeld(value: Value | null): string {
  return value === null ? 'nothing' : valueId(value)
}

export function formatMessage(message: Message): string {
  switch (message.type) {
    case 'prepare':
      return `prepare ${formatBallot(message.ballot)} ${formatRanges(message.ranges)}`
    case 'promise': {
      const votes = message.votes.map(
        ({ slot, ballot, value }) => ` ${slot}:${formatBallot(ballot)}=${valueId(value)}`,
      )
      const part = message.parts > 1 ? ` part ${message.part + 1}/${message.parts}` : ''
      const { ballot, chosenThrough } = message
      return `promise ${formatBallot(ballot)} chosen<=${chosenThrough}${votes.join('')}${part}`
    }
    case 'accept': {
      const { ballot, slot, values, chosenThrough } = message
      const run = formatRun(slot, values.length)
      return `accept ${formatBallot(ballot)} ${run} ${formatIds(values)} chosen<=${chosenThrough}`
    }
    case 'accepted':
      return `accepted ${formatBallot(message.ballot)} ${formatRun(message.slot, message.count)}`
    case 'nack':
      return `nack ${formatBallot(message.ballot)} promised=${formatBallot(message.promised)}`
    case 'heartbeat':
      return `heartbeat ${formatBallot(message.ballot)} chosen<=${message.chosenThrough}`
    case 'chosen': {
      const run = formatRun(message.slot, message.values.length)
      return `chosen ${run} ${formatIds(message.values)}`
    }
    case 'catchUp':
      return `catchUp ${message.from}-${message.to}`
    case 'forward':
      return `forward ${formatIds(message.values)}`
    case 'forwarded':
      return `forwarded [${message.results.map(({ id }) => id).join(' ')}]`
    case 'query': {
      const { subject } = message
      const about = subject.kind === 'slot' ? `slot ${subject.slot}` : `key ${subject.key}`
      return `query ${message.read} ${about}`
    }
    case 'held':
      return `held ${message.read} applied<=${message.appliedThrough} open=${message.open.length}`
    default:
      return formatOther(message)
  }
}

type OtherMessage =
  Alive | Canvass | Support | ReadIndex | ReadAt | SnapshotPart | SnapshotAsk | BlogMessage

/** Messages about who leads, reads, snapshots, and those of the blog variant. */
function formatOther(message: OtherMessage): string {
  switch (message.type) {
    case 'alive':
      return `alive ${formatBallot(message.ballot)} probe ${message.probe}`
    case 'canvass':
      return `canvass ${formatBallot(message.ballot)}`
    case 'support': {
      const { ballot, leader } = message
      const words = leader === null ? '' : ` refused, hears ${formatBallot(leader)}`
      return `support ${formatBallot(ballot)}${words}`
    }
    case 'readIndex':
      return `readIndex ${message.read}${message.lease ? ' by lease' : ''}`
    case 'readAt':
      return `readAt ${message.read} ${message.slot ?? `refused: ${message.reason}`}`
    case 'snapshot': {
      const { through, digest, part, parts } = message
      return `snapshot <=${through} ${digest} part ${part + 1}/${parts}`
    }
    case 'snapshotAsk':
      return `snapshotAsk <=${message.through} part ${message.part + 1}`
    case 'blogPrepare':
    case 'blogAccept':
      return `${message.type} ${message.number} ${valueId(message.value)}`
    case 'blogPromise':
      return `blogPromise ${message.number} holds ${formatHeld(message.value)}`
    case 'blogReject':
      return `blogReject ${message.number} promised=${message.promised}`
    case 'blogQuery':
      return `blogQuery ${message.read}`
    case 'blogHeld':
      return `blogHeld ${message.read} holds ${formatHeld(message.value)}`
    default:
      return unreachable(message)
  }
}

/** One line of any record of the protocol, for traces and the storage microscope. */
export function formatRecord(record: StableRecord): string {
  switch (record.kind) {
    case 'promise':
      return `promise ${formatBallot(record.ballot)}`
    case 'vote': {
      const run = formatRun(record.slot, record.values.length)
      return `vote ${formatBallot(record.ballot)} ${run} ${formatIds(record.values)}`
    }
    case 'chosen':
      return `chosen<=${record.through}`
    case 'learned':
      return `learned ${formatRun(record.slot, record.values.length)} ${formatIds(record.values)}`
    default:
      return unreachable(record)
  }
}

export function formatEffect(effect: Effect): string {
  switch (effect.type) {
    case 'persist': {
      const flush = effect.flush ? '' : ' (no flush)'
      return `persist #${effect.number} ${formatRecord(effect.record)}${flush}`
    }
    case 'send': {
      const after = effect.after === 0 ? '' : ` after #${effect.after}`
      return `-> ${effect.to.join(',')} ${formatMessage(effect.message)}${after}`
    }
    case 'setTimer':
      return `timer ${effect.timer} ${effect.ticksMin}-${effect.ticksMax}`
    case 'clearTimer':
      return `timer ${effect.timer} off`
    case 'saveSnapshot': {
      const { snapshot, retained } = effect
      return `save snapshot <=${snapshot.through}, retain ${retained.length} records`
    }
    case 'emit':
      return `fact ${formatFact(effect.fact)}`
    default:
      return unreachable(effect)
  }
}

export function formatFact(fact: PaxosFact): string {
  switch (fact.type) {
    case 'promised':
    case 'followed':
      return `${fact.type} ${formatBallot(fact.ballot)}`
    case 'refused':
      return `refused ${formatBallot(fact.ballot)} promised=${formatBallot(fact.promised)}`
    case 'bid':
      return `bid ${formatBallot(fact.ballot)} ${formatRanges(fact.ranges)} (${fact.reason})`
    case 'elected': {
      const { ballot, witnesses, forced, noops } = fact
      const by = witnesses.join(',')
      return `elected ${formatBallot(ballot)} by ${by}, forced ${forced}, no-ops ${noops}`
    }
    case 'voted':
    case 'chosen':
    case 'issued': {
      const { type, ballot, slot, count, ids } = fact
      return `${type} ${formatBallot(ballot)} ${formatRun(slot, count)} [${ids.join(' ')}]`
    }
    case 'learned':
      return `learned ${formatRun(fact.slot, fact.count)} by ${fact.via}`
    case 'preempted':
      return `preempted ${formatBallot(fact.ballot)} by ${formatBallot(fact.rival)} in phase ${fact.phase}`
    case 'steppedDown':
      return `steppedDown ${formatBallot(fact.ballot)} (${fact.reason})`
    case 'applied':
      return `applied<=${fact.through} ${fact.digest}`
    case 'snapshotTaken':
      return `snapshotTaken <=${fact.through} ${fact.digest}`
    case 'snapshotInstalled':
      return `snapshotInstalled <=${fact.through} ${fact.digest} from ${fact.from}`
    case 'leaseKept':
      return `leaseKept ${formatBallot(fact.ballot)} for ${fact.holder}, ${fact.ticksLeft} ticks`
    case 'leaseHeld':
      return `leaseHeld ${formatBallot(fact.ballot)} for ${fact.ticks} ticks`
    case 'canvassed':
      return `canvassed ${formatBallot(fact.ballot)}`
    case 'acknowledged':
      return `acknowledged slot ${fact.slot} [${fact.ids.join(' ')}] at ${fact.at}`
    case 'submitted':
    case 'answered':
      return `${fact.type} ${fact.session}:${fact.from} x${fact.count}`
    case 'policySet':
      return `policySet ${fact.policy.kind}`
    case 'limitReached':
      return `limitReached ${fact.limit}, dropped ${fact.dropped}`
    default:
      return unreachable(fact)
  }
}
