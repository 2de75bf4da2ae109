/** The calls of re-enactment, replay and fork at the edge of a host, and the view of a run. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeskReenact } from '../../src/main/experiment/deskReenact'
import { serveViewer } from '../../src/main/host/viewer'
import { ViewerRoom } from '../../src/main/host/viewers'
import { OfflineRun } from '../../src/main/lab/offlineRun'
import type { Reenactment, ReenactOptions } from '../../src/main/lab/reenact'
import { parseArgs } from '../../src/shared/apiSchemas'
import { channelPair } from '../../src/shared/channel'
import { SCHEDULE_CHARS_MAX } from '../../src/shared/reenactApi'
import { connectLab } from '../../src/shared/rpc'
import { printSchedule } from '../../src/shared/scheduleCodec'
import { DeskRig, refusalOf } from '../support/deskRig'
import { eventually } from '../support/eventually'
import { exploredSchedule } from '../support/exploredSchedule'
import { MemoryLab } from '../support/memoryLab'

const RUN = '2026-03-04T05-06-07-abcd'
const schedule = exploredSchedule('M7', 2)
const text = printSchedule(schedule)

let rig: DeskRig
beforeEach(() => {
  rig = new DeskRig()
})
afterEach(() => rig.close())

describe('arguments', () => {
  it.each([
    ['startReenactment', ['x'.repeat(SCHEDULE_CHARS_MAX + 1)]],
    ['startReenactment', [{}]],
    ['startReenactment', []],
    ['runExtras', ['../../etc']],
    ['replayRun', ['experiment-x']],
    ['forkRun', [{ run: RUN, step: 0, seed: 1, seconds: 5 }]],
    ['forkRun', [{ run: RUN, step: 1, seed: -1, seconds: 5 }]],
    ['forkRun', [{ run: RUN, step: 1, seed: 1, seconds: 1e6 }]],
    ['forkRun', [{ run: RUN, step: 1, seed: 1, seconds: 5, more: true }]],
  ] as const)('%s refuses %j', (name, args) => {
    expect(() => parseArgs(name, args)).toThrow(/argument|tuple|Too small|expected/i)
  })
})

/** A second window of the same host: the first one holds the control. */
function secondWindow(desk: DeskRig['desk'] | null) {
  const room = new ViewerRoom()
  const open = () => {
    const [page, host] = channelPair()
    serveViewer(host, new MemoryLab(), { room, desk })
    return connectLab(page)
  }
  open()
  return open()
}

describe('a window', () => {
  it('without the control looks and starts nothing', async () => {
    const { call } = secondWindow(rig.desk)
    expect(await call.reenactmentNow()).toBeNull()
    for (const act of [call.startReenactment(text), call.stopReenactment()]) {
      expect(await refusalOf(act)).toMatchObject({ code: 'noControl' })
    }
    const fork = { run: RUN, step: 1, seed: 1, seconds: 1 }
    expect(await refusalOf(call.forkRun(fork))).toMatchObject({ code: 'noControl' })
  })

  it('of a host without a desk is told so', async () => {
    const { call } = secondWindow(null)
    expect(await refusalOf(call.reenactmentNow())).toMatchObject({ code: 'unavailable' })
    expect(await refusalOf(call.runExtras(RUN))).toMatchObject({ code: 'unavailable' })
  })
})

describe('the view of a re-enactment', () => {
  const runDir = join('somewhere', RUN)

  function played(play: (options: ReenactOptions) => Promise<Reenactment>): DeskReenact {
    return new DeskReenact({ ...{ mainDir: '', runsDir: '', appVersion: '0.0.0' }, play })
  }

  const over = (desk: DeskReenact) =>
    eventually('it is over', () => (desk.now()?.state === 'done' ? desk.now() : null))

  it('says which act is performed, and where it differed', async () => {
    let finish = (_done: Reenactment): void => {}
    const desk = played(async ({ onStart, onAct, schedule: given }) => {
      expect(given).toEqual(schedule)
      onStart?.(runDir)
      const words = 'deliver 1>2 prepare 1.4'
      onAct?.({ number: 2, words } as Parameters<NonNullable<typeof onAct>>[0], 18)
      return await new Promise((resolve) => (finish = resolve))
    })
    desk.start(text)
    expect(desk.isBusy).toBe(true)
    expect(desk.now()).toMatchObject({
      ...{ state: 'running', act: 2, acts: schedule.acts.length, run: RUN, mutant: 'M7' },
      ...{ words: 'deliver 1>2 prepare 1.4', expected: 'I8', end: null },
    })
    expect(desk.growing).toBe(RUN)
    finish({ same: false, violated: ['I6'], disks: { valuesMax: 1 } } as unknown as Reenactment)
    expect(await over(desk)).toMatchObject({
      end: { same: false, violated: ['I6'], valuesOnDisk: 1 },
      failure: '',
    })
    expect([desk.isBusy, desk.growing]).toEqual([false, null])
  })

  it('keeps what went wrong, and another one can begin', async () => {
    const desk = played(() => Promise.reject(new Error('act 3: nothing came')))
    desk.start(text)
    expect(await over(desk)).toMatchObject({ end: null, failure: 'act 3: nothing came', run: null })
    desk.start(text)
    await over(desk)
    await desk.close()
    expect(() => desk.start(text)).toThrow('the lab is closed')
  })

  it('closing the host ends it', async () => {
    const desk = played(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped at act 1')))
        }),
    )
    desk.start(text)
    await desk.close()
    expect(desk.now()).toMatchObject({ failure: 'the lab ended: stopped at act 1', state: 'done' })
  })
})

describe('what a run directory holds', () => {
  async function run(files: Readonly<Record<string, string>> = {}): Promise<string> {
    mkdirSync(rig.runsDir, { recursive: true })
    const start = { title: 'a run', source: 'simulator', seed: 7, nodes: 3 } as const
    const made = await OfflineRun.begin(rig.runsDir, { ...start, config: {}, appVersion: '9.9.9' })
    await made.end({ verdict: 'valid', measures: {}, checks: [] })
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(made.dir, name), content)
    return made.dir.slice(rig.runsDir.length + 1)
  }

  it('is told: nothing, a plan, a schedule, the end of a re-enactment', async () => {
    const nothing = { schedule: null, reenacted: null, replay: null }
    expect(await rig.desk.runExtras(await run())).toEqual(nothing)
    expect(await rig.desk.runExtras(await run({ 'plan.json': '{}' }))).toMatchObject({
      replay: 'plan',
    })
    const result = JSON.stringify({ measures: { sameEnd: 'no', expected: 'I8' } })
    const files = { 'schedule.json': text, 'result.json': result }
    expect(await rig.desk.runExtras(await run(files))).toEqual({
      ...{ schedule: text, replay: null },
      reenacted: { same: false, expected: 'I8' },
    })
  })

  it('is not told of what is damaged or too long, nor of no run', async () => {
    const files = { 'schedule.json': 'x'.repeat(SCHEDULE_CHARS_MAX + 1), 'result.json': '{' }
    expect(await rig.desk.runExtras(await run(files))).toMatchObject({
      ...{ schedule: null, reenacted: null },
    })
    expect(await refusalOf(rig.desk.runExtras(RUN))).toMatchObject({ code: 'badArgument' })
    expect(await refusalOf(rig.desk.replayRun(await run()))).toMatchObject({ code: 'unavailable' })
  })
})
