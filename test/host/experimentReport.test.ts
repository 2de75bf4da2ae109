/** Reports of experiments: failures first, survival curves by point, links to the trials. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { writeExperimentReport } from '../../src/main/report/experimentReport'
import type { ExperimentResult, TrialResult } from '../../src/shared/experimentResult'
import { experimentOf, trialOf } from '../support/experiments'
import { isWellFormed, outsideAddresses } from '../support/pages'

const dirs: string[] = []
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

async function report(result: ExperimentResult, withReports: readonly string[] = []) {
  const dir = mkdtempSync(join(tmpdir(), 'paxos-experiment-'))
  dirs.push(dir)
  for (const name of withReports) {
    mkdirSync(join(dir, name), { recursive: true })
    writeFileSync(join(dir, name, 'report.html'), '')
  }
  return readFileSync(await writeExperimentReport(dir, result), 'utf8')
}

const POLICIES = ['eager', 'backoff-exponential']

/** Eager never decides in 30 ballots; back-off does after a few. */
function duel(trials = 12): ExperimentResult {
  const made = POLICIES.flatMap((policy, at) =>
    Array.from({ length: trials }, (_, index): TrialResult => {
      const trial = at * trials + index + 1
      const decided = policy !== 'eager'
      const firstDecision = decided
        ? { decided, ballots: 2 + index, ms: 200 + 40 * index }
        : { decided, ballots: 30, ms: 2000 + index }
      const decision = { decided: true, ballots: 1, ms: 1 }
      const measures = { chosenSlots: decided ? 20 + index : 0, bids: 30 }
      return trialOf(trial, { point: { policy }, firstDecision, decision, measures })
    }),
  )
  const plan = { ...experimentOf([]).plan, sweep: [{ name: 'policy', values: POLICIES }] }
  return experimentOf(made, { plan })
}

describe('report of an experiment', () => {
  it('is one whole page without a script or anything from outside', async () => {
    const page = await report(duel(), ['runs/r1'])
    expect(page).not.toMatch(/<script|javascript:|<link|<img|<iframe|@import/i)
    expect(outsideAddresses(page)).toEqual([])
    expect(isWellFormed(page)).toBe('')
  })

  it('has survival curves with bands by point, of the policy that was swept', async () => {
    const page = await report(duel())
    const chart = /id="survival-ballots"[^]*?<\/figure>/.exec(page)?.[0] ?? ''
    expect(chart).toContain('policy=eager: 0 of 12 trials decided, fewer than half decided.')
    expect(chart).toContain(
      'policy=backoff-exponential: 12 of 12 trials decided, half by 7 ballots.',
    )
    const bands = [...chart.matchAll(/class="ci" d="([^"]*)"/g)].map(([, d]) => d ?? '')
    expect(bands).toHaveLength(2)
    // Nothing was decided at eager: there is no band to tell. At back-off there are eleven steps.
    expect(bands[0]).toBe('')
    expect(bands[1]?.match(/z/g)).toHaveLength(11)
    expect(page).toContain('id="survival-time"')
  })

  it('puts what is not valid first and links the reports that there are', async () => {
    const failed = trialOf(3, { verdict: 'violated', reason: 'I8 is violated: two values' })
    const page = await report(
      experimentOf([trialOf(1), trialOf(2), failed], { verdict: 'violated' }),
      ['runs/r1', 'runs/r3'],
    )
    expect(page).toMatch(/<b>Violated\.<\/b> Trial 3 was violated: I8 is violated/)
    expect(page.indexOf('Not valid: 1 of 3 trials')).toBeLessThan(page.indexOf('Overview'))
    const hrefs = [...page.matchAll(/href="(\.\/[^"]*)"/g)].map(([, href]) => href)
    expect(hrefs).toEqual([
      './runs/r3/report.html',
      './runs/r3/report.html',
      './runs/r1/report.html',
    ])
  })

  it('leads nowhere by the name of a run directory, and escapes the rest', async () => {
    const hostile = `"><script>alert(1)</script>`
    const trials = ['../../secret', 'javascript:alert(1)', hostile].map((runDir, at) =>
      trialOf(at + 1, {
        runDir,
        reason: hostile,
        verdict: 'unknown',
        point: { [hostile]: hostile },
      }),
    )
    const plan = { ...experimentOf([]).plan, title: hostile, command: hostile }
    const page = await report(experimentOf(trials, { plan, verdict: 'unknown' }))
    expect(page).not.toMatch(/<script|href="(?!#)/)
    expect(isWellFormed(page)).toBe('')
  })

  it('tells what is missing of one that was cancelled', async () => {
    const page = await report(
      experimentOf([trialOf(1)], { planned: 4, cancelled: true, verdict: 'unknown' }),
    )
    expect(page).toContain('1 of 4 trials ended: it was cancelled')
  })

  it('says so where no trial ended, and counts no faults where nothing was measured', async () => {
    const none = { planned: 4, cancelled: true, verdict: 'unknown' as const }
    const page = await report(experimentOf([], none))
    expect(page).toContain('0 of 4 trials ended: it was cancelled')
    expect(page).toContain('No trial came to its end')
    expect(isWellFormed(page)).toBe('')
    // A delay without load before it has no card: that is not "no fault".
    expect(await report(duel(4))).not.toMatch(/Faults (injected|under load)/)
  })

  it('stays small for many trials', async () => {
    const page = await report(duel(1000))
    expect(page.length).toBeLessThan(3_000_000)
    expect(page).toContain('1 000 more are in experiment.json'.replace(' ', '\u202f'))
  })
})
