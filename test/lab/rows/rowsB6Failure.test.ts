/** S30, S31 on real processes: leaders die, nothing acknowledged is lost, and then all goes on. */
import { afterEach, describe, expect, it } from 'vitest'
import { compareBallot, ZERO_BALLOT } from '../../../src/core/paxos/ballot'
import type { Ballot } from '../../../src/core/paxos/ballot'
import { LEADER_POLICY } from '../../../src/core/paxos/config'
import { createPrng } from '../../../src/core/sim/prng'
import type { Prng } from '../../../src/core/sim/prng'
import type { WriteResult } from '../../../src/shared/api'
import { leaderOf } from '../../../src/shared/labWords'
import { eventually } from '../../support/eventually'
import { chosenByVotes } from '../../support/rowFolds'
import { only, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

/** Elections of a tenth of a second, so that many leaders die in one test. */
const QUICK = { ...LEADER_POLICY, heartbeatTicks: 4, electionTicksMin: 20, electionTicksMax: 40 }
const ROUNDS = 20

let rig: RowLab
const open = async (...args: Parameters<typeof rowLab>) => (rig = await rowLab(...args))
afterEach(() => rig.close())

/** Keys whose write was acknowledged and that hold something else at `node` now. */
async function lost(node: number, acked: readonly string[]): Promise<string[]> {
  const missing: string[] = []
  for (const key of acked) if ((await rig.get(node, key)) !== `"${key}"`) missing.push(key)
  return missing
}

describe('failure of the leader', () => {
  it('S30: late accepts of the old leader are refused, and what it wanted is not lost', async () => {
    await open({ policy: QUICK, requestDeadlineMs: 60_000 })
    await rig.lead(1)
    await rig.write(1, 'k', 'before')
    const ofOld = rig.links().filter(({ from, to }) => from === 1 || to === 1)
    const fault = await rig.hold({}, ofOld)
    const wanted = rig.lab.command(1, ['SET', 'old', 'wanted'])
    const late = { ...only('accept'), ballotNode: 1 }
    const { frames } = await rig.held(late, 2)
    const fresh = await rig.leader([2, 3])
    await rig.write(fresh, 'k', 'after')
    await rig.release(late)
    const old = frames[0]?.ballot ?? ZERO_BALLOT
    for (const by of [2, 3]) {
      // On a slow machine elections before these had refusals of their own.
      const isLate = ({ ballot, phase }: { ballot: Ballot; phase: number }): boolean =>
        phase === 2 && compareBallot(ballot, old) === 0
      const [refused] = await rig.told('refused', (event) => event.by === by && isLate(event))
      expect(compareBallot(refused?.promised ?? old, old)).toBeGreaterThan(0)
    }
    expect(await rig.get(fresh, 'old')).toBe('(nil)')
    await rig.lab.endFault(fault)
    expect(await wanted).toMatchObject({ outcome: 'ok' })
    expect(await rig.get(fresh, 'k')).toBe('"after"')
    expect(await rig.get(fresh, 'old')).toBe('"wanted"')
    expect(rig.violations()).toEqual([])
  })

  it(`S30: in ${ROUNDS} random kill rounds no acknowledged command is lost`, async () => {
    await open({ policy: QUICK, requestDeadlineMs: 3000 })
    const dice = createPrng(30)
    const acked: string[] = []
    for (let round = 1; round <= ROUNDS; round += 1) {
      // Some are under way when it dies; half the time the leader dies, else any node.
      const keys = [1, 2, 3].map((node) => `r${round}n${node}`)
      const writes = keys.map((key, at) => rig.lab.command(at + 1, ['SET', key, key]))
      const answered = dice.between(0, 2)
      if (answered > 0) await Promise.race(writes)
      if (answered > 1) await Promise.all(writes)
      const leader = leaderOf(rig.lab.status())
      const victim = dice.unit() < 0.5 && leader !== null ? leader : dice.between(1, 3)
      await rig.lab.killNode(victim)
      const results = await Promise.all(writes)
      results.forEach(({ outcome }, at) => {
        const key = keys[at]
        if (outcome === 'ok' && key !== undefined) acked.push(key)
      })
      const survivor = (victim % 3) + 1
      await rig.write(survivor, `s${round}`, `s${round}`)
      acked.push(`s${round}`)
      await rig.lab.restartNode(victim)
    }
    expect(acked.length).toBeGreaterThanOrEqual(ROUNDS)
    expect(await lost(1, acked)).toEqual([])
    await rig.logsEqual()
    expect(await rig.told('nodeExited', undefined, ROUNDS)).toHaveLength(ROUNDS)
    expect(
      [...chosenByVotes(await rig.record(), 3).values()].filter((ids) => ids.length > 1),
    ).toEqual([])
    expect(rig.violations()).toEqual([])
  })
})

/** One random fault more; none ends here. Nodes that it kills are added to `dead`. */
async function disturb(dice: Prng, dead: Set<number>): Promise<void> {
  const node = dice.between(1, 3)
  const others = [1, 2, 3].filter((one) => one !== node)
  const [first = 1, second = 2] = others
  switch (dice.between(0, 4)) {
    case 0:
      if (dead.has(node)) return
      dead.add(node)
      return await rig.lab.killNode(node)
    case 1:
      return void (await rig.lab.partition({ preset: 'custom', groups: [[node], others] }))
    case 2:
      return void (await rig.lab.changeLinks([{ from: first, to: second }], { kind: 'cut' }))
    case 3:
      return void (await rig.lab.changeLinks(rig.links(), { kind: 'drop', probability: 0.5 }))
    default:
      return await rig.lab.healAll(false)
  }
}

describe('liveness', () => {
  it.each([1, 2])(
    'S31: seed %i: once a majority stays connected, every pending request completes',
    async (seed) => {
      await open({ seed, policy: QUICK, requestDeadlineMs: 60_000 })
      const dice = createPrng(seed, 31)
      // Safety phase. Node 3 is killed for good later on.
      const dead = new Set<number>()
      const pending: Promise<WriteResult>[] = []
      for (let round = 0; round < 12; round += 1) {
        await disturb(dice, dead)
        for (const { node, state } of (await rig.status()).nodes) {
          if (state === 'running') pending.push(rig.lab.command(node, ['INCR', 'n']))
        }
      }
      // Now nobody has a quorum, so that these cannot be answered before the faults end.
      await rig.lab.healAll(true)
      const apart = await rig.lab.partition({ preset: 'custom', groups: [[1], [2], [3]] })
      const stuck = [1, 1, 2, 2, 3].map((node) => rig.lab.command(node, ['INCR', 'n']))
      await eventually('they wait', async () => {
        const { nodes } = await rig.status()
        return nodes.every(({ status }) => (status?.waiting ?? 0) + (status?.inFlight ?? 0) > 0)
      })
      // Liveness phase: 1 and 2 are connected; 3 is gone.
      dead.add(3)
      await rig.lab.killNode(3)
      await rig.lab.endFault(apart)
      const healedAtMs = (await rig.status()).atMs
      const core = [1, 2].map((node) => rig.lab.command(node, ['INCR', 'n']))
      pending.push(...stuck)
      const [done, own] = await Promise.all([Promise.all(pending), Promise.all(core)])
      const ofCore = [...own, ...(await Promise.all(stuck.slice(0, 4)))]
      for (const result of ofCore) expect(result).toMatchObject({ outcome: 'ok' })
      for (const { node, outcome } of done) {
        // Only a node that died may leave its client without an answer.
        if (!dead.has(node)) expect(outcome).toBe('ok')
        else expect(outcome).toMatch(/ok|unknown/)
      }
      const { reply } = await rig.lab.command(1, ['GET', 'n'])
      const ok = [...done, ...own].filter(({ outcome }) => outcome === 'ok').length
      const counted = Number(/\d+/.exec(reply)?.[0])
      expect(counted).toBeGreaterThanOrEqual(ok)
      expect(counted).toBeLessThanOrEqual(done.length + own.length)
      expect(rig.violations()).toEqual([])
      const replies = await rig.told('clientReplied', undefined, done.length + own.length)
      const longest = Math.max(...replies.map(({ latencyMs }) => latencyMs))
      const stall = Math.max(...replies.map(({ atMs }) => atMs)) - healedAtMs
      console.info(
        `seed ${seed}: ${replies.length} requests, longest wait ${longest.toFixed(0)} ms, ` +
          `the last of them ${stall.toFixed(0)} ms after the faults ended`,
      )
    },
  )
})
