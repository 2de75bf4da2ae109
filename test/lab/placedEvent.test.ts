/** What of a node's report is told: everything but the node's own time, in the order of a copy. */
import { expect, it } from 'vitest'
import type { NodeReport } from '../../src/core/event'
import { placedEvent } from '../../src/main/lab/placedEvent'

const STAMP = { life: 2, nodeSeq: 7, nodeAtMs: 12.5 } as const
const BALLOT = { round: 3, node: 1 }
const RUN = { slot: 5, count: 2, ids: ['1.1:4', '-'] }

const FACTS: readonly NodeReport[] = [
  { ...STAMP, type: 'voted', ballot: BALLOT, ...RUN },
  { ...STAMP, type: 'chosen', ballot: BALLOT, ...RUN },
  { ...STAMP, type: 'issued', ballot: BALLOT, ...RUN, cause: 'forced' },
  { ...STAMP, type: 'learned', ...RUN, via: 'catchUp' },
  { ...STAMP, type: 'submitted', session: '1.1', from: 4, count: 2 },
  { ...STAMP, type: 'answered', session: '1.1', from: 4, count: 2 },
  { ...STAMP, type: 'applied', through: 6, digest: 'ab' },
  { ...STAMP, type: 'persisted', record: 9, offset: 800, flushMs: 0.5 },
  { ...STAMP, type: 'sentAfter', message: 'accepted', after: 9, durable: 9 },
  { ...STAMP, type: 'promised', ballot: BALLOT },
  { ...STAMP, type: 'bid', ballot: BALLOT, ranges: [{ from: 1, to: null }], reason: 'election' },
  { ...STAMP, type: 'factsDropped', count: 3 },
]

it.each(FACTS.map((fact) => [fact.type, fact] as const))('%s', (_type, fact) => {
  const { nodeAtMs: _, ...rest } = fact
  const event = placedEvent({ seq: 40, atMs: 99.5 }, 3, fact)
  // As text: the order of the fields is part of what a record says.
  expect(JSON.stringify(event)).toBe(JSON.stringify({ seq: 40, atMs: 99.5, by: 3, ...rest }))
})
