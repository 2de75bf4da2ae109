import { describe, expect, it } from 'vitest'
import type { LabEvent, LinkTraffic, NodeStatus } from '../../src/core/event'
import type { ActiveFault } from '../../src/core/fault'
import { allLinks } from '../../src/core/fault'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { LabStatus, NodeLifeState, NodeView } from '../../src/shared/api'
import { commonWords, linkModels } from '../../src/renderer/src/components/topology/linkModel'
import { lassoMenu, linkMenu } from '../../src/renderer/src/components/topology/menus'
import {
  actionForKey,
  DIRECT_REASON,
  linkReason,
  nodeActions,
} from '../../src/renderer/src/components/topology/nodeActions'
import { nodeModels, OpsRates } from '../../src/renderer/src/components/topology/nodeModel'
import {
  DROP_AT,
  FLIGHTS_MAX,
  flightsOf,
  flowWidth,
  progressOf,
  ratesOf,
} from '../../src/renderer/src/components/topology/traffic'
import { statusAt } from '../../src/shared/statusFold'
import {
  formatPositions,
  parsePositions,
} from '../../src/renderer/src/composables/topologyPositions'
import { trafficAt, useTopologyTraffic } from '../../src/renderer/src/composables/topologyTraffic'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'

function report(node: number, change: Partial<NodeStatus> = {}): NodeStatus {
  return {
    node,
    life: 1,
    role: 'idle',
    ballot: { round: 0, node: 0 },
    promised: { round: 17, node: 3 },
    leader: null,
    votedThrough: 600,
    chosenThrough: 580,
    appliedThrough: 569,
    digest: '',
    policy: LEADER_POLICY,
    waiting: 0,
    inFlight: 0,
    acked: 0,
    clients: 0,
    logBytes: 0,
    flushMsP95: 0,
    lagMsP95: 0,
    rssBytes: 0,
    bids: 0,
    preemptions: 0,
    dropped: 0,
    ...change,
  }
}

function view(node: number, state: NodeLifeState, status: NodeStatus | null): NodeView {
  const base = { node, state, pid: 1, life: 1, clientHost: '127.0.0.1', clientPort: 4001 }
  return { ...base, status, statusAtMs: 0, failure: [] }
}

const leading = { role: 'leading', ballot: { round: 17, node: 3 } } as const
const RUNNING: LabStatus = {
  ...IDLE_STATUS,
  state: 'running',
  options: { ...DEFAULT_CLUSTER, policy: LEADER_POLICY },
}

describe('node model', () => {
  it('says its state in one sentence', () => {
    const [model] = nodeModels([view(3, 'running', report(3, leading))], new Map([[3, 64.4]]))
    expect(model!.label).toBe('N3 17.3, leader at 17.3, applied 569')
    expect([model!.word, model!.note]).toEqual(['leader', '64 ops/s'])
  })

  it.each([
    ['killed', 'down', 'N2 17.3, killed, applied 569'],
    ['failed', 'failed', 'N2 17.3, failed, applied 569'],
    ['paused', 'paused', 'N2 17.3, paused, applied 569'],
  ] as const)('shows a node that is %s', (state, glyph, label) => {
    const [model] = nodeModels([view(2, state, report(2))], new Map())
    expect(model).toMatchObject({ glyph, label, role: 'idle' })
  })

  it('guesses nothing before the first report', () => {
    const [model] = nodeModels([view(2, 'starting', null)], new Map())
    expect(model).toMatchObject({ bars: null, promised: '–', note: '' })
    expect(model!.label).toBe('N2 –, starting, no report yet')
  })

  it('marks two claimants, also when one of them is paused, but none that is down', () => {
    const old = { role: 'leading', ballot: { round: 14, node: 1 } } as const
    const claims = (state: NodeLifeState): boolean[] =>
      nodeModels(
        [view(1, state, report(1, old)), view(3, 'running', report(3, leading))],
        new Map(),
      ).map((model) => model.claims)
    expect(claims('paused')).toEqual([true, true])
    expect(claims('killed')).toEqual([false, false])
  })

  it('measures its bars by the longest log', () => {
    const long = report(1, { votedThrough: 1000 })
    const models = nodeModels([view(1, 'running', long), view(2, 'running', report(2))], new Map())
    expect(models[1]!.bars).toEqual({ voted: 0.6, chosen: 0.58, applied: 0.569 })
  })
})

describe('rates of acknowledged requests', () => {
  const at = (atMs: number, acked: number, life = 1): NodeView => ({
    ...view(1, 'running', report(1, { acked, life })),
    statusAtMs: atMs,
  })

  it('are means over a second', () => {
    const rates = new OpsRates()
    for (const [atMs, acked] of [
      [0, 100],
      [500, 120],
      [1000, 160],
      [2000, 200],
    ] as const)
      rates.add([at(atMs, acked)])
    expect(rates.perSecond.get(1)).toBeCloseTo(40)
  })

  it('start anew with a new life, and are 0 while the node does not answer', () => {
    const rates = new OpsRates()
    rates.add([at(0, 900)])
    rates.add([at(500, 1000)])
    rates.add([{ ...at(600, 1000), state: 'paused' }])
    expect(rates.perSecond.get(1)).toBe(0)
    rates.add([at(700, 5, 2)])
    rates.add([at(1700, 25, 2)])
    expect(rates.perSecond.get(1)).toBeCloseTo(20)
  })
})

describe('link model', () => {
  const link = { from: 1, to: 2 }
  const fault = (id: string, of: ActiveFault['fault']): ActiveFault => ({
    id,
    fault: of,
    startedAtMs: 0,
    endedAtMs: null,
  })
  const only = (faults: ActiveFault[]) =>
    linkModels([1, 2], faults, new Set()).find((model) => model.key === '1>2')!

  it('tells all that is wrong with one direction, and nothing of the other', () => {
    const faults = [
      fault('f1', { kind: 'cut', links: [link] }),
      fault('f2', { kind: 'delay', links: [link], delayMs: 190, jitterMs: 20 }),
      fault('f3', { kind: 'drop', links: [link], probability: 0.2 }),
    ]
    expect(only(faults).words).toBe('cut, +190 ms ±20, drops 20 %')
    const back = linkModels([1, 2], faults, new Set()).find((model) => model.key === '2>1')
    expect(back!.words).toBe('open')
  })

  it('keeps the later of two delays, and forgets what has ended', () => {
    const first = fault('f1', { kind: 'delay', links: [link], delayMs: 10, jitterMs: 0 })
    const second = fault('f2', { kind: 'delay', links: [link], delayMs: 50, jitterMs: 0 })
    expect(only([first, second]).delayMs).toBe(50)
    expect(only([first, { ...second, endedAtMs: 1 }]).delayMs).toBe(10)
  })

  it('says once what lies on every link alike', () => {
    const links = allLinks([1, 2, 3])
    const slow = fault('f1', { kind: 'delay', links, delayMs: 40, jitterMs: 0 })
    expect(commonWords(linkModels([1, 2, 3], [slow], new Set()))).toBe('+40 ms')
    const most = fault('f1', { ...slow.fault, links: links.slice(1) } as ActiveFault['fault'])
    expect(commonWords(linkModels([1, 2, 3], [most], new Set()))).toBeNull()
    expect(commonWords(linkModels([1, 2, 3], [], new Set()))).toBeNull()
  })
})

describe('node actions', () => {
  const enabled = (state: NodeLifeState, status = RUNNING): string[] =>
    nodeActions(view(2, state, report(2)), status)
      .filter((action) => action.blocked === null)
      .map((action) => action.id)

  const DISK = ['wipe', 'storageFault', 'clock', 'slow', 'failpoint'] as const
  it.each([
    [
      'running',
      [
        'kill',
        'stop',
        'pause',
        'powerLoss',
        ...DISK,
        'isolate',
        'propose',
        'elect',
        'logs',
        'copyAddress',
      ],
    ],
    ['paused', ['kill', 'resume', 'powerLoss', ...DISK, 'isolate', 'logs', 'copyAddress']],
    ['killed', ['restart', ...DISK, 'isolate', 'logs', 'copyAddress']],
    ['failed', ['restart', ...DISK, 'isolate', 'logs', 'copyAddress']],
  ] as const)('of a node that is %s', (state, ids) => {
    expect(enabled(state)).toEqual(ids)
  })

  it('say why they cannot be done', () => {
    const actions = nodeActions(view(2, 'killed', report(2)), RUNNING)
    const reason = (id: string) => actions.find((action) => action.id === id)!.blocked
    expect(reason('kill')).toBe('N2 is killed: there is no process.')
    expect(reason('elect')).toBe('N2 is killed.')
    const running = nodeActions(view(2, 'running', report(2)), RUNNING)
    expect(running.find(({ id }) => id === 'stepDown')?.blocked).toBe('N2 does not lead.')
  })

  it('call a pause cooperative where the system cannot stop a process', () => {
    const actions = nodeActions(view(2, 'running', null), { ...RUNNING, realPause: false })
    expect(actions.find((action) => action.id === 'pause')!.title).toBe('Pause (cooperative)')
  })

  it('leave links alone in direct mode, with the reason', () => {
    const direct = { ...RUNNING, options: { ...RUNNING.options!, direct: true } }
    expect(linkReason(direct)).toBe(DIRECT_REASON)
    expect(enabled('running', direct)).not.toContain('isolate')
    expect(lassoMenu([view(1, 'running', null)], 3, DIRECT_REASON)[0]!.blocked).toBe(DIRECT_REASON)
    const [link] = linkModels([1, 2], [], new Set())
    expect(linkMenu(link!, undefined, DIRECT_REASON).every((item) => item.blocked)).toBe(true)
  })

  it('have one key each, found in either case, never with Ctrl', () => {
    const actions = nodeActions(view(2, 'running', null), RUNNING)
    const keys = actions.map((action) => action.key).filter(Boolean)
    expect(new Set(keys).size).toBe(keys.length)
    const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false }
    expect(actionForKey(actions, { ...none, key: 'k' })!.id).toBe('kill')
    expect(actionForKey(actions, { ...none, key: 'K', shiftKey: true })!.id).toBe('stop')
    expect(actionForKey(actions, { ...none, key: 'k', ctrlKey: true })).toBeNull()
  })

  it('refuse to isolate everybody', () => {
    const all = [view(1, 'running', null), view(2, 'running', null), view(3, 'running', null)]
    expect(lassoMenu(all, 3, null)[0]!.blocked).toMatch(/leave some out/)
    expect(lassoMenu(all.slice(1), 3, null)[0]!.blocked).toBeNull()
  })
})

function traffic(change: Partial<LinkTraffic> = {}): LinkTraffic {
  const types = { prepare: 2 } as const
  const base = { from: 2, to: 1, frames: 2, bytes: 300, dropped: 0, duplicated: 0, types }
  return { ...base, samples: [['prepare', '4.2', 0, 'passed']], ...change }
}

function sampled(seq: number, atMs: number, links: readonly LinkTraffic[]): LabEvent {
  return { seq, atMs, by: 'lab', type: 'trafficSampled', links }
}

describe('traffic', () => {
  it('flies within the span that the sample covers, owned by the owner of its ballot', () => {
    const sample = { seq: 9, atMs: 1250, links: [traffic()] }
    const [flight] = flightsOf(sample, 1000, () => 0)
    expect(flight).toMatchObject({ from: 2, to: 1, family: 'phase1', owner: 2 })
    expect(flight!.startMs).toBeGreaterThanOrEqual(1000)
    expect(flight!.startMs).toBeLessThan(1250)
    expect(progressOf(flight!, flight!.startMs - 1)).toBeNull()
    expect(progressOf(flight!, flight!.endMs)).toBeNull()
  })

  it('takes as long as a delay fault makes it, and stops midway when dropped', () => {
    const dropped = traffic({ samples: [['accept', '4.2', 7, 'dropped']] })
    const [slow] = flightsOf({ seq: 1, atMs: 250, links: [traffic()] }, 0, () => 3000)
    expect(slow!.flightMs).toBe(3000)
    const [lost] = flightsOf({ seq: 2, atMs: 250, links: [dropped] }, 0, () => 0)
    expect(progressOf(lost!, lost!.endMs - 1)).toBe(DROP_AT)
  })

  it('draws one heartbeat a sample at most', () => {
    const beats = [1, 2, 3].map(() => ['heartbeat', '4.2', 0, 'passed'] as const)
    const sample = { seq: 1, atMs: 250, links: [traffic({ samples: beats })] }
    expect(flightsOf(sample, 0, () => 0)).toHaveLength(1)
  })

  it('has rates a second, without heartbeats where packets are decided', () => {
    const types = { accept: 3, heartbeat: 5 } as const
    const samples = [['accept', '9.3', 1, 'passed'] as const]
    const link = traffic({ frames: 8, types, samples })
    const rates = ratesOf([{ seq: 1, atMs: 500, links: [link] }], 0)
    const rate = rates.links.get('2>1')!
    expect(rate).toMatchObject({ perSecond: 16, busyPerSecond: 6, family: 'phase2', owner: 3 })
    expect(rates.busyPerSecond).toBe(6)
  })

  it('shows packets below 60 a second, flow above, and does not flicker in between', () => {
    const { view: shown, add } = useTopologyTraffic(() => 0)
    const types = { accept: 100 } as const
    const sendEach = (frames: number, seq: number, atMs: number): void =>
      add([sampled(seq, atMs, [traffic({ frames, types: { accept: frames } })])])
    sendEach(5, 1, 250)
    expect(shown.value.mode).toBe('packets')
    expect(shown.value.flights).toHaveLength(1)
    add([sampled(2, 500, [traffic({ frames: 100, types })])])
    expect(shown.value.mode).toBe('flow')
    expect(shown.value.flights).toEqual([])
    // 56 a second: below the limit, but not well below.
    for (const seq of [3, 4, 5, 6, 7, 8]) sendEach(14, seq, 500 + (seq - 2) * 250)
    expect(shown.value.mode).toBe('flow')
    for (const seq of [9, 10, 11, 12, 13]) sendEach(5, seq, 500 + (seq - 2) * 250)
    expect(shown.value.mode).toBe('packets')
  })

  it('keeps a bounded number of flights and counts the rest', () => {
    const { view: shown, add } = useTopologyTraffic(() => 60_000)
    const samples = Array.from({ length: 10 }, () => ['accept', '9.3', 1, 'passed'] as const)
    for (let seq = 1; seq <= 20; seq++) {
      const link = traffic({ frames: 10, types: { accept: 10 }, samples })
      add([sampled(seq, seq * 1000, [link])])
    }
    expect(shown.value.flights).toHaveLength(FLIGHTS_MAX)
    expect(shown.value.hidden).toBeGreaterThan(0)
  })

  it('is a still picture at a moment of the past, at any rate', () => {
    const link = traffic({ frames: 500, types: { accept: 500 } })
    const events = [sampled(1, 1000, [link]), sampled(2, 1250, [link])]
    const at = trafficAt(events, 1130, () => 0)
    expect(at.mode).toBe('packets')
    expect(at.flights).toHaveLength(1)
    expect(trafficAt(events, 5000, () => 0).flights).toEqual([])
  })

  it('makes a busier link wider, within bounds', () => {
    expect(flowWidth(0)).toBe(0)
    expect(flowWidth(10)).toBeLessThan(flowWidth(500))
    expect(flowWidth(1e9)).toBe(5)
  })
})

describe('the past', () => {
  const now: LabStatus = { ...RUNNING, nodes: [1, 2].map((node) => view(node, 'running', null)) }
  const kill: ActiveFault = {
    id: 'f1',
    fault: { kind: 'kill', node: 2 },
    startedAtMs: 30,
    endedAtMs: null,
  }
  const started = {
    type: 'clusterStarted',
    cluster: 'c',
    members: [1, 2],
    mode: 'multi',
    direct: false,
    seed: 1,
    policy: LEADER_POLICY,
    scenario: null,
    adversary: null,
  } as const
  const log: LabEvent[] = [
    { seq: 1, atMs: 0, by: 'lab', ...started },
    { seq: 2, atMs: 10, by: 'lab', type: 'nodeReady', node: 1, clientPort: 1, life: 1 },
    { seq: 3, atMs: 12, by: 'lab', type: 'nodeReady', node: 2, clientPort: 1, life: 1 },
    { seq: 4, atMs: 20, by: 'lab', type: 'statusSampled', nodes: [report(1, leading)] },
    { seq: 5, atMs: 30, by: 'lab', type: 'faultStarted', fault: kill },
    { seq: 6, atMs: 40, by: 'lab', type: 'faultEnded', fault: { ...kill, endedAtMs: 40 } },
    { seq: 7, atMs: 50, by: 'lab', type: 'nodeReady', node: 2, clientPort: 1, life: 2 },
  ]
  const states = (count: number) =>
    statusAt(log.slice(0, count), 0, now).nodes.map((node) => node.state)

  it('is folded from events alone', () => {
    expect(states(2)).toEqual(['running', 'starting'])
    expect(states(5)).toEqual(['running', 'killed'])
    expect(states(7)).toEqual(['running', 'running'])
    expect(statusAt(log.slice(0, 5), 30, now).faults).toEqual([kill])
    expect(statusAt(log, 60, now).faults).toEqual([])
    expect(statusAt(log, 60, now).nodes[0]!.status!.role).toBe('leading')
  })
})

describe('dragged places', () => {
  it('are read back as they were written', () => {
    const places = new Map([
      [1, { x: 0.25, y: 0.5 }],
      [4, { x: 1, y: 0 }],
    ])
    expect(parsePositions(formatPositions(places))).toEqual(places)
  })

  it.each(['', '{', '[]', '{"1":[2,0]}', '{"a":[0,0]}', '{"1":["0",0]}', 'null', '7'])(
    'leave out what is not a place: %s',
    (text) => {
      expect(parsePositions(text).size).toBe(0)
    },
  )
})
