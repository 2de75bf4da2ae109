/** The desk for real: a text played on the lab, trials in processes, their results and reports. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assembleLab } from '../../src/main/assemble'
import { startWebHost } from '../../src/main/host/webHost'
import type { LabController } from '../../src/main/lab/lab'
import { socketChannel } from '../../src/shared/channel'
import type { TrialsView } from '../../src/shared/deskApi'
import { connectLab } from '../../src/shared/rpc'
import { builtEntry } from '../support/built'
import { CliProcess, endAll } from '../support/cliProcess'
import { clusterOptions } from '../support/cluster'
import type { DeskRig } from '../support/deskRig'
import { refusalOf, TINY, trials } from '../support/deskRig'
import { eventually } from '../support/eventually'
import { openSession, openSocket, pageFolder } from '../support/hostSources'
import { descendants, isAlive } from '../support/processTree'
import { realDesk } from '../support/realDesk'

/** Of the points nodes=3 and nodes=5 one ends and the other waits for what never comes. */
const WAITS = TINY.replace('steps:', 'steps:\n  - when: nodesRunning = 3\n    within: 300s')
const mainDir = dirname(builtEntry('cli'))

let lab: LabController
let rig: DeskRig

beforeEach(() => {
  ;({ rig, lab } = realDesk())
})

afterEach(async () => {
  await endAll()
  await lab.close()
  await rig.close()
})

/** The trials when they are over. */
async function over(): Promise<TrialsView> {
  return await eventually('the trials are over', async () => {
    const view = await rig.desk.trialsNow()
    return view?.state === 'done' ? view : null
  })
}

function json(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'))
}

describe('a text on this lab', () => {
  it('takes the place of what runs, is told and judged, and kept with its run', async () => {
    await rig.desk.saveExperiment('mine', TINY)
    const { text } = await rig.desk.experimentText('own/mine')
    await lab.startCluster(clusterOptions({ nodes: 3 }))
    const before = lab.status().runDir
    await rig.desk.playExperiment(text, 'mine.paxlab.yaml', 7)
    const { state, scenario, options, runDir } = lab.status()
    expect([state, scenario?.name, options?.nodes, options?.seed]).toEqual([
      ...['running', 'tiny', 3, 7],
    ])
    expect(runDir).not.toBe(before)
    expect(await lab.scenarioOutcome()).toMatchObject({
      verdict: 'valid',
      expectations: [{ held: true }],
    })
    await lab.stopCluster()
    const dir = runDir ?? ''
    expect(readFileSync(join(dir, 'experiment.yaml'), 'utf8')).toBe(text)
    expect(json(dir, 'run.json')).toMatchObject({ scenario: 'tiny', title: 'Tiny' })
    expect(json(dir, 'result.json')).toMatchObject({ verdict: 'valid', steps: [{}] })
    const acts = readFileSync(join(dir, 'events.ndjson'), 'utf8')
    expect(acts).toContain('tiny: ')
  })

  it('one that is bundled is played as before', async () => {
    const own = await assembleLab({ mainDir, runsDir: rig.runsDir, appVersion: '0.0.0' })
    try {
      await own.runScenario('first-choice', null)
      expect(own.status().scenario?.name).toBe('first-choice')
      await own.stopScenario()
    } finally {
      await own.close()
    }
  })
})

describe('trials', () => {
  it('two in the simulator: one set at a time, a result, runs that open, reports', async () => {
    const id = await rig.desk.startTrials(trials({ seeds: '4..5' }))
    const again = rig.desk.startTrials(trials())
    expect(await refusalOf(again)).toMatchObject({ code: 'alreadyRunning' })
    expect(rig.desk.isBusy).toBe(true)
    expect(await refusalOf(rig.desk.deleteResult(id))).toMatchObject({ code: 'wrongState' })
    expect(await over()).toMatchObject({
      ...{ id, title: 'Tiny', planned: 2, ended: 2, words: '', etaMs: 0 },
      counts: { valid: 2, violated: 0, unknown: 0 },
    })
    const result = await rig.desk.result(id)
    const text = join(rig.runsDir, id, 'experiment.yaml')
    expect(result).toMatchObject({
      ...{ verdict: 'valid', planned: 2, cancelled: false },
      plan: { command: `paxos-lab run ${text} --seeds 4..5 --sim`, source: 'simulator' },
    })
    expect(result.trials.map(({ seed }) => seed)).toEqual([4, 5])
    expect(existsSync(join(rig.runsDir, id, 'report.html'))).toBe(true)
    const runId = `${id}/${result.trials[0]?.runDir ?? ''}`
    const run = await lab.openRun(runId)
    expect(run.card).toMatchObject({ id: runId, title: 'Tiny' })
    expect(await lab.runMilestones(runId, 0, 10)).not.toEqual([])
    expect(await lab.runEvents(runId, 1, 3)).toHaveLength(3)

    const other = await rig.desk.startTrials(trials({ repeat: 2, sweep: ['policy=eager'] }))
    await over()
    expect((await rig.desk.results()).map((card) => card.id).sort()).toEqual([id, other].sort())
    const rows = await rig.desk.compareResults({ id, point: null }, { id: other, point: null })
    expect(rows.find(({ measure }) => measure === 'chosenSlots')).toMatchObject({
      ...{ a: { count: 2 }, b: { count: 2 }, shift: null },
    })
    await pagesOf([id, runId, other])
    await rig.desk.deleteResult(other)
    expect(await rig.desk.results()).toHaveLength(1)
  })

  /** Their pages over HTTP: not without a session. */
  async function pagesOf(ids: readonly string[]): Promise<void> {
    const rendererDir = pageFolder()
    const host = await startWebHost({ lab, desk: rig.desk, rendererDir })
    try {
      const cookie = await openSession(host)
      for (const id of ids) {
        const url = `http://127.0.0.1:${host.port}${await rig.desk.reportPage(id)}`
        expect((await fetch(url)).status).toBe(401)
        const page = await fetch(url, { headers: { cookie } })
        expect([page.status, page.headers.get('x-content-type-options')]).toEqual([200, 'nosniff'])
        expect(await page.text()).toContain('Paxos Lab')
      }
    } finally {
      await host.close()
      rmSync(rendererDir, { recursive: true })
    }
  }

  it('that are stopped leave what has ended, and no process', async () => {
    const asked = trials({ text: WAITS, source: 'processes', sweep: ['nodes=3,5'] })
    const before = descendants(process.pid)
    const id = await rig.desk.startTrials(asked)
    const view = await eventually('one trial has ended', async () => {
      const now = await rig.desk.trialsNow()
      return now?.ended === 1 ? now : null
    })
    expect(view.etaMs).toBeGreaterThan(0)
    const started = await eventually('the second one runs', () => {
      const pids = descendants(process.pid).filter((pid) => !before.includes(pid))
      // The trial with a switchboard and five nodes.
      return pids.length >= 7 ? pids : null
    })
    const stopped = rig.desk.stopTrials()
    expect((await rig.desk.trialsNow())?.state).toBe('stopping')
    await stopped
    await eventually('no process is left', () => !started.some(isAlive))
    expect(await rig.desk.trialsNow()).toMatchObject({
      ...{ state: 'done', ended: 1, words: '1 of 2 trials ended: it was cancelled' },
    })
    expect(await rig.desk.result(id)).toMatchObject({
      ...{ cancelled: true, planned: 2, verdict: 'unknown', trials: [{ verdict: 'valid' }] },
    })
    expect(existsSync(join(rig.runsDir, id, 'report.html'))).toBe(true)
    expect(await rig.desk.reportPage(id)).toContain(id)
  })

  it('end with the host, even by kill -9', async () => {
    const host = new CliProcess(['serve', '--json', '--runs', rig.runsDir], rig.home)
    const url = String((await host.ready())['url'])
    const port = Number(new URL(url).port)
    const socket = await openSocket(port, await openSession({ url, port }))
    const { call } = connectLab(socketChannel(socket))
    const asked = trials({ text: WAITS, source: 'processes', sweep: ['nodes=5'] })
    const id = await call.startTrials(asked)
    const pids = await eventually('a trial with its nodes', () => {
      const found = descendants(host.child.pid ?? 0)
      return found.length >= 7 ? found : null
    })
    host.child.kill('SIGKILL')
    await eventually('no process is left', () => !pids.some(isAlive))
    expect(await rig.desk.result(id)).toMatchObject({ verdict: 'unknown', trials: [] })
  })
})
