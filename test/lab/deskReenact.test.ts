/**
 * A counterexample of the explorer of the window, on real processes: to the same violation, beside
 * a cluster that runs, and without a process left behind, however it ends.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabController } from '../../src/main/lab/lab'
import { socketChannel } from '../../src/shared/channel'
import type { ReenactmentView } from '../../src/shared/reenactApi'
import { connectLab } from '../../src/shared/rpc'
import { parseSchedule, printSchedule } from '../../src/shared/scheduleCodec'
import { CliProcess, endAll } from '../support/cliProcess'
import { clusterOptions } from '../support/cluster'
import type { DeskRig } from '../support/deskRig'
import { refusalOf } from '../support/deskRig'
import { eventually } from '../support/eventually'
import { exploredSchedule } from '../support/exploredSchedule'
import { openSession, openSocket } from '../support/hostSources'
import { descendants, isAlive } from '../support/processTree'
import { realDesk } from '../support/realDesk'

const WAIT_MS = 60_000
const LINK = /http:\/\/127\.0\.0\.1:\d+\/#t=[\w-]+/

let lab: LabController
let rig: DeskRig

beforeEach(() => {
  ;({ rig, lab } = realDesk())
})

afterEach(async () => {
  await endAll()
  await rig.desk.close()
  await lab.close()
  await rig.close()
})

async function over(): Promise<ReenactmentView> {
  return await eventually(
    'it is over',
    async () => {
      const view = await rig.desk.reenactmentNow()
      return view?.state === 'done' ? view : null
    },
    WAIT_MS,
  )
}

/** The act that is performed is this one or a later one. */
async function acting(act: number): Promise<void> {
  await eventually(
    `act ${act}`,
    async () => ((await rig.desk.reenactmentNow())?.act ?? 0) >= act,
    WAIT_MS,
  )
}

describe('a counterexample of the explorer', () => {
  it('I8: ends in the same violation, and opens as a recorded run of its mutant', async () => {
    const schedule = exploredSchedule('M7', 2)
    await rig.desk.startReenactment(printSchedule(schedule))
    const view = await over()
    expect(view).toMatchObject({
      ...{ mutant: 'M7', nodes: 5, acts: schedule.acts.length, expected: 'I8', failure: '' },
      end: { same: true, violated: expect.arrayContaining(['I8']), valuesOnDisk: 2 },
    })
    const run = view.run ?? ''
    expect(parseSchedule((await rig.desk.runExtras(run)).schedule ?? '')).toEqual(schedule)
    const saved = await lab.openRun(run)
    expect(saved.card).toMatchObject({
      verdict: 'violated',
      title: `Re-enacted: ${schedule.title}`,
    })
    expect(saved.status.options?.mutant).toBe('M7')
    expect(saved.status.checks.find(({ id }) => id === 'I8')?.state).toBe('violated')
  })

  it('with an even number of nodes it gets one more, without a role', async () => {
    const schedule = exploredSchedule('M6', 3)
    expect(schedule.nodes).toBe(7)
    await rig.desk.startReenactment(printSchedule(schedule))
    expect((await over()).end).toMatchObject({ same: true, valuesOnDisk: 2 })
  })

  it('of Paxos as it is ends without a violation', async () => {
    const { config, ...rest } = exploredSchedule('M7', 2)
    const acts = rest.acts.slice(0, 3)
    const end = { invariant: null, words: '' }
    const text = printSchedule({ ...rest, config: { ...config, mutant: null }, acts, end })
    await rig.desk.startReenactment(text)
    expect((await over()).end).toMatchObject({ same: true, violated: [], valuesOnDisk: 0 })
  })
})

it('a cluster that runs beside it is not touched: own directory, own ports', async () => {
  await lab.startCluster(clusterOptions({ nodes: 3 }))
  const { runDir, nodes } = lab.status()
  const pids = nodes.map(({ pid }) => pid)
  await rig.desk.startReenactment(printSchedule(exploredSchedule('M20', 2)))
  await acting(1)
  expect(lab.status()).toMatchObject({ state: 'running', runDir })
  const view = await over()
  expect(view.end).toMatchObject({ same: true })
  expect(runDir?.endsWith(view.run ?? '')).toBe(false)
  expect(lab.status().nodes.map(({ pid }) => pid)).toEqual(pids)
  expect(await lab.command(1, ['SET', 'k', 'v'])).toMatchObject({ outcome: 'ok' })
})

it('cancelled, it says so and leaves no process; one at a time', async () => {
  const text = printSchedule(exploredSchedule('M7', 2))
  await rig.desk.startReenactment(text)
  await acting(1)
  const pids = descendants(process.pid)
  expect(pids.length).toBeGreaterThanOrEqual(5)
  expect(rig.desk.isBusy).toBe(true)
  expect(await refusalOf(rig.desk.startReenactment(text))).toMatchObject({ code: 'alreadyRunning' })
  await rig.desk.stopReenactment()
  const view = await over()
  expect(view).toMatchObject({ end: null, failure: expect.stringMatching(/^it was cancelled: /) })
  await eventually('no process is left', () => !pids.some(isAlive))
  expect(existsSync(join(rig.runsDir, view.run ?? '', 'events.ndjson'))).toBe(true)
  expect(await refusalOf(rig.desk.stopReenactment())).toMatchObject({ code: 'wrongState' })
})

it('a host that is killed leaves no process', async () => {
  const host = new CliProcess(['serve', '--runs', rig.runsDir], rig.home)
  const url = await eventually('its link', () => LINK.exec(host.stdout + host.stderr)?.[0])
  const port = Number(new URL(url).port)
  const cookie = await openSession({ url, port })
  const client = connectLab(socketChannel(await openSocket(port, cookie)))
  await client.call.snapshot()
  await client.call.startReenactment(printSchedule(exploredSchedule('M7', 2)))
  await eventually(
    'the processes run',
    async () => ((await client.call.reenactmentNow())?.act ?? 0) >= 1,
    WAIT_MS,
  )
  const pids = descendants(host.child.pid ?? 0)
  expect(pids.length).toBeGreaterThanOrEqual(5)
  host.child.kill('SIGKILL')
  await eventually('no process is left', () => !pids.some(isAlive), WAIT_MS)
})

describe('a re-enacted run', () => {
  it('holds its inputs: each answer is the same again, and it forks in the simulator', async () => {
    await rig.desk.startReenactment(printSchedule(exploredSchedule('M7', 2)))
    const { run } = await over()
    const id = run ?? ''
    const extras = await rig.desk.runExtras(id)
    expect(extras).toMatchObject({ replay: 'inputs', reenacted: { same: true, expected: 'I8' } })
    const report = await rig.desk.replayRun(id)
    expect(report).toMatchObject({ verdict: 'valid', nodes: 5, words: '' })
    expect(report.rounds).toBeGreaterThan(0)
    expect(report.lives.map(({ node, state }) => `${node} ${state}`)).toEqual(
      [1, 2, 3, 4, 5].map((node) => `${node} cut`),
    )
    const text = readFileSync(join(rig.runsDir, id, 'events.ndjson'), 'utf8')
    const steps = text.split('\n').filter((line) => line.includes('"promised"'))
    const step = (JSON.parse(steps[0] ?? '{}') as { seq: number }).seq
    const fork = await rig.desk.forkRun({ run: id, step, seed: 7, seconds: 1 })
    expect((await lab.openRun(fork)).card.title).toContain(`Fork of ${id} at step ${step}`)
  })

  it('without recorded inputs says so', async () => {
    await lab.startCluster(clusterOptions({ nodes: 3 }))
    const id = lab.status().runDir?.split('/').at(-1) ?? ''
    expect(await refusalOf(rig.desk.replayRun(id))).toMatchObject({ code: 'wrongState' })
    await lab.stopCluster()
    expect(await refusalOf(rig.desk.replayRun(id))).toMatchObject({ code: 'unavailable' })
    const fork = { run: id, step: 1, seed: 1, seconds: 1 }
    expect(await refusalOf(rig.desk.forkRun(fork))).toMatchObject({ code: 'unavailable' })
  })
})

it('what is no schedule is refused, and nothing starts', async () => {
  for (const text of ['', '{}', '{"version":1,"title":"t","nodes":3,"config":{},"acts":[{}]}']) {
    expect(await refusalOf(rig.desk.startReenactment(text))).toMatchObject({ code: 'badArgument' })
  }
  const schedule = exploredSchedule('M7', 2)
  const four = printSchedule({ ...schedule, nodes: 6, config: {}, acts: [] })
  expect(await refusalOf(rig.desk.startReenactment(four))).toMatchObject({
    message: expect.stringContaining('3, 5, 7 or 9'),
  })
  expect(await rig.desk.reenactmentNow()).toBeNull()
  expect(existsSync(rig.runsDir)).toBe(false)
})
