/** What a lab leaves when it is killed or its disk fails, and that two labs keep apart. */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exportRun } from '../../src/main/lab/exportRun'
import type { ExportFormat } from '../../src/main/lab/exportRun'
import { judgeRun } from '../../src/main/lab/judgeRun'
import { verifyRecord } from '../../src/main/lab/recordFile'
import { replayRun } from '../../src/main/lab/replayRun'
import { sweepStaleRuns } from '../../src/main/lab/sweep'
import { runName } from '../../src/main/lab/runDir'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import { eventually } from '../support/eventually'

let home: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  home = temporaryFolder()
})
afterEach(async () => {
  await endAll()
  home.remove()
})

const up = (...flags: string[]) =>
  new CliProcess(['up', '--nodes', '3', ...flags, '--json'], home.path)

async function cli(...args: string[]): Promise<{ code: number; last: unknown }> {
  const process = new CliProcess(args, home.path)
  const code = await process.ended()
  return { code, last: process.lines.at(-1) }
}

/** How many lines. */
async function exported(runDir: string, format: ExportFormat): Promise<number> {
  let lines = 0
  for await (const line of exportRun(runDir, format, () => {})) if (line !== '') lines += 1
  return lines
}

async function killed(lab: CliProcess): Promise<void> {
  lab.child.kill('SIGKILL')
  await eventually('it is gone', () => lab.exitCode !== null || lab.child.signalCode !== null)
}

describe.skipIf(process.platform === 'win32')('a lab that is killed under load', () => {
  it('leaves a run that opens, with its tear named and the verdict unknown', async () => {
    const lab = up('--record-inputs')
    const runDir = String((await lab.ready())['runDir'])
    await lab.type('load 4')
    const record = join(runDir, 'events.ndjson')
    const written = async () => existsSync(record) && (await verifyRecord(record)).events > 2000
    await eventually('a record', written)
    await killed(lab)

    const whole = await verifyRecord(record)
    // What a kill can leave: the beginning of a line.
    const tear = '{"seq":999999,"atMs":1,"by":"la'
    if (whole.ok) appendFileSync(record, tear)
    const torn = await verifyRecord(record)
    expect(torn).toMatchObject({ ok: false, events: whole.events, brokenAtLine: null })
    expect(torn.words).toContain('is torn after')
    const history = join(runDir, 'history.jsonl')
    if (readFileSync(history, 'utf8').endsWith('\n')) appendFileSync(history, '{"process":3,"ty')

    const check = await cli('check', runDir, '--json')
    expect(check.code).toBe(2)
    expect(check.last).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('cut short'),
      history: { verdict: 'valid' },
    })
    expect(await exported(runDir, 'jsonl')).toBe(whole.events)
    expect(await exported(runDir, 'jepsen')).toBeGreaterThan(0)
    expect(await replayRun(runDir)).toMatchObject({ verdict: 'valid' })
    expect(await judgeRun(runDir)).toMatchObject({ verdict: 'unknown' })
  })

  it('and one next to it does not notice, nor does a third that looks for left-overs', async () => {
    const first = up()
    const second = up()
    const [one, other] = [await first.ready(), await second.ready()]
    expect(one['runDir']).not.toBe(other['runDir'])
    expect(dirname(String(one['runDir']))).toBe(dirname(String(other['runDir'])))
    expect(one['cluster']).not.toBe(other['cluster'])
    await first.type('load 2')
    await killed(first)
    expect(await second.type('write 1 a 1')).toMatchObject({ ok: true })
    const swept = await sweepStaleRuns(dirname(String(one['runDir'])))
    expect(swept.stale).toBe(1)
    expect(await second.type('write 2 a 2')).toMatchObject({ ok: true })
    second.child.stdin.write('quit\n')
    expect(await second.ended()).toBe(0)
    expect(await judgeRun(String(other['runDir']))).toMatchObject({ verdict: 'valid', cut: '' })
  })

  it('keeps its data directory for itself while it runs, and leaves it to the next one', async () => {
    const data = join(home.path, 'data')
    const first = up('--data', data)
    await first.ready()
    expect(await first.type('write 1 kept yes')).toMatchObject({ ok: true })
    const refused = await cli('up', '--nodes', '3', '--data', data, '--json')
    expect(refused.code).toBe(2)
    expect(refused.last).toMatchObject({ error: expect.stringContaining('in use by another lab') })
    await killed(first)
    const next = up('--data', data)
    await next.ready()
    expect(await next.type('get 2 kept')).toMatchObject({ reply: '"yes"' })
  })
})

const canLimit = spawnSync('prlimit', ['--version']).status === 0

describe.skipIf(!canLimit)('a lab whose disk takes no more', () => {
  it('says so, keeps the cluster, and knows no verdict in the end', async () => {
    const lab = up()
    const runDir = String((await lab.ready())['runDir'])
    await lab.type('load 2 rate 50')
    const record = join(runDir, 'events.ndjson')
    await eventually('a record', () => readFileSync(record).length > 4096)
    // From now on no file of the lab itself may grow beyond this; its children are not touched.
    execFileSync('prlimit', ['--pid', String(lab.child.pid), '--fsize=4096:unlimited'])
    await eventually('it says so', () => lab.stderr.includes('the record cannot be written'))
    for (const node of [1, 2, 3]) {
      expect(await lab.type(`write ${node} key${node} still`)).toMatchObject({ ok: true })
    }
    expect(await lab.type('status')).toMatchObject({ ok: true, state: 'running' })
    const atEnd = await verifyRecord(record)
    expect(atEnd).toMatchObject({ ok: true, tornBytes: 0 })
    lab.child.stdin.write('quit\n')
    expect(await lab.ended()).toBe(2)
    expect(lab.lines.at(-1)).toMatchObject({ verdict: 'unknown' })
    expect(await judgeRun(runDir)).toMatchObject({ verdict: 'unknown' })
  })
})

it('a directory of a lab that died while it made it is swept, one that is new is left', async () => {
  const old = join(home.path, runName(new Date(Date.now() - 3_600_000)))
  const fresh = join(home.path, runName(new Date()))
  const other = join(home.path, 'notes')
  for (const dir of [old, fresh, other]) mkdirSync(dir)
  await sweepStaleRuns(home.path)
  expect([old, fresh, other].map((dir) => existsSync(dir))).toEqual([false, true, true])
  rmSync(fresh, { recursive: true })
})
