/**
 * Two runs for looking at charts: a duel that back-off ends, and a partition with the old leader in
 * the minority. Written event by event in the real vocabulary, repeatable; nothing real is behind.
 */
import type { LabEvent } from '../../src/core/event'
import type { ActiveFault, Fault } from '../../src/core/fault'
import { allLinks, linksAcross } from '../../src/core/fault'
import { bucketOf } from '../../src/core/measure/histogram'
import type { Ballot } from '../../src/core/paxos/ballot'
import { makeRandom } from './syntheticModel'

const MEMBERS = [1, 2, 3, 4, 5]
const SAMPLE_MS = 100
const STATUS_MS = 250

type Loose = { readonly type: LabEvent['type'] } & Record<string, unknown>
interface Dated {
  readonly atMs: number
  readonly by: number | 'lab'
  readonly fact: Loose
}

/** How the cluster does at a moment: what load and status lines then say. */
interface Pace {
  readonly fromMs: number
  readonly opsPerSecond: number
  readonly latencyMs: number
  /** Slots a second, per node; a node that is left out reports nothing. */
  readonly slotsPerSecond: Readonly<Record<number, number>>
  /** Who proposes: slots, messages and flushes are told too. */
  readonly leader?: Ballot
}

class Script {
  readonly rows: Dated[] = []
  readonly random = makeRandom(42)
  /** Of what `work` tells; its own, so that the other runs stay as they are. */
  readonly noise = makeRandom(7)
  /** The next slot of `work`. */
  slot = 1

  lab(atMs: number, fact: Loose): void {
    this.rows.push({ atMs, by: 'lab', fact })
  }

  node(atMs: number, ballot: Ballot, fact: Loose): void {
    this.rows.push({ atMs, by: ballot.node, fact: { ...fact, ballot } })
  }

  start(): void {
    this.lab(0, { type: 'clusterStarted', members: MEMBERS, policy: { kind: 'leader' } })
    for (const node of MEMBERS) this.lab(200 + node * 20, { type: 'nodeReady', node })
  }

  fault(id: string, fault: Fault, fromMs: number, toMs: number | null): void {
    const active: ActiveFault = { id, fault, startedAtMs: fromMs, endedAtMs: null }
    this.lab(fromMs, { type: 'faultStarted', fault: active })
    if (toMs === null) return
    this.lab(toMs, { type: 'faultEnded', fault: { ...active, endedAtMs: toMs } })
  }

  elect(atMs: number, ballot: Ballot, slot: number): void {
    this.node(atMs, ballot, { type: 'bid', reason: 'election' })
    this.node(atMs + 20, ballot, { type: 'elected' })
    this.node(atMs + 40, ballot, { type: 'chosen', slot, count: 1 })
  }

  /** Load samples and status lines from these paces on, until `endMs`. */
  pace(paces: readonly Pace[], endMs: number, sentPerSecond: number): void {
    const slots = new Map<number, number>()
    let stalledMs = 0
    for (let atMs = 400; atMs <= endMs; atMs += SAMPLE_MS) {
      const now = paces.findLast((pace) => pace.fromMs <= atMs)
      if (!now) continue
      const share = now.opsPerSecond * (SAMPLE_MS / 1000)
      const acked = Math.floor(share) + (this.random() < share % 1 ? 1 : 0)
      const counts = new Map<number, number>()
      for (let n = 0; n < acked; n += 1) {
        const first = n === 0 && stalledMs > 500 ? stalledMs : 0
        const bucket = bucketOf(first || now.latencyMs * (0.7 + this.random() ** 4 * 3))
        counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
      }
      stalledMs = acked > 0 ? 0 : stalledMs + SAMPLE_MS
      this.lab(atMs, {
        type: 'loadSampled',
        spanMs: SAMPLE_MS,
        clients: 8,
        sent: acked > 0 ? acked : Math.round(sentPerSecond / 10),
        acked,
        failed: 0,
        unknown: 0,
        waiting: acked > 0 ? 1 : 8,
        waitMsMax: stalledMs,
        latency: [...counts],
      })
      if (now.leader) this.work(atMs, now, now.leader)
      if (atMs % STATUS_MS < SAMPLE_MS) this.status(atMs, now, slots, STATUS_MS / 1000)
    }
  }

  /** What nodes say to one another and to their disks meanwhile, and the slots that come of it. */
  work(atMs: number, { slotsPerSecond, latencyMs }: Pace, leader: Ballot): void {
    const nodes = Object.keys(slotsPerSecond).map(Number)
    const most = Math.max(0, ...Object.values(slotsPerSecond))
    const types = { heartbeat: 1, accept: Math.round(most / 10), accepted: Math.round(most / 10) }
    const duel = most === 0 ? { prepare: 1, nack: 1 } : {}
    const pairs = nodes.flatMap((from) =>
      nodes.map((to) => ({ from, to, types: { ...types, ...duel } })),
    )
    this.lab(atMs, { type: 'trafficSampled', links: pairs })
    for (const node of nodes) {
      const fact = { type: 'persisted' as const, flushMs: 1 + this.noise() * node }
      this.rows.push({ atMs: atMs - 30, by: node, fact })
    }
    const count = Math.round(most / 10)
    if (count === 0) return
    this.node(atMs - 40, leader, { type: 'issued', slot: this.slot, count })
    const tookMs = Math.max(0.5, latencyMs / 2) * (0.6 + this.noise())
    this.node(atMs - 40 + tookMs, leader, { type: 'chosen', slot: this.slot, count })
    this.slot += count
  }

  status(atMs: number, now: Pace, slots: Map<number, number>, seconds: number): void {
    const nodes = Object.entries(now.slotsPerSecond).map(([name, perSecond]) => {
      const node = Number(name)
      const known = slots.get(node) ?? 0
      const next = known + perSecond * seconds
      slots.set(node, next)
      const chosenThrough = Math.floor(next)
      const appliedThrough = Math.max(0, chosenThrough - (perSecond > 0 ? 2 : 0))
      const lagMsP95 = this.noise()
      return { node, chosenThrough, appliedThrough, lagMsP95, waiting: 0, inFlight: 0 }
    })
    this.lab(atMs, { type: 'statusSampled', nodes })
  }

  events(): LabEvent[] {
    const sorted = this.rows
      .map((row, at) => ({ ...row, at }))
      .sort((a, b) => a.atMs - b.atMs || a.at - b.at)
    return sorted.map(({ atMs, by, fact }, at): LabEvent => {
      const stamp = { seq: at + 1, atMs, by, life: 1, nodeSeq: at + 1 }
      return { ...fact, ...stamp } as unknown as LabEvent
    })
  }
}

const everyone = (perSecond: number): Record<number, number> =>
  Object.fromEntries(MEMBERS.map((node) => [node, perSecond]))

/** N3 leads, links get slow, N2 and N4 duel until the policy changes: 48 s. */
export function duelRun(): LabEvent[] {
  const script = new Script()
  script.start()
  script.elect(500, { round: 3, node: 3 }, 1)
  const links = allLinks(MEMBERS)
  script.fault('f1', { kind: 'delay', links, delayMs: 190, jitterMs: 10 }, 12_000, null)
  script.lab(14_960, { type: 'acted', act: 'policy eager', actor: 'scenario' })
  const step = 192
  let round = 4
  let last: Ballot = { round: 3, node: 3 }
  for (let atMs = 14_960; atMs < 31_200; atMs += step, round += 1) {
    const ballot = { round, node: round % 2 ? 4 : 2 }
    script.node(atMs, ballot, { type: 'bid', reason: round === 4 ? 'request' : 'preempted' })
    if (script.random() < 0.16) script.node(atMs + 300, ballot, { type: 'elected' })
    script.node(atMs + step, last, { type: 'preempted', rival: ballot, phase: 1 })
    last = ballot
  }
  script.lab(31_200, {
    type: 'acted',
    act: 'policy back-off exponential random',
    actor: 'scenario',
  })
  const winner = { round: round + 1, node: 2 }
  script.node(32_060, winner, { type: 'bid', reason: 'preempted' })
  script.node(32_250, last, { type: 'preempted', rival: winner, phase: 1 })
  script.node(32_450, winner, { type: 'elected' })
  script.node(32_820, winner, { type: 'chosen', slot: 569, count: 1 })
  script.pace(
    [
      { fromMs: 0, opsPerSecond: 40, latencyMs: 4, slotsPerSecond: everyone(40) },
      { fromMs: 12_000, opsPerSecond: 21, latencyMs: 386, slotsPerSecond: everyone(21) },
      { fromMs: 14_960, opsPerSecond: 0, latencyMs: 0, slotsPerSecond: everyone(0) },
      { fromMs: 33_200, opsPerSecond: 21, latencyMs: 386, slotsPerSecond: everyone(21) },
    ],
    48_200,
    4,
  )
  return script.events()
}

/** N1 leads; 3/5 against 2/5, then N5 is killed and N1 paused: 33 s. */
export function partitionRun(): LabEvent[] {
  const script = new Script()
  script.start()
  const groups = [
    [2, 3, 4],
    [1, 5],
  ]
  const links = linksAcross(MEMBERS, groups)
  script.elect(500, { round: 14, node: 1 }, 1)
  script.fault('f1', { kind: 'partition', preset: 'custom', groups, links }, 18_000, null)
  script.node(20_100, { round: 15, node: 2 }, { type: 'bid', reason: 'election' })
  script.node(20_300, { round: 15, node: 4 }, { type: 'bid', reason: 'election' })
  script.node(20_600, { round: 15, node: 2 }, { type: 'preempted', rival: { round: 15, node: 4 } })
  script.node(20_700, { round: 15, node: 4 }, { type: 'preempted', rival: { round: 16, node: 3 } })
  script.node(20_900, { round: 16, node: 3 }, { type: 'bid', reason: 'election' })
  script.node(21_500, { round: 16, node: 3 }, { type: 'elected' })
  script.node(21_520, { round: 16, node: 3 }, { type: 'chosen', slot: 5129, count: 1 })
  script.lab(24_000, { type: 'nodeExited', node: 5, injected: true })
  script.fault('f2', { kind: 'kill', node: 5 }, 24_000, null)
  script.fault('f3', { kind: 'pause', node: 1, cooperative: false }, 27_200, null)
  const left = { 2: 188, 3: 188, 4: 188 }
  script.pace(
    [
      { fromMs: 0, opsPerSecond: 300, latencyMs: 4.2, slotsPerSecond: everyone(300) },
      { fromMs: 18_000, opsPerSecond: 0, latencyMs: 0, slotsPerSecond: everyone(0) },
      { fromMs: 21_520, opsPerSecond: 188, latencyMs: 8, slotsPerSecond: { ...left, 1: 0, 5: 0 } },
      { fromMs: 24_000, opsPerSecond: 188, latencyMs: 8, slotsPerSecond: { ...left, 1: 0 } },
      { fromMs: 27_200, opsPerSecond: 188, latencyMs: 6, slotsPerSecond: left },
    ],
    33_420,
    300,
  )
  return script.events()
}

/** N1 leads; three nodes are killed: no quorum is left; N2 goes on after a short duel: 24 s. */
export function workRun(): LabEvent[] {
  const script = new Script()
  script.start()
  const first = { round: 3, node: 1 }
  script.elect(500, first, 1)
  script.slot = 2
  for (const node of [1, 4, 5]) {
    script.lab(8000, { type: 'nodeExited', node, injected: true })
    script.fault(`k${node}`, { kind: 'kill', node }, 8000, 13_000)
    script.lab(13_000, { type: 'nodeReady', node })
  }
  for (const atMs of [10_000, 11_000, 12_000]) {
    const reply = '(error) NOLEADER the command was not proposed'
    const told = { node: 2, command: 'SET k v', reply, outcome: 'error', latencyMs: 3000 }
    script.lab(atMs, { type: 'clientReplied', ...told })
  }
  const rivals = [
    { round: 4, node: 2 },
    { round: 5, node: 3 },
    { round: 6, node: 2 },
  ]
  rivals.forEach((ballot, at) => {
    const atMs = 13_200 + at * 300
    script.node(atMs, ballot, { type: 'bid', reason: at === 0 ? 'request' : 'preempted' })
    const rival = rivals[at + 1]
    if (rival) script.node(atMs + 310, ballot, { type: 'preempted', rival, phase: 1 })
  })
  const last = { round: 6, node: 2 }
  script.node(13_900, last, { type: 'elected' })
  const reply = '(error) UNKNOWN the deadline passed'
  const told = { node: 4, command: 'SET k w', reply, outcome: 'unknown', latencyMs: 3000 }
  script.lab(14_000, { type: 'clientReplied', ...told })
  const nobody = { 2: 0, 3: 0 }
  script.pace(
    [
      {
        ...{ fromMs: 600, opsPerSecond: 100, latencyMs: 6, leader: first },
        slotsPerSecond: everyone(100),
      },
      { fromMs: 8000, opsPerSecond: 0, latencyMs: 0, slotsPerSecond: nobody, leader: first },
      {
        ...{ fromMs: 14_200, opsPerSecond: 100, latencyMs: 9, leader: last },
        slotsPerSecond: everyone(100),
      },
    ],
    24_000,
    20,
  )
  return script.events()
}
