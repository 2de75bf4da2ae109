/**
 * Every way to read, under partitions, kills, loss and elections: no read may miss a write that was
 * acknowledged before it began, nor return one that nobody submitted (protocol §9). Deliberately
 * wrong readers must be caught by the same judge.
 *
 * `PAXOS_SEED=7 npx vitest run --project core test/core/reads.test.ts` repeats one seed.
 */
import { describe, expect, it } from 'vitest'
import type { ReadMode } from '../../src/core/kv/readMode'
import { LEADER_POLICY, LEASE_POLICY } from '../../src/core/paxos/config'
import type { ElectionPolicy, LearnerMode } from '../../src/core/paxos/config'
import { CoreCluster } from '../support/coreCluster'

const SEEDS = Number(process.env['PAXOS_SEEDS'] ?? 60)

interface OpenRead {
  readonly node: number
  readonly tag: number
  /** Highest write acknowledged before the read began. */
  readonly floor: number
}

interface Outcome {
  readonly stale: number
  readonly answered: number
}

interface Play {
  readonly seed: number
  readonly mode: ReadMode
  readonly policy: ElectionPolicy
  readonly learnerMode?: LearnerMode
  /** Clocks run apart by this share, node 1 slow and the others fast. */
  readonly drift?: number
}

/** One writer counts up in one key; readers at random nodes. */
function play(options: Play): Outcome {
  const { seed, policy, learnerMode = { kind: 'leader' }, drift = 0 } = options
  const c = new CoreCluster({
    nodes: 5,
    seed: seed * 104_729,
    delay: [1, 1 + (seed % 9)],
    drop: (seed % 3) * 0.03,
    clockRate: (node) => (node === 1 ? 1 - drift : 1 + drift),
    config: { policy, learnerMode, snapshotSlots: seed % 2 === 0 ? 10 : 0, tailSlots: 4 },
  })
  const writes: { readonly value: number; readonly node: number; readonly tag: number }[] = []
  const open: OpenRead[] = []
  let outcome: Outcome = { stale: 0, answered: 0 }
  const ackedNow = (): number =>
    Math.max(0, ...writes.filter((w) => c.reply(w.node, w.tag) !== undefined).map((w) => w.value))
  c.run(150)
  for (let round = 0; round < 60; round += 1) {
    c.run(6, () => false)
    const node = 1 + Math.floor(c.random() * 5)
    const last = writes.at(-1)
    // One write at a time, so that values are chosen in their order.
    if (last === undefined || c.reply(last.node, last.tag) !== undefined) {
      const at = c.leaders()[0] ?? node
      if (c.isAlive(at)) {
        const value = writes.length + 1
        writes.push({ value, node: at, tag: c.request(at, 'SET', 'n', String(value)) })
      }
    }
    for (const reader of [node, 1]) {
      if (!c.isAlive(reader)) continue
      const floor = ackedNow()
      open.push({ node: reader, tag: c.read(reader, 'n', options.mode), floor })
    }
    disturb(c, node)
  }
  c.heal()
  for (const node of c.members) if (!c.isAlive(node)) c.restart(node)
  c.run(600)
  for (const { node, tag, floor } of open) {
    const answer = c.readAnswer(node, tag)
    if (answer?.verdict !== 'chosen') continue
    outcome = count(outcome, answer.value, floor, writes.length)
  }
  return outcome
}

function count(before: Outcome, value: string | null, floor: number, last: number): Outcome {
  const read = Number(value ?? 0)
  expect(read).toBeLessThanOrEqual(last)
  return { stale: before.stale + (read < floor ? 1 : 0), answered: before.answered + 1 }
}

function disturb(c: CoreCluster, node: number): void {
  const dice = c.random()
  if (dice < 0.06 && c.isAlive(node)) c.kill(node)
  else if (dice < 0.2 && !c.isAlive(node)) c.restart(node)
  else if (dice < 0.28)
    c.partition(
      [1, node],
      c.members.filter((m) => m !== 1 && m !== node),
    )
  else if (dice < 0.34) c.cut(node, (node % 5) + 1)
  else if (dice < 0.5) c.heal()
  else if (dice < 0.56) c.step(node, { type: 'startElection' })
}

function total(options: Omit<Play, 'seed'>): Outcome {
  const only = process.env['PAXOS_SEED']
  const seeds = only === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [Number(only)]
  return seeds.reduce<Outcome>(
    (sum, seed) => {
      const { stale, answered } = play({ ...options, seed })
      return { stale: sum.stale + stale, answered: sum.answered + answered }
    },
    { stale: 0, answered: 0 },
  )
}

const LEASE: ElectionPolicy = { ...LEASE_POLICY, leaseTicks: 50, driftBound: 0.1 } as ElectionPolicy

describe('a read never misses an acknowledged write', () => {
  it.each([
    ['confirmed', 'confirmed', LEADER_POLICY, undefined],
    ['confirmed, every learner told', 'confirmed', LEADER_POLICY, { kind: 'all' }],
    ['lease', 'lease', LEASE, undefined],
    ['lease, every learner told', 'lease', LEASE, { kind: 'all' }],
    ['learner', 'learner', LEADER_POLICY, undefined],
    ['through the log', 'log', LEADER_POLICY, undefined],
    ['by proposing', 'propose', LEADER_POLICY, undefined],
  ] as const)('%s', (_name, mode, policy, learnerMode) => {
    const { stale, answered } = total({ mode, policy, ...(learnerMode && { learnerMode }) })
    expect(stale).toBe(0)
    expect(answered).toBeGreaterThan(SEEDS)
  })

  it('lease, with clocks apart but within the bound', () => {
    const { stale, answered } = total({ mode: 'lease', policy: LEASE, drift: 0.04 })
    expect(stale).toBe(0)
    expect(answered).toBeGreaterThan(SEEDS)
  })
})

/** Node 1, with the slow clock, is elected without leases; then everybody gets them. */
function ledByFirst(drift: number, policy: ElectionPolicy): CoreCluster {
  const clockRate = (node: number): number => (node === 1 ? 1 - drift : 1 + drift)
  const c = new CoreCluster({ nodes: 3, clockRate, config: { policy: LEADER_POLICY } })
  c.step(1, { type: 'startElection' })
  expect(c.run(50, () => c.leaders().join() === '1')).toBe(true)
  for (const node of c.members) c.step(node, { type: 'setPolicy', policy })
  c.run(50)
  expect(c.leaders()).toEqual([1])
  return c
}

/** Node 1 leads with a lease and is cut off; the rest elects and writes; node 1 reads all along. */
function cutOffLeader(drift: number): { readonly stale: number; readonly before: number } {
  const policy = { ...LEASE, leaseTicks: 200, electionTicksMin: 200, electionTicksMax: 220 }
  const c = ledByFirst(drift, policy as ElectionPolicy)
  const first = c.request(1, 'SET', 'n', '1')
  expect(c.run(200, () => c.reply(1, first) !== undefined)).toBe(true)
  c.partition([1], [2, 3])
  let write: { node: number; tag: number } | null = null
  const answers = { stale: 0, before: 0 }
  for (let tick = 0; tick < 900; tick += 1) {
    c.run(1)
    const other = c.leaders().find((node) => node !== 1)
    if (other !== undefined) write ??= { node: other, tag: c.request(other, 'SET', 'n', '2') }
    const acked = write !== null && c.reply(write.node, write.tag) !== undefined
    const answer = c.readAnswer(1, c.read(1, 'n', 'lease'))
    if (answer?.verdict !== 'chosen') continue
    if (acked && answer.value === '1') answers.stale += 1
    else answers.before += 1
  }
  expect(write).not.toBeNull()
  return answers
}

it('a lease fails under drift beyond its bound, visibly, and only there', () => {
  for (const drift of [0, 0.02, 0.05]) {
    const { stale, before } = cutOffLeader(drift)
    expect([drift, stale]).toEqual([drift, 0])
    expect(before).toBeGreaterThan(50)
  }
  for (const drift of [0.3, 0.6]) {
    expect([drift, cutOffLeader(drift).stale > 0]).toEqual([drift, true])
  }
})

describe('the judge of reads can say no', () => {
  it('a reader that trusts its own state reads stale values', () => {
    const { stale, answered } = total({ mode: 'local', policy: LEADER_POLICY })
    expect(stale).toBeGreaterThan(0)
    expect(answered).toBeGreaterThan(stale)
  })

  it('counting values instead of ballots reads stale or nothing', () => {
    const { stale, answered } = total({ mode: 'valueMajority', policy: LEADER_POLICY })
    expect(stale + (answered === 0 ? 1 : 0)).toBeGreaterThan(0)
  })
})
