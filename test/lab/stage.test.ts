/** Scenarios on a real lab: how they begin, end, are stopped, and what they leave in the result. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseScenario } from '../../src/shared/experiment'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

const short = parseScenario(
  `
version: 1
name: short
title: A short one
summary: Writes once.
seconds: 1
level: first
cluster: { nodes: 3 }
seed: 11
steps:
  - say: Write at node 2
    do: write 2 a b
expect:
  - progress: chosenSlots >= 1
`,
  'short.paxlab.yaml',
)

const endless = parseScenario(
  `
version: 1
name: endless
title: An endless one
summary: Waits for what never comes.
seconds: 1
level: first
cluster: { nodes: 3 }
steps:
  - when: nodesRunning > 8
    within: 600s
    say: Never
`,
  'endless.paxlab.yaml',
)

let rig: LabRig
beforeEach(() => {
  rig = new LabRig({ scenarios: [short, endless] })
})
afterEach(() => rig.close())

it('plays, judges, says what it did, and leaves the cluster running', async () => {
  const { scenarios } = await rig.lab.snapshot()
  expect(scenarios.map(({ name }) => name)).toEqual(['short', 'endless'])
  await rig.lab.runScenario('short', null)
  expect(await rig.lab.scenarioOutcome()).toMatchObject({ verdict: 'valid' })
  const status = await rig.status()
  expect(status).toMatchObject({ state: 'running', options: { seed: 11 } })
  expect(status.scenario).toEqual({ name: 'short', step: 'ended: valid', done: true })
  const act = await rig.event('its step', (event) => {
    return event.type === 'acted' && event.act.includes('Write at node 2')
  })
  expect(act).toMatchObject({ actor: 'scenario' })
  await rig.lab.stopCluster()
  const result = rig.lab.lastResult()
  expect(result).toMatchObject({ verdict: 'valid', scenario: 'short', title: 'A short one' })
  expect(result?.measures).toMatchObject({ stepsDone: 1 })
})

it('replaces what runs, with the seed that is given', async () => {
  await rig.start({ nodes: 3 })
  const before = (await rig.status()).runDir
  await rig.lab.runScenario('endless', 5)
  await rig.lab.runScenario('short', 6)
  const { runDir, options } = await rig.status()
  expect(runDir).not.toBe(before)
  expect(options?.seed).toBe(6)
  await rig.lab.scenarioOutcome()
  await rig.lab.stopCluster()
  await rig.start({ nodes: 3 })
  expect((await rig.status()).scenario).toBeNull()
})

it('is stopped on request: the verdict is unknown and the cluster stays', async () => {
  await expect(rig.lab.stopScenario()).rejects.toMatchObject({ code: 'wrongState' })
  await rig.lab.runScenario('endless', null)
  await rig.lab.stopScenario()
  expect(await rig.lab.scenarioOutcome()).toMatchObject({ verdict: 'unknown' })
  const { state, scenario } = await rig.status()
  expect(state).toBe('running')
  expect(scenario?.done).toBe(true)
})

it('ends with the cluster that a person stops, also one that still starts', async () => {
  await rig.lab.runScenario('endless', null)
  await rig.lab.stopCluster()
  expect(await rig.status()).toMatchObject({ state: 'idle', scenario: { done: true } })
  expect(rig.lab.lastResult()).toMatchObject({ verdict: 'unknown', scenario: 'endless' })
  const start = rig.lab.runScenario('endless', null)
  const refused = expect(start).rejects.toMatchObject({ code: 'wrongState' })
  await eventually('it starts', async () => (await rig.status()).nodes.some(({ pid }) => pid))
  await rig.lab.stopCluster()
  await refused
  expect((await rig.status()).state).toBe('idle')
})

it('that is not known is refused with the names that are', async () => {
  await expect(rig.lab.runScenario('duell', null)).rejects.toThrow(/"duell".*short, endless/)
})
