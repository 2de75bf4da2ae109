/**
 * The event that a report of a node becomes: its place and time in the record in front, and the
 * node's own time left out.
 *
 * Cost:  kinds that come with every request are written out, so that each is one object of one
 *        shape. To copy whatever is there costs several times as much, and they are nearly all.
 * Order: fields stand as a copy would have them; readers of records skim them (`lineSkim.ts`).
 */
import type { EventStamp, NodeEvent, NodeReport } from '../../core/event'
import type { NodeId } from '../../core/paxos/ballot'

export function placedEvent({ seq, atMs }: EventStamp, by: NodeId, fact: NodeReport): NodeEvent {
  const { life, nodeSeq } = fact
  switch (fact.type) {
    case 'voted':
    case 'chosen': {
      const { type, ballot, slot, count, ids } = fact
      return { seq, atMs, by, life, nodeSeq, type, ballot, slot, count, ids }
    }
    case 'issued': {
      const { type, ballot, slot, count, ids, cause } = fact
      return { seq, atMs, by, life, nodeSeq, type, ballot, slot, count, ids, cause }
    }
    case 'learned': {
      const { type, slot, count, ids, via } = fact
      return { seq, atMs, by, life, nodeSeq, type, slot, count, ids, via }
    }
    case 'submitted':
    case 'answered': {
      const { type, session, from, count } = fact
      return { seq, atMs, by, life, nodeSeq, type, session, from, count }
    }
    case 'applied': {
      const { type, through, digest } = fact
      return { seq, atMs, by, life, nodeSeq, type, through, digest }
    }
    case 'persisted': {
      const { type, record, offset, flushMs } = fact
      return { seq, atMs, by, life, nodeSeq, type, record, offset, flushMs }
    }
    case 'sentAfter': {
      const { type, message, after, durable } = fact
      return { seq, atMs, by, life, nodeSeq, type, message, after, durable }
    }
    default: {
      const { nodeAtMs: _, ...rest } = fact
      return { seq, atMs, by, ...rest }
    }
  }
}
