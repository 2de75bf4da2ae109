/** A recorded real run is judged after the fact as it was live; a violation freezes the gate. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckView } from '../../src/shared/api'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { judgeRun } from '../../src/main/lab/judgeRun'
import { DEFAULT_LOAD } from '../../src/shared/api'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

const LOAD = { ...DEFAULT_LOAD, targetPerSecond: 400 }

let rig: LabRig
beforeEach(() => void (rig = new LabRig()))
afterEach(() => rig.close())

const recordOf = (dir: string): string => join(dir, 'events.ndjson')

/** Kills and restarts, writes all the while; answers the run directory. */
async function stormyRun(): Promise<string> {
  await rig.start({ nodes: 3 })
  await rig.lab.setLoad(LOAD)
  for (const node of [1, 2, 3, await rig.leader()]) {
    await rig.lab.killNode(node)
    await rig.lab.restartNode(node)
    await rig.write(node, 'k', `after ${node}`)
  }
  await rig.lab.setLoad(null)
  await rig.logsEqual()
  await rig.lab.stopCluster()
  return rig.lab.lastResult()!.runDir
}

describe('after the fact', () => {
  it('a run with kills is judged as it was live, and every check had something to judge', async () => {
    const dir = await stormyRun()
    const live = rig.lab.lastResult()!
    const { verdict, checks, events, record } = await judgeRun(dir)
    expect(checks.filter(({ state }) => state === 'violated')).toEqual([])
    expect([verdict, events]).toEqual(['valid', live.events])
    expect(record).toBe(`The chain of ${events} events holds.`)
    // The history of the clients is judged elsewhere, and liveness by whoever gives bounds.
    const states = (views: typeof checks) =>
      views.filter(({ id }) => id !== 'I14').map(({ id, state }) => `${id} ${state}`)
    expect(states(checks)).toEqual(states(live.checks))
    expect(states(checks).filter((words) => !words.endsWith('holds'))).toEqual(['I15 idle'])
  })

  it('a record that was changed is not enough data; one that says another value is violated', async () => {
    await rig.start({ nodes: 3 })
    await rig.write(1, 'k', 'v')
    await rig.logsEqual()
    await rig.lab.stopCluster()
    const { runDir } = rig.lab.lastResult()!
    const text = readFileSync(recordOf(runDir), 'utf8')
    const lines = text.split('\n')
    const at = lines.findLastIndex((line) => line.includes('"type":"voted"'))
    writeFileSync(recordOf(runDir), lines.filter((_, index) => index !== at).join('\n'))
    const cut = await judgeRun(runDir)
    expect(cut.verdict).toBe('unknown')
    expect(cut.record).toContain(`Line ${at + 1}: `)
    const forged = lines[at]!.replace(/"ids":\["[^"]+"/, '"ids":["9.9:9"')
    writeFileSync(recordOf(runDir), lines.with(at, forged).join('\n'))
    const { verdict, checks } = await judgeRun(runDir)
    expect(verdict).toBe('violated')
    expect(checks.find(({ id }) => id === 'I5')).toMatchObject({ state: 'violated' })
  })

  it('a directory without a record, or with something else, is refused by name', async () => {
    await expect(judgeRun(rig.dir)).rejects.toThrow('events.ndjson')
    writeFileSync(recordOf(rig.dir), 'no JSON\n')
    await expect(judgeRun(rig.dir)).rejects.toThrow('events.ndjson:1')
  })
})

describe('the bound of a stall (I15)', () => {
  /** Nobody bids by itself, so that a request waits while every node works. */
  const NOBODY = { ...LEADER_POLICY, electionTicksMin: 90_000, electionTicksMax: 99_000 }
  const stallOf = (checks: readonly CheckView[]) => checks.find(({ id }) => id === 'I15')

  it('is judged live and after the fact, and freezes nothing', async () => {
    const bounds = { stallMsMax: 400, freezeOnViolation: true }
    await rig.start({ nodes: 3, policy: NOBODY, ...bounds })
    const written = rig.lab.command(1, ['SET', 'k', 'v'])
    const violated = await rig.event('violated', ({ type }) => type === 'violated')
    expect(violated).toMatchObject({ invariant: 'I15' })
    await rig.lab.startElection(2)
    // The frozen gate would never let this through.
    expect(await written).toMatchObject({ outcome: 'ok' })
    expect((await rig.status()).faults).toEqual([])
    await rig.lab.stopCluster()
    const live = rig.lab.lastResult()!
    const after = await judgeRun(live.runDir)
    expect(stallOf(after.checks)?.words).toBe(stallOf(live.checks)?.words)
    expect(stallOf(after.checks)).toMatchObject({ state: 'violated' })
    expect(after.checks.filter(({ state }) => state === 'violated')).toHaveLength(1)
  })

  it('holds as long as slots are chosen in time, and is not judged without a bound', async () => {
    await rig.start({ nodes: 3, stallMsMax: 60_000 })
    await rig.write(1, 'k', 'v')
    await rig.lab.stopCluster()
    const { checks } = await judgeRun(rig.lab.lastResult()!.runDir)
    expect(stallOf(checks)).toMatchObject({ state: 'holds' })
    await rig.start({ nodes: 3 })
    await rig.write(1, 'k', 'v')
    await rig.lab.stopCluster()
    expect(stallOf(rig.lab.lastResult()!.checks)).toMatchObject({ state: 'idle' })
  })
})

describe('a violation', () => {
  const forgets = async (freezeOnViolation: boolean) => {
    await rig.start({ nodes: 3, flush: false, freezeOnViolation })
    await rig.write(1, 'k', 'v')
    const leader = await rig.leader()
    const node = leader === 1 ? 2 : 1
    // What a node had not told before its end, nobody can miss.
    await eventually('its promise', async () => {
      if (rig.events.some(({ type, by }) => type === 'promised' && by === node)) return true
      // On a slow machine the leader was elected before this node was there to promise.
      await rig.lab.startElection(leader)
      return false
    })
    await rig.lab.powerLoss([node], false)
    await rig.lab.restartNode(node)
    return await rig.event('violated', ({ type }) => type === 'violated')
  }
  const holds = async () =>
    (await rig.status()).faults.filter(({ fault }) => fault.kind === 'hold').map(({ id }) => id)

  it('S24: freezes the gate: every frame waits until the hold ends', async () => {
    const violated = await forgets(true)
    expect(violated).toMatchObject({ type: 'violated', invariant: 'I2' })
    const [id] = await eventually('the hold', async () => {
      const ids = await holds()
      return ids.length > 0 ? ids : null
    })
    await rig.event('a note that says so', (event) => {
      return event.type === 'labNote' && event.words.includes('every frame waits')
    })
    expect(await rig.lab.gateWait({}, 1, 10_000)).toBeTruthy()
    await rig.lab.endFault(id!)
    await rig.write(1, 'k', 'on it goes')
    // Once is enough: whoever let it go on wants to see what comes.
    expect(await holds()).toEqual([])
  })

  it('is told, and nothing waits, where the option is off', async () => {
    await forgets(false)
    await rig.write(1, 'k', 'on it goes')
    expect(await holds()).toEqual([])
  })
})
