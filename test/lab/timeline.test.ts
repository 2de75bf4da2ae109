/** The order of the record: merged by time, each node's order kept, holes told. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LabEvent, NodeReport } from '../../src/core/event'
import { Timeline } from '../../src/main/lab/timeline'

let nowMs: number
let events: LabEvent[]
let timeline: Timeline
beforeEach(() => {
  nowMs = 1000
  events = []
  timeline = new Timeline({ now: () => nowMs }, (event) => events.push(event))
})
afterEach(() => timeline.close())

function fact(nodeSeq: number, nodeAtMs: number, life = 1): NodeReport {
  return { life, nodeSeq, nodeAtMs, type: 'promised', ballot: { round: nodeSeq, node: 1 } }
}

const order = () => events.map(({ by, type }) => (by === 'lab' ? 'lab' : `${by} ${type}`))

it('merges the batches of nodes by time, whatever the clocks of the nodes say', () => {
  // Node 1 counts from its own start, node 2 from the epoch; both report without delay.
  timeline.addNode(1, 0, [fact(1, 5), fact(2, 45)])
  timeline.addNode(2, 0, [fact(1, 1e12), fact(2, 1e12 + 20)])
  timeline.flush()
  expect(events.map(({ by, atMs }) => [by, atMs])).toEqual([
    [1, 960],
    [2, 980],
    [1, 1000],
    [2, 1000],
  ])
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
})

it('never goes back in time, also for a fact that comes too late', () => {
  timeline.addNode(1, 0, [fact(1, 0)])
  nowMs = 2000
  timeline.addLab({ type: 'clusterStopped' })
  timeline.flush()
  timeline.addNode(1, 0, [fact(2, 500)])
  timeline.flush()
  expect(events.map(({ atMs }) => atMs)).toEqual([1000, 2000, 2000])
})

it('keeps the order of a node whose clock went back', () => {
  timeline.addNode(1, 0, [fact(1, 100), fact(2, 40), fact(3, 60)])
  timeline.flush()
  expect(events.map((event) => 'nodeSeq' in event && event.nodeSeq)).toEqual([1, 2, 3])
})

it('holds facts for a moment, so that an older one of another node finds its place', () => {
  timeline.addNode(1, 0, [fact(1, 100)])
  timeline.addNode(2, 0, [fact(1, 70), fact(2, 100)])
  timeline.flush(nowMs - 10)
  expect(order()).toEqual(['2 promised'])
  timeline.flush()
  expect(order()).toEqual(['2 promised', '1 promised', '2 promised'])
})

it.each([
  ['the node says so', 3, 2],
  ['its count jumps', 0, 5],
])('tells of lost facts when %s', (_when, said, next) => {
  timeline.addNode(1, 0, [fact(1, 10)])
  timeline.addNode(1, said, [fact(next, 20)])
  timeline.flush()
  expect(order()).toEqual(['1 promised', '1 factsDropped', '1 promised'])
  expect(events[1]).toMatchObject({ count: 3 })
  expect(timeline.dropped).toBe(3)
})

it('counts anew in a new life', () => {
  timeline.addNode(1, 0, [fact(7, 10)])
  timeline.addNode(1, 0, [fact(1, 20, 2)])
  timeline.flush()
  expect(order()).toEqual(['1 promised', '1 promised'])
  expect(timeline.dropped).toBe(0)
})
