/** Reports of runs: one page that opens anywhere, and says what the record says. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ActiveFault } from '../../src/core/fault'
import { exportRun } from '../../src/main/lab/exportRun'
import { judgeRun } from '../../src/main/lab/judgeRun'
import { DARK, LIGHT } from '../../src/main/report/style'
import { readTrialFigures } from '../../src/main/report/trialFigures'
import { writeRunReport } from '../../src/main/report/runReport'
import { explore } from '../../src/renderer/src/sources/exploration'
import { isWellFormed, outsideAddresses } from '../support/pages'
import { fault, load, makeRun, sound, started } from '../support/reportRuns'
import type { Told } from '../support/reportRuns'
import { root } from '../support/tree'

const dirs: string[] = []
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

async function report(...run: Parameters<typeof makeRun>): Promise<{ dir: string; page: string }> {
  const dir = makeRun(...run)
  dirs.push(dir)
  return { dir, page: squeezed(readFileSync(await writeRunReport(dir), 'utf8')) }
}

/** Space between elements is nobody's business here. */
function squeezed(page: string): string {
  return page
    .replaceAll(/\s+/g, ' ')
    .replaceAll('> <', '><')
    .replaceAll(/(?<=>) | (?=<)/g, '')
}

const CHECK = { id: 'I8', title: 'At most one value', state: 'holds', words: 'fine', evidence: [] }
const HOSTILE =
  `</title><script>alert(1)</script>"'>` + `<img src=http://evil.example/x onerror=x>\u0000\u202e`

describe('report of a run', () => {
  it('is one whole page without a script or anything from outside', async () => {
    const { page } = await report(sound(), {}, { checks: [CHECK] })
    expect(page).not.toMatch(/<script|javascript:|<link|<img|<iframe|@import|\son\w+=/i)
    expect(outsideAddresses(page)).toEqual([])
    expect(isWellFormed(page)).toBe('')
    expect(page).toContain('prefers-color-scheme:dark')
    expect(page).toContain('@media print')
  })

  it('counts steps where the record does: in axes, lists, evidence and figures', async () => {
    const bounds = { acceptors: 3, values: 2, ballots: 2, mutant: 'M7' } as const
    const found = explore(
      { bounds, symmetry: false },
      () => 0,
      () => {},
    ).counterexample
    const checks = found?.view.status.checks ?? []
    const { page } = await report([...(found?.view.events ?? [])], {}, { checks, ranMs: 12_000 })
    const words = page.replaceAll(/<style[^]*?<\/style>/g, '').replaceAll(/<[^>]+>/g, ' ')
    expect(words).not.toMatch(/\b[\d.]+ m?s\b|Time, s/)
    expect(words).toMatch(/ran\s+12 steps/)
    expect(page).toMatch(/<text class="unit"[^>]*>step<\/text>/)
    expect(page).toMatch(/ballot 1\.4 began at step 1, had its quorum at step 4/)
    expect(page.match(/<th[^>]*>Step<\/th>/g)?.length).toBeGreaterThan(2)
  })

  it('has charts with units, titles, descriptions and the fault as a band on each', async () => {
    const { page } = await report(sound())
    const charts = page.match(/<svg\s+class="chart"[^]*?<\/svg>/g) ?? []
    expect(charts).toHaveLength(5)
    for (const chart of charts) {
      expect(chart).toMatch(/<title id="[\w-]+-t">[^<]+, [^<]+<\/title><desc id="[\w-]+-d">[^<]+</)
      expect(chart).toMatch(/<text class="unit"[^>]*>s<\/text>/)
      expect(chart).toMatch(/<g class="f-down"><title>f1: kill node 1, from 3.00 s to 4.00 s</)
      expect(chart).toMatch(/<text class="band-name[^>]*>kill node 1<\/text>/)
    }
    expect(page.match(/<figcaption><h3>[^<]+<\/h3><span class="unit">[^<]+</g)).toHaveLength(5)
  })

  it('has the availability card, the ledger and the load of the record', async () => {
    const { dir, page } = await report(sound())
    const figures = await readTrialFigures(dir)
    expect(figures.availability).toEqual([
      {
        ...{ fault: 'f1', words: 'kill node 1', startedAtMs: 3000, endedAtMs: 4000 },
        ...{ baselinePerSecond: 100, totalOutageMs: 400, partialOutageMs: 0, recoveryMs: 400 },
      },
    ])
    expect(figures.cost).toMatchObject({
      chosenSlots: 41,
      messages: 164,
      bytes: 16_400,
      flushes: 41,
    })
    expect(figures.cost).toMatchObject({ messagesPerSlot: 4, leastMessagesPerSlot: 4 })
    expect(figures.decision).toEqual({ decided: true, ballots: 1, ms: 150 })
    expect(page).toContain('<dt>Total outage</dt><dd>400 ms</dd>')
    expect(page).toContain('Stable leader, the leader counts the votes: 2 accept + 2 accepted')
  })

  it('says "no load" where there was none, in cards and charts', async () => {
    const kill = {
      id: 'f1',
      fault: { kind: 'kill', node: 1 },
      startedAtMs: 50,
      endedAtMs: 90,
    } as const
    const { dir, page } = await report([
      started(),
      fault('faultStarted', 50, { ...kill, endedAtMs: null }),
    ])
    expect((await readTrialFigures(dir)).availability).toEqual([])
    expect(page).toContain('No load ran in the two seconds before it')
    expect(page).toContain('No client asked for anything in this run.')
    expect(page).toContain('No ballot began in this run.')
  })

  it('escapes all that a run holds', async () => {
    const acted: Told = { atMs: 5, by: 'lab', type: 'acted', act: HOSTILE, actor: 'person' }
    const note: Told = { atMs: 6, by: 'lab', type: 'labNote', level: 'error', words: HOSTILE }
    const steps = [{ atMs: 1, words: HOSTILE, outcome: HOSTILE, results: [HOSTILE] }]
    const expectations = [{ kind: 'safety', text: HOSTILE, held: false }]
    const checks = [{ ...CHECK, state: 'violated', words: HOSTILE, title: HOSTILE, evidence: [2] }]
    const more = {
      reason: HOSTILE,
      command: HOSTILE,
      system: HOSTILE,
      point: { [HOSTILE]: HOSTILE },
    }
    const { page } = await report(
      ...([[started(), acted, note], { title: HOSTILE, options: { [HOSTILE]: HOSTILE } }] as const),
      { verdict: 'violated', steps, expectations, checks, ...more },
    )
    expect(page).not.toMatch(/<script|<img|onerror=x>(?!&)/i)
    expect(page).not.toMatch(/[\u0000\u202e]/)
    expect(page.split('&lt;script&gt;alert(1)').length).toBeGreaterThan(9)
    expect(isWellFormed(page)).toBe('')
  })

  it('puts a violation first, with its events and the last ones of each node', async () => {
    const checks = [CHECK, { ...CHECK, id: 'I6', state: 'violated', words: 'w6', evidence: [3] }]
    const { page } = await report(sound(), {}, { verdict: 'violated', checks })
    const at = page.indexOf('I6 is violated')
    expect(at).toBeGreaterThan(0)
    const card = page.slice(page.indexOf('class="failure"'), page.indexOf('id="figures-h"'))
    expect(card).toMatch(/elected ballot=1\.1/)
    expect(card).toMatch(/Last \d+ events of N1 before it/)
    const checksAt = page.indexOf('id="checks-h"')
    expect(page.indexOf('>I6<', checksAt)).toBeLessThan(page.indexOf('>I8<', checksAt))
    expect(page).toContain('<b>Violated.</b>I6 is violated: w6')
  })

  it('names what is not Paxos as it should be run', async () => {
    const options = {
      mutant: 'M4',
      variant: 'blog2014',
      flush: false,
      phases: 'second',
      readMode: 'local',
    }
    const { page } = await report(sound(), { options })
    for (const label of [
      'mutant M4',
      'Blog 2014',
      'flush off',
      'phase 2 only',
      'reads local, unsafe',
    ]) {
      expect(page).toMatch(new RegExp(`<li class="chip unknown"><b>${label}`))
    }
  })

  it('judges a run that was cut short unknown, with the reason', async () => {
    const dir = makeRun(sound(), {}, null)
    dirs.push(dir)
    appendFileSync(join(dir, 'events.ndjson'), '{"seq":999,"atMs":5001,"by":"lab","ty')
    const page = squeezed(readFileSync(await writeRunReport(dir), 'utf8'))
    expect(page).toMatch(
      /<b>Unknown\.<\/b>The run was cut short after \d+ events: it has no result/,
    )
    expect(page).toContain('the last line of the record is torn')
    const { verdicts, availability } = await readTrialFigures(dir)
    expect(verdicts).toMatchObject({ safety: 'unknown', liveness: 'unknown', replay: 'notJudged' })
    expect(availability).toHaveLength(1)
  })

  it('judges the clients of a run that was cut short, and says where it ran', async () => {
    const dir = makeRun(sound(), { system: 'plan9 mips 4', cpus: 3, nodeVersion: 'v20.1.2' }, null)
    dirs.push(dir)
    const write = { process: 0, type: 'invoke', f: 'write', key: 'k', value: 'v', time: 1 }
    const entries = [write, { ...write, type: 'ok', time: 2 }]
    const text = entries.map((one) => `${JSON.stringify(one)}\n`).join('')
    writeFileSync(join(dir, 'history.jsonl'), `${text}{"process":0,"ty`)
    writeFileSync(join(dir, 'experiment.yaml'), 'version: 1\n')
    const page = squeezed(readFileSync(await writeRunReport(dir), 'utf8'))
    expect(page).toMatch(/>I14<[^]{0,200}As far as it was written: an order was found for 1 op/)
    expect((await readTrialFigures(dir)).verdicts).toMatchObject({ linearizability: 'valid' })
    for (const known of ['plan9 mips 4', 'CPUs</td><td class="">3</td>', 'v20.1.2'])
      expect(page).toContain(known)
    expect(page).toContain('unknown: the run has no result')
    const torn = join(dir, 'history.jsonl')
    writeFileSync(torn, 'no JSON\n')
    const broken = squeezed(readFileSync(await writeRunReport(dir), 'utf8'))
    expect(broken).toContain('it cannot be read')
    expect((await readTrialFigures(dir)).verdicts).toMatchObject({ linearizability: 'unknown' })
  })

  it('a pause that only the end of the run ended lasted to its end', async () => {
    const pause: ActiveFault = {
      ...{ id: 'f1', fault: { kind: 'pause', node: 1, cooperative: false } },
      ...{ startedAtMs: 3000, endedAtMs: null },
    }
    const events = [...sound()].filter(({ type }) => !type.startsWith('fault'))
    const stop = { by: 'lab', type: 'nodeExited', injected: true, tail: [] } as const
    const whole: Told[] = [
      ...events.filter(({ atMs }) => atMs <= 3000),
      fault('faultStarted', 3000, pause),
      ...events.filter(({ atMs }) => atMs > 3000),
      { ...stop, atMs: 5100, node: 1, code: null, signal: 'SIGKILL' },
      fault('faultEnded', 5110, { ...pause, endedAtMs: 5110 }),
      { ...stop, atMs: 5120, node: 2, code: 0, signal: null },
    ]
    const { dir, page } = await report(whole)
    expect(page).toContain('from 3.00 s on, to the end of the run (2.10 s)')
    const { availability } = await readTrialFigures(dir)
    expect(availability).toMatchObject([{ endedAtMs: null, recoveryMs: 400 }])
    expect(page).toContain('while it lasted')
  })

  it('what a frozen node could still have told is no violation of a run cut short', async () => {
    const ballot = { round: 1, node: 1 }
    const ids = ['2.1:1']
    const fact = (atMs: number, by: number) => ({ atMs, by, life: 1, nodeSeq: atMs })
    const vote = (by: number): Told => ({
      ...{ ...fact(20 + by, by), type: 'voted', ballot, slot: 1, count: 1, ids },
    })
    const other: Told = { ...fact(10, 3), type: 'submitted', session: '3.1', from: 1, count: 1 }
    // Node 2 took the request and never came to say so.
    const events = [started(), other, vote(1), vote(3)]
    const cut = makeRun(events, {}, null)
    dirs.push(cut)
    expect((await judgeRun(cut)).checks.find(({ id }) => id === 'I9')?.state).not.toBe('violated')
    const page = squeezed(readFileSync(await writeRunReport(cut), 'utf8'))
    expect(page).toContain('<b>Unknown.</b>')
  })

  it('finds a violation in a run that was cut short', async () => {
    const fact = (by: number, nodeSeq: number) => ({ atMs: 10 + nodeSeq, by, life: 1, nodeSeq })
    const vote = (by: number, nodeSeq: number, id: string, round: number): Told => {
      const ballot = { round, node: round }
      return { ...fact(by, nodeSeq), type: 'voted', ballot, slot: 1, count: 1, ids: [id] }
    }
    const votes = [vote(1, 1, 'a', 1), vote(2, 1, 'a', 1), vote(2, 2, 'b', 2), vote(3, 1, 'b', 2)]
    const { page } = await report([started(), ...votes], {}, null)
    expect(page).toMatch(/<b>Violated\.<\/b>I\d+ is violated/)
  })

  it('stays small for a long record', async () => {
    function* long(): Generator<Told> {
      yield started()
      for (let at = 1; at <= 8000; at += 1) {
        const ballot = { round: at, node: (at % 3) + 1 }
        const stamp = { atMs: at * 100, by: ballot.node, life: 1, nodeSeq: at }
        yield { ...stamp, type: 'bid', ballot, ranges: [], reason: 'request' }
        yield load(at * 100, at % 20)
        if (at % 40 > 0) continue
        const one = {
          id: `f${at}`,
          fault: { kind: 'kill', node: 1 },
          startedAtMs: at * 100,
        } as const
        yield fault('faultStarted', at * 100, { ...one, endedAtMs: null })
        yield fault('faultEnded', at * 100 + 20, { ...one, endedAtMs: at * 100 + 20 })
        yield { atMs: at * 100, by: 'lab', type: 'acted', act: 'x'.repeat(3000), actor: 'person' }
      }
    }
    const { page } = await report(long())
    expect(page.length).toBeLessThan(3_000_000)
    expect(page).toContain('ballots that chose nothing are left out')
    expect(isWellFormed(page)).toBe('')
  })

  it('exports the series of its charts as columns', async () => {
    const dir = makeRun(sound())
    dirs.push(dir)
    const lines: string[] = []
    for await (const line of exportRun(dir, 'series-csv', () => {})) lines.push(line)
    expect(lines[0]).toMatch(/^atMs,ackedPerSecond,sentPerSecond,.*,p99Ms,.*,spanMs$/)
    const rows = lines.slice(1).map((line) => line.split(','))
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([12]))
    // The outage is four buckets without an answer: no rate, and no latency.
    const out = rows.filter(([, acked]) => acked === '0')
    expect(out).toHaveLength(4)
    expect(out.every((row) => row[5] === '' && row[2] === '100')).toBe(true)
  })

  it('wears the colours of the window', () => {
    const css = readFileSync(join(root, 'src/renderer/src/tokens.css'), 'utf8')
    const [light = '', dark = ''] = css.split("[data-theme='dark'] {")
    for (const [name, value] of Object.entries(LIGHT)) expect(light).toContain(`${name}: ${value};`)
    for (const [name, value] of Object.entries(DARK)) expect(dark).toContain(`${name}: ${value};`)
  })
})
