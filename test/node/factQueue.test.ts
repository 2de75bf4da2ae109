/** Facts on their way to the lab: in order, in batches that fit a frame, bounded and counted. */
import { describe, expect, it } from 'vitest'
import { parseNodeToLab } from '../../src/shared/controlCodec'
import { FRAME_BYTES_MAX, parseFrame } from '../../src/shared/frame'
import {
  BATCH_CHARS_MAX,
  BATCH_FACTS_MAX,
  FactQueue,
  FACTS_MAX,
} from '../../src/main/node/factQueue'
import { upTo } from '../support/nodeSupport'

const ballot = { round: 1, node: 1 }

/** Every frame that is there, parsed as the lab parses it. */
function drain(queue: FactQueue) {
  const batches: { dropped: number; nodeSeqs: number[]; bytes: number }[] = []
  for (let line = queue.nextFrame(); line; line = queue.nextFrame()) {
    const frame = parseNodeToLab(parseFrame(line))
    if (frame?.type !== 'facts') throw new Error('no facts frame')
    const nodeSeqs = frame.facts.map(({ nodeSeq }) => nodeSeq)
    batches.push({ dropped: frame.dropped, nodeSeqs, bytes: Buffer.byteLength(line) })
  }
  return batches
}

describe('the fact queue', () => {
  it('gives facts back in order, stamped, in batches', () => {
    const queue = new FactQueue(3)
    for (const round of upTo(BATCH_FACTS_MAX + 10)) {
      queue.add({ type: 'promised', ballot: { round, node: 1 } })
    }
    const line = queue.nextFrame()!
    const frame = parseNodeToLab(parseFrame(line))
    expect(frame).toMatchObject({ type: 'facts', dropped: 0 })
    if (frame?.type !== 'facts') return
    expect(frame.facts).toHaveLength(BATCH_FACTS_MAX)
    expect(frame.facts[0]).toMatchObject({ type: 'promised', life: 3, nodeSeq: 1 })
    expect(drain(queue)).toMatchObject([
      { nodeSeqs: upTo(BATCH_FACTS_MAX + 10).slice(BATCH_FACTS_MAX) },
    ])
    expect(queue.nextFrame()).toBe(null)
  })

  it('drops the oldest when full, counts them, and shows the gap', () => {
    const queue = new FactQueue(1)
    for (const round of upTo(FACTS_MAX + 5))
      queue.add({ type: 'promised', ballot: { round, node: 1 } })
    expect(queue.dropped).toBe(5)
    const batches = drain(queue)
    expect(batches[0]).toMatchObject({ dropped: 5 })
    expect(batches.slice(1).every(({ dropped }) => dropped === 0)).toBe(true)
    const nodeSeqs = batches.flatMap((batch) => batch.nodeSeqs)
    expect([nodeSeqs[0], nodeSeqs.at(-1)]).toEqual([6, FACTS_MAX + 5])
  })

  it('keeps every frame within its limit, whatever the ids', () => {
    const queue = new FactQueue(1)
    const ids = upTo(2000).map((index) => `ÿÿÿÿÿÿÿÿÿÿ${index}`)
    for (const slot of upTo(100)) queue.add({ type: 'voted', ballot, slot, count: 2000, ids })
    const batches = drain(queue)
    expect(batches.flatMap(({ nodeSeqs }) => nodeSeqs)).toEqual(upTo(100))
    expect(Math.max(...batches.map(({ bytes }) => bytes))).toBeLessThanOrEqual(FRAME_BYTES_MAX)
  })

  it('drops and counts a fact that no frame could carry', () => {
    const queue = new FactQueue(1)
    queue.add({ type: 'voted', ballot, slot: 1, count: 1, ids: ['x'.repeat(BATCH_CHARS_MAX)] })
    queue.add({ type: 'promised', ballot })
    expect(drain(queue)).toMatchObject([{ dropped: 1, nodeSeqs: [2] }])
  })
})
