/**
 * What a message says, in short: type, ballot, first slot and how many follow one another. The same
 * words name a frame at the gate of a live lab, in a simulated run and in a schedule.
 *
 * Units: a message about every slot from one on counts as one slot; 0 and 0: it names none.
 */
import type { MessageNote } from './event'
import type { Message, SlotRange } from './paxos/message'

export type MessageWords = Omit<MessageNote, 'id'>

export function noteMessage(message: Message): MessageWords {
  const ballot = 'ballot' in message ? message.ballot : null
  const runs = runsOf(message)
  if (runs.length === 0) return { message: message.type, ballot, slot: 0, count: 0 }
  const slot = Math.min(...runs.map(({ from }) => from))
  const last = Math.max(...runs.map(({ from, to }) => to ?? from))
  return { message: message.type, ballot, slot, count: last - slot + 1 }
}

/** The runs of slots that a message is about. */
export function runsOf(message: Message): readonly SlotRange[] {
  switch (message.type) {
    case 'prepare':
      return message.ranges
    case 'promise':
      return message.votes.map(({ slot }) => ({ from: slot, to: slot }))
    case 'accept':
    case 'chosen':
      return run(message.slot, message.values.length)
    case 'accepted':
      return run(message.slot, message.count)
    case 'catchUp':
      return [{ from: message.from, to: message.to }]
    case 'query':
      return message.subject.kind === 'slot' ? run(message.subject.slot, 1) : []
    case 'held':
      return message.open.map(({ slot }) => ({ from: slot, to: slot }))
    default:
      return []
  }
}

function run(slot: number, count: number): SlotRange[] {
  return count === 0 ? [] : [{ from: slot, to: slot + count - 1 }]
}
