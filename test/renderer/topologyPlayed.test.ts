/** Runs of the past in the topology: packets of recorded messages; hulls that never cross. */
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { hullGap } from '../../src/renderer/src/components/topology/geometry'
import { orderByGroups } from '../../src/renderer/src/components/topology/groupOrder'
import type { GroupModel } from '../../src/renderer/src/components/topology/groups'
import PacketLayer from '../../src/renderer/src/components/topology/PacketLayer.vue'
import { FLIGHT_MS } from '../../src/renderer/src/components/topology/traffic'
import { layoutTopology } from '../../src/renderer/src/composables/topologyLayout'
import { trafficAt } from '../../src/renderer/src/composables/topologyTraffic'
import { simulate } from '../../src/renderer/src/sources/simulation'
import type { Simulated } from '../../src/renderer/src/sources/simulation'

const SIZE = { width: 560, height: 460 }

const note = (id: string) => ({
  ...{ id, message: 'prepare' as const, ballot: { round: 3, node: 1 }, slot: 0, count: 0 },
})
const sent = (seq: number, atMs: number, id: string, to = 2): LabEvent => ({
  ...{ seq, atMs, by: 1, life: 1, nodeSeq: seq, type: 'sent', to, after: 0, ...note(id) },
})
const received = (seq: number, atMs: number, id: string, by = 2): LabEvent => ({
  ...{ seq, atMs, by, life: 1, nodeSeq: seq, type: 'received', from: 1, ...note(id) },
})
const later: LabEvent = {
  seq: 99,
  atMs: 4000,
  by: 'lab',
  type: 'labNote',
  level: 'info',
  words: '',
}

function shares(events: readonly LabEvent[], atMs: number, isPlayed: boolean): number[] {
  const { flights } = trafficAt(events, atMs, () => 0, isPlayed)
  return flights.map(({ startMs, flightMs }) => (atMs - startMs) / flightMs)
}

describe('packets of a run of the past', () => {
  const events = [sent(1, 1000, 'a'), received(2, 1200, 'a'), sent(3, 1100, 'b', 3), later]

  it('stand where the recorded message was, and nowhere when it had come', () => {
    expect(shares(events, 1050, false)).toEqual([0.25])
    expect(shares(events, 999, false)).toEqual([])
    expect(trafficAt(events, 1250, () => 0).flights.map(({ to }) => to)).toEqual([3])
  })

  it('are seen long enough while it is played, and go on from frame to frame', () => {
    const [first = 0] = shares(events, 1050, true)
    const [second = 0] = shares(events, 1050 + FLIGHT_MS / 2, true)
    expect(first).toBeGreaterThan(0)
    expect(second - first).toBeCloseTo(0.5)
    expect(trafficAt(events, 1050, () => 0, true).isPlayed).toBe(true)
  })

  it('that nobody received are drawn as dropped', () => {
    const fates = trafficAt(events, 1110, () => 0).flights.map(({ to, fate }) => [to, fate])
    expect(fates).toEqual([
      [2, 'passed'],
      [3, 'dropped'],
    ])
  })

  it('are those that the switchboard saw, where it told of single ones', () => {
    const seen: LabEvent = {
      ...{ seq: 1, atMs: 1300, by: 'lab', type: 'messagesSeen', missed: 0 },
      messages: [
        {
          ...{ id: 7, from: 2, to: 4, message: 'accept', ballot: { round: 3, node: 2 }, slot: 9 },
          ...{ count: 1, bytes: 80, sentAtMs: 1000, endedAtMs: 1200, fate: 'passed' },
        },
      ],
    }
    const [flight] = trafficAt([seen, later], 1100, () => 0).flights
    expect(flight).toMatchObject({ from: 2, to: 4, type: 'accept', ballot: '3.2', owner: 2 })
    expect(flight).toMatchObject({ startMs: 1000, endMs: 1200 })
  })

  it('become flow with rates where they are too many to follow', () => {
    const many = Array.from({ length: 200 }, (_, at) => [
      sent(2 * at, 1000 + at, `m${at}`),
      received(2 * at + 1, 1004 + at, `m${at}`),
    ]).flat()
    const played = trafficAt([...many, later], 1200, () => 0, true)
    expect(played.mode).toBe('flow')
    expect(played.flights).toEqual([])
    expect(played.rates.links.get('1>2')?.perSecond ?? played.rates.perSecond).toBe(200)
    expect(trafficAt([...many, later], 1200, () => 0).mode).toBe('flow')
  })

  it('are there in a simulated run too, which has no samples of its links', () => {
    const told: Simulated[] = []
    const wish = { seed: 3, nodes: 3, faults: [], mutant: null, seconds: 1, hunt: false } as const
    simulate(wish, (message) => {
      if (message.kind === 'done') told.push(message.run)
    })
    const events = told[0]!.view.events
    const bid = events.find(({ type }) => type === 'bid')
    const near = events.filter(({ atMs }) => Math.abs(atMs - (bid?.atMs ?? 0)) < 1000)
    const atMs = (bid?.atMs ?? 0) + 3
    const still = trafficAt(near, atMs, () => 0)
    expect(still.flights.some(({ type }) => type === 'prepare')).toBe(true)
    const played = trafficAt(near, atMs, () => 0, true)
    expect(played.flights.some(({ type }) => type === 'prepare')).toBe(true)
    expect(played.rates.perSecond).toBeGreaterThan(0)
    expect(played.mode).toBe('packets')
  })

  it('have no names while they move', () => {
    const { flights } = trafficAt(events, 1050, () => 0)
    const { lanes, obstacles } = layoutTopology({
      ...{ size: SIZE, members: [1, 2, 3], places: new Map(), groups: [], noted: false },
    })
    const draw = (labelled: boolean) =>
      mount(PacketLayer, {
        props: {
          ...{ flights, lanes, cut: new Set<string>(), obstacles, fromMs: 0, colourBy: 'owner' },
          ...{ still: false, cursorMs: 1050, labelled },
        },
      })
    expect(draw(true).findAll('.label')).toHaveLength(1)
    expect(draw(false).findAll('.label')).toHaveLength(0)
    expect(draw(false).findAll('[data-packet]')).toHaveLength(1)
    // Those that move let a click through to the link; one that stands is a part of it.
    expect(draw(false).classes()).toContain('moving')
    expect(draw(true).classes()).not.toContain('moving')
    expect(draw(true).find('[data-packet]').attributes('data-over')).toMatch(/^1>\d$/)
  })
})

/** Every way to divide the nodes into two groups, N1 in the first. */
function splits(count: number): number[][][] {
  const nodes = Array.from({ length: count }, (_, at) => at + 1)
  return Array.from({ length: 2 ** (count - 1) - 1 }, (_, bits) => [
    nodes.filter((node) => node === 1 || ((bits >> (node - 2)) & 1) === 1),
    nodes.filter((node) => node !== 1 && ((bits >> (node - 2)) & 1) === 0),
  ])
}

const model = (nodes: readonly number[], at: number): GroupModel => ({
  ...{ letter: 'AB'[at] ?? 'C', nodes, answering: nodes.length, members: 7, quorum: false },
  ...{ via: null, words: 'no quorum' },
})

describe('hulls of groups', () => {
  it.each([3, 5, 7])('of %i nodes never cross, however they are divided', (count) => {
    const members = Array.from({ length: count }, (_, at) => at + 1)
    for (const groups of splits(count)) {
      const { positions } = layoutTopology({
        ...{ size: SIZE, members, places: new Map(), noted: false, groups: groups.map(model) },
      })
      const [a = [], b = []] = groups.map((nodes) => nodes.map((node) => positions.get(node)!))
      expect(hullGap(a, b), JSON.stringify(groups)).toBeGreaterThan(0)
      expect(new Set(positions.keys())).toEqual(new Set(members))
    }
  })

  it('leave nodes where they are if they can, and move few else', () => {
    const five = [1, 2, 3, 4, 5]
    expect(
      orderByGroups(five, [
        [2, 3, 4],
        [1, 5],
      ]),
    ).toBe(five)
    expect(orderByGroups(five, [])).toBe(five)
    const crossed = orderByGroups(five, [
      [1, 3],
      [2, 4, 5],
    ])
    expect(crossed.filter((node, at) => node !== five[at])).toHaveLength(2)
    // Two groups that share a node: it stands between them.
    expect(
      orderByGroups(five, [
        [1, 2, 4],
        [1, 3, 5],
      ]),
    ).toEqual([1, 2, 4, 3, 5])
  })

  it('leave nodes where a person put them', () => {
    const groups = [
      [1, 3],
      [2, 4, 5],
    ].map(model)
    const input = { size: SIZE, members: [1, 2, 3, 4, 5], noted: false, groups }
    const free = layoutTopology({ ...input, groups: [], places: new Map() })
    const dragged = layoutTopology({ ...input, places: new Map([[4, { x: 0.5, y: 0.5 }]]) })
    expect(dragged.positions.get(1)).toEqual(free.positions.get(1))
    expect(dragged.positions.get(3)).toEqual(free.positions.get(3))
  })
})
