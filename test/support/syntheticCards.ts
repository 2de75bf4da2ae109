/** Cards of the test double `SyntheticLab`. */
import type { RunCard, ScenarioCard } from '../../src/shared/api'

export const SYNTHETIC_SCENARIOS: readonly ScenarioCard[] = [
  {
    name: 'dueling-proposers',
    title: 'Dueling proposers and back-off',
    summary: 'Two stairs climb, nothing is chosen, until the loser waits.',
    seconds: 40,
    level: 'basic',
  },
  {
    name: 'minority-leader',
    title: 'Leader in the minority',
    summary: 'The old leader keeps its belief and loses its quorum.',
    seconds: 30,
    level: 'basic',
  },
  {
    name: 'kill-leader',
    title: 'Kill of a leader',
    summary: 'Outage, election and recovery on one chart.',
    seconds: 30,
    level: 'first',
  },
]

export const SYNTHETIC_RUNS: readonly RunCard[] = [
  {
    id: 'r2',
    title: 'dueling-proposers',
    startedAt: '2026-01-05T10:42:00.000Z',
    events: 18_402,
    verdict: 'valid',
  },
  {
    id: 'r1',
    title: '5 nodes',
    startedAt: '2026-01-04T09:15:00.000Z',
    events: 912,
    verdict: 'unknown',
  },
]
