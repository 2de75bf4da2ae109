/** Results and reports: listed, compared, deleted; damaged ones; nothing outside of the folder. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerReport } from '../../src/main/host/reportPage'
import { startWebHost } from '../../src/main/host/webHost'
import type { WebHost } from '../../src/main/host/webHost'
import type { ExperimentResult } from '../../src/shared/experimentResult'
import { DeskRig, refusalOf } from '../support/deskRig'
import { experimentOf, trialOf } from '../support/experiments'
import { openSession, pageFolder } from '../support/hostSources'
import { MemoryLab } from '../support/memoryLab'
import { makeRun, started } from '../support/reportRuns'

const RUN = '2026-11-21T10-00-00-abcd'
const RESULT = `experiment-${RUN}`
const OTHER = 'experiment-2026-11-22T10-00-00-abcd'

let rig: DeskRig
beforeEach(() => {
  rig = new DeskRig()
  mkdirSync(rig.runsDir)
})
afterEach(() => rig.close())

const at = (...parts: string[]): string => join(rig.runsDir, ...parts)

function keep(id: string, result: ExperimentResult | string): void {
  mkdirSync(at(id))
  const text = typeof result === 'string' ? result : JSON.stringify(result)
  writeFileSync(at(id, 'experiment.json'), text)
}

function keepRun(...where: string[]): void {
  const made = makeRun([started()])
  cpSync(made, at(...where), { recursive: true })
  rmSync(made, { recursive: true })
}

/** Latencies of one point each, far enough apart that an interval is sure. */
function swept(): ExperimentResult {
  const trials = Array.from({ length: 12 }, (_, index) => {
    const policy = index < 6 ? 'eager' : 'fixed'
    const measures = { p95Ms: (index < 6 ? 10 : 30) + (index % 6), chosenSlots: 5 }
    return trialOf(index + 1, { point: { policy }, measures })
  })
  return experimentOf(trials)
}

describe('results', () => {
  it('newest first, judged anew; what is damaged or no result is left out', async () => {
    keep(RESULT, experimentOf([trialOf(1)], { planned: 3 }))
    keep(OTHER, experimentOf([trialOf(1), trialOf(2, { verdict: 'violated', reason: 'I4' })]))
    keep('experiment-2026-11-23T10-00-00-abcd', '{"version":1')
    mkdirSync(at('experiment-2026-11-24T10-00-00-abcd'))
    keep('experiment-of-mine', experimentOf([]))
    keepRun(RUN)
    const cards = await rig.desk.results()
    expect(cards).toEqual([
      {
        ...{ id: OTHER, name: 'tiny', title: 'Tiny', startedAt: '2026-11-21T10:00:00.000Z' },
        ...{ source: 'processes', verdict: 'violated', planned: 2, ended: 2 },
      },
      expect.objectContaining({ id: RESULT, verdict: 'unknown', planned: 3, ended: 1 }),
    ])
    expect(await rig.desk.results()).toEqual(cards)
    expect((await rig.desk.result(RESULT)).trials).toHaveLength(1)
    const damaged = rig.desk.result('experiment-2026-11-23T10-00-00-abcd')
    expect(await refusalOf(damaged)).toMatchObject({ code: 'badArgument' })
  })

  it('is deleted with its runs, and nothing else is', async () => {
    keep(RESULT, experimentOf([trialOf(1)]))
    mkdirSync(at(RESULT, 'runs'))
    keepRun(RUN)
    await rig.desk.deleteResult(RESULT)
    expect(existsSync(at(RESULT))).toBe(false)
    for (const id of [RESULT, RUN, '..', `${RESULT}/../${RUN}`, `${RESULT}/runs/${RUN}`]) {
      expect(await refusalOf(rig.desk.deleteResult(id)), id).toMatchObject({ code: 'badArgument' })
    }
    expect(existsSync(at(RUN))).toBe(true)
  })

  it('a link is no result: nothing behind it is read or deleted', async () => {
    const outside = join(rig.home, RESULT)
    mkdirSync(outside)
    writeFileSync(join(outside, 'experiment.json'), JSON.stringify(experimentOf([trialOf(1)])))
    symlinkSync(outside, at(RESULT))
    expect(await rig.desk.results()).toEqual([])
    for (const call of [
      () => rig.desk.result(RESULT),
      () => rig.desk.deleteResult(RESULT),
      () => rig.desk.reportPage(RESULT),
    ]) {
      expect(await refusalOf(call())).toMatchObject({ code: 'badArgument' })
    }
    expect(existsSync(join(outside, 'report.html'))).toBe(false)
  })

  it('two points of a sweep: medians, and B minus A with its interval', async () => {
    keep(RESULT, swept())
    const [a, b] = ['eager', 'fixed'].map((policy) => ({ id: RESULT, point: { policy } }))
    const rows = await rig.desk.compareResults(a ?? fail(), b ?? fail())
    const row = rows.find(({ measure }) => measure === 'p95Ms')
    expect(row).toMatchObject({
      a: { count: 6, median: 12.5, low: 10, high: 15 },
      b: { count: 6, median: 32.5, low: 30, high: 35 },
      shift: { by: 20 },
    })
    expect(row?.shift?.low).toBeGreaterThan(15)
    expect(row?.shift?.high).toBeLessThan(25)
    keep(OTHER, experimentOf([trialOf(1)]))
    const few = await rig.desk.compareResults(
      { id: RESULT, point: null },
      { id: OTHER, point: null },
    )
    expect(few.find(({ measure }) => measure === 'p95Ms')).toMatchObject({ a: { count: 12 } })
    expect(few.find(({ measure }) => measure === 'bids')).toMatchObject({ a: null, shift: null })
    const none = rig.desk.compareResults({ id: RESULT, point: { policy: 'random' } }, a ?? fail())
    expect(await refusalOf(none)).toMatchObject({ code: 'badArgument' })
  })
})

describe('reports', () => {
  it('are written where there is none, and anew where the result is newer', async () => {
    keep(RESULT, experimentOf([trialOf(1)]))
    expect(await rig.desk.reportPage(RESULT)).toBe(`/report/${RESULT}/report.html`)
    const path = at(RESULT, 'report.html')
    expect(readFileSync(path, 'utf8')).toContain('Tiny')
    writeFileSync(path, 'kept')
    await rig.desk.reportPage(RESULT)
    expect(readFileSync(path, 'utf8')).toBe('kept')
    utimesSync(path, new Date(0), new Date(0))
    await rig.desk.reportPage(RESULT)
    expect(readFileSync(path, 'utf8')).toContain('Tiny')
  })

  it('of a run, of a trial, and none of a run that goes on', async () => {
    keepRun(RUN)
    mkdirSync(at(RESULT))
    keepRun(RESULT, 'runs', RUN)
    for (const id of [RUN, `${RESULT}/runs/${RUN}`]) {
      expect(await rig.desk.reportPage(id)).toBe(`/report/${id}/report.html`)
      expect(readFileSync(at(id, 'report.html'), 'utf8')).toContain('report of a run')
    }
    rig.status = { state: 'running', runDir: at(RUN) }
    expect(await refusalOf(rig.desk.reportPage(RUN))).toMatchObject({ code: 'wrongState' })
    for (const id of ['../x', `${RUN}/../${RUN}`, 'report.html', RESULT]) {
      expect(await refusalOf(rig.desk.reportPage(id)), id).toMatchObject({ code: 'badArgument' })
    }
  })

  it('asked for many times at once, each finds it whole', async () => {
    keepRun(RUN)
    const paths = await Promise.all(Array.from({ length: 6 }, () => rig.desk.reportFile(RUN)))
    expect(new Set(paths)).toEqual(new Set([at(RUN, 'report.html')]))
  })
})

describe('the page of a report', () => {
  let folder: string
  let host: WebHost
  beforeEach(async () => {
    folder = pageFolder()
    host = await startWebHost({ lab: new MemoryLab(), desk: rig.desk, rendererDir: folder })
    keepRun(RUN)
    keep(RESULT, experimentOf([trialOf(1, { runDir: `runs/${RUN}` })]))
    keepRun(RESULT, 'runs', RUN)
  })
  afterEach(async () => {
    await host.close()
    rmSync(folder, { recursive: true })
  })

  const get = (path: string, cookie: string, method = 'GET'): Promise<Response> =>
    fetch(`http://127.0.0.1:${host.port}${path}`, {
      ...{ method, headers: { cookie }, redirect: 'manual' },
    })

  it('needs the session, and may run and load nothing', async () => {
    const path = await rig.desk.reportPage(RUN)
    const cookies = ['', `paxosLab${host.port}=${'A'.repeat(43)}`]
    for (const cookie of cookies) {
      for (const each of [path, `/report/${RUN}`, '/report/', '/report/nothing']) {
        expect((await get(each, cookie)).status).toBe(401)
      }
    }
    const answer = await get(path, await openSession(host))
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('report of a run')
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; ` +
        `form-action 'none'; frame-ancestors 'none'`,
    )
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  })

  it('links of a result lead to the reports of its trials', async () => {
    const cookie = await openSession(host)
    await rig.desk.reportPage(`${RESULT}/runs/${RUN}`)
    const moved = await get(`/report/${RESULT}`, cookie)
    expect([moved.status, moved.headers.get('location')]).toEqual([
      307,
      `/report/${RESULT}/report.html`,
    ])
    const page = `http://127.0.0.1${await rig.desk.reportPage(RESULT)}`
    const text = await (await get(new URL(page).pathname, cookie)).text()
    const [, href = ''] = /href="([^"#]+report\.html)"/.exec(text) ?? []
    const trial = await get(new URL(href, page).pathname, cookie)
    expect([trial.status, (await trial.text()).includes('report of a run')]).toEqual([200, true])
  })

  it.each([
    '/report/',
    '/report/report.html',
    '/report/..%2f..%2fetc/passwd',
    `/report/${RUN}/run.json`,
    `/report/${RUN}/events.ndjson`,
    `/report/${RUN}%2freport.html`,
    `/report/${RESULT}/runs/${RUN}/result.json`,
    `/report/2026-11-21T10-00-00-none/report.html`,
    `/report/${OTHER}`.replace('2026-11-22', 'x'),
  ])('nothing but a report is served: %s', async (path) => {
    expect((await get(path, await openSession(host))).status).toBe(404)
  })

  it('GET and HEAD alone, and none without a desk', async () => {
    const cookie = await openSession(host)
    const path = `/report/${RUN}/report.html`
    expect((await get(path, cookie, 'POST')).status).toBe(405)
    const head = await get(path, cookie, 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(await answerReport(path, null)).toBeNull()
  })
})

function fail(): never {
  return expect.fail('a part is missing')
}
