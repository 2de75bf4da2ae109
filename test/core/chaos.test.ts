/**
 * Random schedules over the real machine: kills that lose what was not flushed, partitions, one-way
 * cuts, loss, duplicates, elections by hand and policy switches; then everything is healed.
 * Safety: no check is tripped, and acknowledged increments are counted once.
 * Liveness: all logs become equal.
 *
 * A failure names its seed; `PAXOS_SEED=123 npx vitest run test/core/chaos.test.ts` repeats it, and
 * `PAXOS_SEEDS=2500` runs that many.
 */
import { expect, it } from 'vitest'
import { Oracle } from '../../src/core/check/oracle'
import type { ElectionPolicy, LearnerMode } from '../../src/core/paxos/config'
import {
  EAGER_POLICY,
  EXPONENTIAL_POLICY,
  LEADER_POLICY,
  LEASE_POLICY,
} from '../../src/core/paxos/config'
import type { QuorumSystem } from '../../src/core/paxos/quorum'
import { CoreCluster } from '../support/coreCluster'

const POLICIES: readonly ElectionPolicy[] = [
  LEADER_POLICY,
  EAGER_POLICY,
  EXPONENTIAL_POLICY,
  { kind: 'backoff', backoff: { kind: 'fixed', ticks: 30 } },
  { ...LEADER_POLICY, quorumAware: true } as ElectionPolicy,
  LEASE_POLICY,
]
const QUORUMS: Readonly<Record<number, readonly QuorumSystem[]>> = {
  3: [{ kind: 'majority' }, { kind: 'counts', phase1: 3, phase2: 1 }],
  4: [
    { kind: 'majority' },
    {
      kind: 'sets',
      phase1: [
        [1, 2],
        [3, 4],
      ],
      phase2: [
        [1, 3],
        [2, 4],
      ],
    },
  ],
  5: [{ kind: 'majority' }, { kind: 'counts', phase1: 4, phase2: 2 }],
  7: [{ kind: 'majority' }, { kind: 'counts', phase1: 5, phase2: 3 }],
}
const LEARNER_MODES: readonly LearnerMode[] = [
  { kind: 'leader' },
  { kind: 'all' },
  { kind: 'set', nodes: [1, 2] },
]

const pick = <T>(from: readonly T[], seed: number): T => from[seed % from.length] as T

function clusterOf(seed: number): CoreCluster {
  const nodes = pick([3, 5, 7, 4], seed)
  return new CoreCluster({
    nodes,
    seed: seed * 7919,
    delay: [1, 1 + (seed % 12)],
    drop: (seed % 5) * 0.05,
    double: (seed % 3) * 0.1,
    config: {
      policy: pick(POLICIES, seed >> 2),
      learnerMode: pick(LEARNER_MODES, seed >> 4),
      quorums: pick(QUORUMS[nodes] ?? [], seed >> 3),
      refusal: pick(['nack', 'nack', 'silence'] as const, seed >> 5),
      // So few that logs are cut, and laggards need a peer's state, many times a run.
      snapshotSlots: pick([0, 3, 8, 20], seed >> 1),
      tailSlots: pick([0, 2, 6], seed >> 6),
      windowSlots: 1 + (seed % 7) * 3,
      // So small that runs, promises and catch-up come in many parts.
      messageBytesMax: pick([100_000, 120], seed),
    },
  })
}

/** One random act against the cluster. */
function disturb(c: CoreCluster): void {
  const dice = c.random()
  const node = 1 + Math.floor(c.random() * c.members.length)
  const half = c.members.length >> 1
  if (dice < 0.12 && c.isAlive(node)) c.kill(node)
  else if (dice < 0.3 && !c.isAlive(node)) c.restart(node)
  else if (dice < 0.36) c.partition(c.members.slice(0, half), c.members.slice(half))
  else if (dice < 0.4) c.cut(node, (node % c.members.length) + 1)
  else if (dice < 0.5) c.heal()
  else if (dice < 0.53) c.step(node, { type: 'startElection' })
  else if (dice < 0.55) c.step(node, { type: 'stepDown' })
  else if (dice < 0.58) setPolicy(c, c.random() < 0.5 ? EAGER_POLICY : LEADER_POLICY)
}

function setPolicy(c: CoreCluster, policy: ElectionPolicy): void {
  for (const node of c.members) c.step(node, { type: 'setPolicy', policy })
}

function healAll(c: CoreCluster): void {
  c.heal()
  c.drop = 0
  c.double = 0
  for (const node of c.members) if (!c.isAlive(node)) c.restart(node)
  setPolicy(c, LEADER_POLICY)
}

function logsEqual(c: CoreCluster): boolean {
  const logs = c.members.map((node) => {
    const { appliedThrough, digest } = c.machine(node).status()
    return `${appliedThrough} ${digest}`
  })
  return new Set(logs).size === 1
}

function readCounter(c: CoreCluster, node: number, claim: string): number {
  const tag = c.request(node, 'GET', 'n')
  expect(
    c.run(6000, () => c.reply(node, tag) !== undefined && logsEqual(c)),
    claim,
  ).toBe(true)
  const reply = c.reply(node, tag)
  return reply?.outcome === 'done' ? Number(reply.resp.split('\r\n')[1] ?? 0) : -1
}

function checkFacts(c: CoreCluster, claim: string): number {
  const checks = new Oracle({ acceptors: c.members, system: c.quorums, order: 'total' })
  c.facts.forEach(({ node, life, fact }, index) => {
    const stamp = { seq: index + 1, atMs: index, by: node, life, nodeSeq: index + 1 }
    expect(checks.feed({ ...stamp, ...fact }), claim).toEqual([])
  })
  expect(checks.finish(), claim).toEqual([])
  return checks.chosenSlots
}

/** How often each kind of fact was told over all seeds: one that never cuts a log shows little. */
const told = new Map<string, number>()

function play(seed: number): number {
  const claim = `seed ${seed}`
  const c = clusterOf(seed)
  const asked: (readonly [node: number, tag: number])[] = []
  for (let round = 0; round < 40; round += 1) {
    c.run(15)
    const node = 1 + Math.floor(c.random() * c.members.length)
    if (c.isAlive(node)) asked.push([node, c.request(node, 'INCR', 'n')])
    disturb(c)
  }
  healAll(c)
  c.run(1500)
  // A first read waits for everything that is still on its way; the second one counts.
  readCounter(c, 1, claim)
  c.run(1000)
  const counted = readCounter(c, 2, claim)
  const acked = asked.filter(([node, tag]) => c.reply(node, tag)?.outcome === 'done')
  expect(counted, claim).toBeGreaterThanOrEqual(acked.length)
  expect(counted, claim).toBeLessThanOrEqual(asked.length)
  for (const { fact } of c.facts) told.set(fact.type, (told.get(fact.type) ?? 0) + 1)
  return checkFacts(c, claim)
}

it('S8, S30, S31: whatever happens, one value a slot, no acknowledged write lost, and progress', () => {
  const only = process.env['PAXOS_SEED']
  const count = Number(process.env['PAXOS_SEEDS'] ?? 200)
  const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)]
  const chosen = seeds.reduce((sum, seed) => sum + play(seed), 0)
  expect(chosen).toBeGreaterThan(0)
  if (only !== undefined) return
  for (const type of [
    'snapshotTaken',
    'snapshotInstalled',
    'canvassed',
    'leaseHeld',
    'leaseKept',
  ]) {
    expect(told.get(type), type).toBeGreaterThan(10)
  }
}, 600_000)
