/**
 * Stale reads, on five real processes: a leader that was cut off still believes that it leads, and
 * its clients still ask it. Confirmed reads assume nothing and are never stale; a node that answers
 * from its own state is; lease reads are right as long as clocks keep the bound of the policy.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { LEADER_POLICY, LEASE_POLICY } from '../../src/core/paxos/config'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'
import { RegisterClients } from '../support/registerClients'
import type { RegisterReadMode } from '../support/registerClients'
import { checkRegister } from '../support/registerHistory'
import { judgeRegister } from '../support/registerJudge'
import type { RegisterOperation } from '../support/registerJudge'

const NODES = [1, 2, 3, 4, 5]
const READERS = 3
const CYCLES = 3
const REQUEST_DEADLINE_MS = 3000
const RUN_MS_MAX = 180_000
const WAIT_MS = 60_000

let rig: LabRig | null = null
let clients: RegisterClients | null = null
afterEach(async () => {
  await clients?.finish().catch(() => {})
  clients = null
  await rig?.close()
  rig = null
})

async function open(changes: Parameters<LabRig['start']>[0]) {
  const mine = (rig = new LabRig())
  await mine.start({ nodes: 5, requestDeadlineMs: REQUEST_DEADLINE_MS, ...changes })
  const register = (clients = new RegisterClients(mine.lab, REQUEST_DEADLINE_MS))
  register.writable = NODES
  return { rig: mine, clients: register }
}

/** The leader and another one on one side, three on the other; the writer goes with these. */
async function cutOffLeader({ lab }: LabRig, register: RegisterClients, old: number) {
  const minority = [old, old === 1 ? 2 : 1]
  const majority = NODES.filter((node) => !minority.includes(node))
  register.writable = majority
  // Its request to a node of the other side is answered by now.
  await written(register, 2)
  await lab.partition({ preset: 'custom', groups: [minority, majority] })
  return { minority, majority }
}

const written = async (register: RegisterClients, more: number) => {
  const wanted = register.written + more
  return await eventually(`${more} writes`, () => register.written >= wanted, WAIT_MS)
}

/** Waits until a count of reads of these nodes is higher by `more` than now. */
async function counted(counts: ReadonlyMap<number, number>, nodes: readonly number[], more = 1) {
  const sum = () => nodes.reduce((total, node) => total + (counts.get(node) ?? 0), 0)
  const wanted = sum() + more
  await eventually(`${more} reads at ${nodes.join()}`, () => sum() >= wanted, WAIT_MS)
}

const words = (history: readonly RegisterOperation[]) =>
  judgeRegister(history).map((fault) => fault.words)

describe('a leader that was cut off', () => {
  /** The same for every mode: `CYCLES` times a leader is cut off and asked, and comes back. */
  async function cutOffRun(mode: RegisterReadMode) {
    const { rig: lab, clients: register } = await open({ policy: LEADER_POLICY })
    const cutOff: number[] = []
    register.startWriter()
    for (const node of NODES) register.startReaders(READERS, node, mode)
    for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
      await counted(register.served, NODES, 20)
      const old = await lab.leader()
      const { minority, majority } = await cutOffLeader(lab, register, old)
      await lab.leader(majority)
      await written(register, 50)
      // I14 must be at stake: the old leader leads by its own word, at the lower ballot.
      expect((await lab.node(old)).status?.role).toBe('leading')
      cutOff.push(old)
      const answers = mode === 'local' ? register.served : register.refused
      for (const node of minority) await counted(answers, [node], READERS)
      await counted(register.served, majority, 20)
      await lab.lab.healAll(false)
      register.writable = NODES
      await counted(register.served, minority, 20)
    }
    await register.finish()
    const { history } = register
    const states = (await lab.status()).checks.map(({ state }) => state)
    expect(states).not.toContain('violated')
    return { cutOff, register, faults: judgeRegister(history), judged: checkRegister(history) }
  }

  it(
    'S22: serves no stale confirmed read',
    async () => {
      const { faults, judged } = await cutOffRun('confirmed')
      expect(faults).toEqual([])
      expect(judged).toMatchObject({ verdict: 'valid' })
    },
    RUN_MS_MAX,
  )

  it(
    'S22: serves stale reads from its own state, and it is seen',
    async () => {
      const { cutOff, register, faults, judged } = await cutOffRun('local')
      expect([...register.refused]).toEqual([])
      expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['stale']))
      expect(faults.map(({ read }) => read.at)).toEqual(expect.arrayContaining(cutOff))
      expect(judged).toMatchObject({ verdict: 'violated' })
    },
    RUN_MS_MAX,
  )
})

describe('lease reads', () => {
  /** A second: one that counts too slowly ends long after the next leader's first write. */
  const policy = { ...LEASE_POLICY, electionTicksMin: 200, electionTicksMax: 260, leaseTicks: 200 }

  /** The leader's clock runs slow by `drift`, and it is cut off; the history of what follows. */
  async function leaseRun(drift: number) {
    const { rig: lab, clients: register } = await open({ policy })
    register.startWriter()
    for (const node of NODES) register.startReaders(READERS, node, 'lease')
    await counted(register.served, NODES, 20)
    const old = await lab.leader()
    await lab.lab.clockFault(old, { offsetMs: 0, drift })
    await counted(register.served, [old], 20)
    expect(await lab.leader()).toBe(old)
    const { minority, majority } = await cutOffLeader(lab, register, old)
    await lab.leader(majority)
    await written(register, 20)
    await counted(register.refused, [old])
    await lab.lab.healAll(true)
    register.writable = NODES
    await counted(register.served, minority, 5)
    await register.finish()
    expect([...register.reasons].join()).toContain('the leader holds no lease')
    const { history } = register
    const { verdict } = checkRegister(history)
    return { minority, faults: judgeRegister(history), verdict }
  }

  it(
    'S22: a lease read is never stale while the clock of the leader keeps the bound',
    async () => {
      const { faults, verdict } = await leaseRun(-0.9 * policy.driftBound)
      expect(faults).toEqual([])
      expect(verdict).toBe('valid')
    },
    RUN_MS_MAX,
  )

  it(
    'S22: a clock that runs slower than the bound makes lease reads stale, and it is seen',
    async () => {
      const { faults, minority, verdict } = await leaseRun(-0.75)
      expect(verdict).toBe('violated')
      expect(faults.length).toBeGreaterThan(0)
      expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['stale']))
      expect(minority).toEqual(expect.arrayContaining(faults.map(({ read }) => read.at)))
    },
    RUN_MS_MAX,
  )
})

describe('the judge of a register', () => {
  const write = (value: number, startMs: number, endMs: number): RegisterOperation => {
    return { kind: 'write', value, startMs, endMs, at: 1 }
  }
  const read = (value: number, startMs: number, endMs: number): RegisterOperation => {
    return { kind: 'read', value, startMs, endMs, at: 2 }
  }

  const verdict = (history: readonly RegisterOperation[]) => checkRegister(history).verdict

  it('takes reads that are concurrent with a write either way', () => {
    const history = [write(1, 0, 10), write(2, 20, 30), write(3, 40, Infinity)]
    expect(words([...history, read(0, 5, 6), read(1, 7, 8), read(1, 21, 40)])).toEqual([])
    expect(words([...history, read(1, 22, 23), read(2, 24, 25), read(2, 50, 60)])).toEqual([])
    // Never acknowledged, it may still be there, also much later.
    expect(words([...history, read(3, 90, 99)])).toEqual([])
    expect(verdict([...history, read(1, 21, 40), read(3, 90, 99)])).toBe('valid')
  })

  it('sees a read behind an acknowledged write, behind a read, and from the future', () => {
    const history = [write(1, 0, 10), write(2, 20, 30), write(3, 40, Infinity)]
    expect(words([...history, read(1, 31, 32)])).toEqual([
      'node 2 answered 1, 1 ms after a write of 2 at node 1 had ended',
    ])
    expect(words([...history, read(2, 21, 22), read(1, 23, 24)])).toEqual([
      'node 2 answered 1, 1 ms after a read of 2 at node 2 had ended',
    ])
    expect(words([...history, read(3, 50, 51), read(2, 60, 61)])).toEqual([
      'node 2 answered 2, 9 ms after a read of 3 at node 2 had ended',
    ])
    expect(words([...history, read(2, 11, 15), read(7, 60, 61)])).toEqual([
      'node 2 answered 2, which nobody had written by then',
      'node 2 answered 7, which nobody had written by then',
    ])
    for (const wrong of [
      [read(1, 31, 32)],
      [read(3, 50, 51), read(2, 60, 61)],
      [read(7, 60, 61)],
    ]) {
      expect(verdict([...history, ...wrong])).toBe('violated')
    }
  })
})
