/** The fold of a recorded run: what is kept, what its end looks like, what its slots held. */
import { describe, expect, it } from 'vitest'
import type { LabEvent, LabFact, NodeFact } from '../../src/core/event'
import type { ActiveFault } from '../../src/core/fault'
import { EAGER_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import type { PaxosFact } from '../../src/core/paxos/fact'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { RecordView, VIEW_EVENTS_MAX } from '../../src/shared/recordView'
import { statusAt } from '../../src/shared/statusFold'
import { slotsAt } from '../../src/shared/slotFold'

/** Longer than a window holds. */
const LONG = VIEW_EVENTS_MAX * 1.2
const FRAME = { options: null, checks: [], scenario: null, runDir: null } as const

class Writer {
  readonly events: LabEvent[] = []
  atMs = 0

  lab(fact: LabFact): this {
    this.events.push({ ...fact, seq: this.events.length + 1, atMs: this.atMs, by: 'lab' })
    return this
  }

  node(by: number, fact: PaxosFact | NodeFact): this {
    const stamp = { seq: this.events.length + 1, atMs: this.atMs, by, life: 1, nodeSeq: 1 }
    this.events.push({ ...fact, ...stamp })
    return this
  }
}

function started(): Writer {
  const policy = LEADER_POLICY
  const run = new Writer().lab({
    type: 'clusterStarted',
    ...{ cluster: 'c1', members: [1, 2, 3], mode: 'multi', direct: false, seed: 1, policy },
    scenario: null,
  })
  for (const node of [1, 2, 3]) {
    run.lab({ type: 'nodeStarted', node, pid: 100 + node })
    run.lab({ type: 'nodeReady', node, clientPort: 7000 + node, life: 1 })
  }
  return run
}

function viewOf(run: Writer) {
  const fold = new RecordView()
  for (const event of run.events) fold.feed(event)
  return fold.view(FRAME)
}

const exit = (node: number, injected = true) =>
  ({ type: 'nodeExited', node, code: 0, signal: null, injected, tail: [] }) as const

describe('the status of a saved run', () => {
  it('is that of its end, before the nodes were stopped with their cluster', () => {
    const run = started()
    run.atMs = 500
    for (const node of [1, 2, 3]) run.lab(exit(node))
    run.lab({ type: 'clusterStopped' })
    const { status } = viewOf(run)
    expect(status.nodes.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
    expect(status).toMatchObject({ state: 'idle', cluster: 'c1', atMs: 500, events: 11 })
  })

  it('has the policy that its nodes followed then, and each moment the one of that moment', () => {
    const run = started()
    run.atMs = 500
    for (const node of [1, 2, 3]) run.node(node, { type: 'policySet', policy: EAGER_POLICY })
    const fold = new RecordView()
    for (const event of run.events) fold.feed(event)
    const options = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
    const { status, events } = fold.view({ ...FRAME, options })
    expect(status.options?.policy).toEqual(EAGER_POLICY)
    const before = events.filter(({ type }) => type !== 'policySet')
    expect(statusAt(before, 400, status).options?.policy).toEqual(LEADER_POLICY)
  })

  it('shows who was killed, and a failure of the product as one', () => {
    const run = started()
    const fault = { id: 'f1', fault: { kind: 'kill', node: 2 }, startedAtMs: 0, endedAtMs: null }
    run.lab({ type: 'faultStarted', fault: { ...fault, fault: { kind: 'kill', node: 2 } } })
    run.lab(exit(2)).lab(exit(3, false))
    for (const node of [1]) run.lab(exit(node))
    const { status } = viewOf(run)
    expect(status.nodes.map(({ state }) => state)).toEqual(['running', 'killed', 'failed'])
    expect(status.faults.map(({ id }) => id)).toEqual(['f1'])
  })
})

describe('what a window holds of a record', () => {
  it('is all of it, details and messages too, while it fits', () => {
    const run = started()
    for (let slot = 1; slot <= 1000; slot++) {
      run.node(1, { type: 'voted', ballot: { round: 1, node: 1 }, slot, count: 1, ids: ['a:1'] })
    }
    const view = viewOf(run)
    expect(view.events).toEqual(run.events)
    expect(view.left).toBe(0)
  })

  it('is bounded, counts what is left out, and keeps what people follow', () => {
    const run = started()
    const ballot = { round: 1, node: 1 }
    for (let index = 1; index <= LONG; index++) {
      run.atMs = index
      run.node(1, { type: 'voted', ballot, slot: index, count: 1, ids: ['a:1'] })
      if (index % 1000 === 0) run.lab({ type: 'acted', act: `step ${index}`, actor: 'person' })
    }
    const view = viewOf(run)
    expect(view.events.length).toBeLessThanOrEqual(VIEW_EVENTS_MAX)
    expect(view.left).toBe(run.events.length - view.events.length)
    const acts = view.events.filter(({ type }) => type === 'acted')
    expect(acts).toHaveLength(LONG / 1000)
    expect(view.status.events).toBe(run.events.length)
  })
})

describe('a moment long ago of a long run', () => {
  it('has its faults, its policy and the state of its nodes, and the newest is whole', () => {
    const run = started()
    const fault = { kind: 'slow', links: [{ from: 1, to: 2 }], delayMs: 40 } as const
    run.atMs = 100
    const spell = { id: 'f1', fault, startedAtMs: 100, endedAtMs: null } as unknown as ActiveFault
    run.lab({ type: 'faultStarted', fault: spell })
    for (const node of [1, 2, 3]) run.node(node, { type: 'policySet', policy: EAGER_POLICY })
    const ballot = (round: number) => ({ round, node: 1 + (round % 3) })
    for (let round = 1; round <= 4 * VIEW_EVENTS_MAX; round += 1) {
      run.atMs = 100 + round * 4
      run.node(ballot(round).node, { type: 'bid', ballot: ballot(round) } as PaxosFact)
    }
    const { events, left } = viewOf(run)
    expect(events.length).toBeLessThanOrEqual(VIEW_EVENTS_MAX)
    expect(left).toBe(run.events.length - events.length)
    const early = statusAt(
      events.filter(({ atMs }) => atMs <= 1000),
      1000,
      viewOf(run).status,
    )
    expect(early.faults.map(({ id }) => id)).toEqual(['f1'])
    expect(early.nodes.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
    // No tenth of the run is without its part; the last events are all there.
    const tenth = run.atMs / 10
    const parts = Array.from({ length: 10 }, (_, at) =>
      events.filter(({ atMs }) => atMs >= at * tenth && atMs < (at + 1) * tenth),
    )
    for (const part of parts) expect(part.length).toBeGreaterThan(VIEW_EVENTS_MAX / 100)
    expect(events.slice(-5000)).toEqual(run.events.slice(-5000))
    expect(events.map(({ seq }) => seq)).toEqual(
      events.map(({ seq }) => seq).toSorted((a, b) => a - b),
    )
  })
})

describe('slots of the past', () => {
  const ballot = { round: 1, node: 1 }

  it('are open, voted, chosen, applied, by what the node itself told', () => {
    const run = started()
    run.node(2, { type: 'voted', ballot, slot: 1, count: 2, ids: ['a:1', 'a:2'] })
    const voted = run.events.length
    run.node(2, { type: 'chosen', ballot, slot: 1, count: 2, ids: ['a:1', 'a:2'] })
    run.node(2, { type: 'applied', through: 1, digest: 'd' })
    const states = (count: number) =>
      slotsAt(run.events.slice(0, count), 2, 1, 3).map(({ state }) => state)
    expect(states(voted - 1)).toEqual(['open', 'open', 'open'])
    expect(states(voted)).toEqual(['voted', 'voted', 'open'])
    expect(states(Infinity)).toEqual(['applied', 'chosen', 'open'])
    expect(slotsAt(run.events, 1, 1, 1)[0]?.vote).toBeNull()
    expect(slotsAt(run.events, 2, 2, 1)[0]?.vote).toEqual({ ballot, id: 'a:2', text: 'a:2' })
  })

  it('keep the vote of the highest ballot, and a wiped disk has none', () => {
    const run = started()
    run.node(3, { type: 'voted', ballot: { round: 2, node: 1 }, slot: 1, count: 1, ids: ['b:1'] })
    run.node(3, { type: 'voted', ballot, slot: 1, count: 1, ids: ['a:1'] })
    expect(slotsAt(run.events, 3, 1, 1)[0]?.vote?.id).toBe('b:1')
    const fault = { id: 'f1', fault: { kind: 'wipe', node: 3 } as const }
    run.lab({ type: 'faultStarted', fault: { ...fault, startedAtMs: 0, endedAtMs: null } })
    expect(slotsAt(run.events, 3, 1, 1)[0]).toMatchObject({ state: 'open', vote: null })
  })
})
