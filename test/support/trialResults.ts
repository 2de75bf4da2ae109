/** Results of experiments for tests of views: as the desk answers them. */
import type { ExperimentResult, SweepPoint, TrialResult } from '../../src/shared/experimentResult'

export function trialOf(trial: number, change: Partial<TrialResult> = {}): TrialResult {
  return {
    ...{ trial, seed: trial, point: {}, verdict: 'valid', reason: '', ranMs: 1200 },
    verdicts: {
      ...{ safety: 'valid', liveness: 'valid' },
      ...{ linearizability: 'notJudged', replay: 'notJudged' },
    },
    runDir: `runs/2026-01-02T03-04-0${trial % 10}-ab0${trial % 10}`,
    measures: { chosenSlots: 100 + trial, bids: 200 + 2 * trial, p95Ms: 10 * trial },
    ...{ expectations: [], availability: [], cost: null },
    decision: { decided: true, ballots: trial, ms: 100 * trial },
    ...change,
  }
}

/** Seven trials at each of these points; the last of each one is undecided. */
export function resultOf(points: readonly SweepPoint[] = [{}]): ExperimentResult {
  const names = Object.keys(points[0] ?? {})
  const seeds = [1, 2, 3, 4, 5, 6, 7]
  const trials = points.flatMap((point, at) =>
    seeds.map((seed) => {
      const [trial, ms] = [at * seeds.length + seed, 100 * seed * (at + 1)]
      const decision = { decided: seed < 7, ballots: seed + at, ms }
      return trialOf(trial, { seed, point, decision })
    }),
  )
  return {
    version: 1,
    plan: {
      ...{ name: 'duel', title: 'The duel', seeds, source: 'processes' },
      sweep: names.map((name) => {
        return { name, values: [...new Set(points.map((point) => point[name] ?? ''))] }
      }),
      command: "paxos-lab run 'my duel.paxlab.yaml' --repeat 7 --jobs 2 --stop-on-failure",
    },
    ...{ startedAt: '2026-01-02T03:04:05.000Z', verdict: 'valid', trials, planned: trials.length },
    ...{ cancelled: false, appVersion: '0.1.0', nodeVersion: 'v20', system: 'linux x64', cpus: 4 },
  }
}
