/** Results by point: verdicts, and the median of what was measured. */
import { distributionOf } from '../../core/report/distribution'
import type { TrialResult } from '../../shared/experimentResult'
import type { PointTrials } from './points'
import type { Markup } from './markup'
import { table } from './page'
import type { Row } from './page'
import { duration, figure, NONE } from './words'

type Value = (trial: TrialResult) => number | null

const measure =
  (name: string): Value =>
  (trial) => {
    const value = trial.measures[name]
    return typeof value === 'number' ? value : null
  }

/** Most of one trial's faults. */
export const worstOutage: Value = ({ availability }) =>
  availability.length === 0 ? null : Math.max(...availability.map((card) => card.totalOutageMs))

export const worstRecovery: Value = ({ availability }) => {
  const known = availability.flatMap(({ recoveryMs }) => recoveryMs ?? [])
  return known.length === 0 ? null : Math.max(...known)
}

export interface MeasureColumn {
  readonly id: string
  readonly name: string
  readonly unit: string
  readonly value: Value
  readonly text: (value: number) => string
}

/** What is compared between points; a column nobody has a value for is left out. */
export const MEASURES: readonly MeasureColumn[] = [
  { id: 'slots', name: 'Chosen slots', unit: 'slots', value: measure('chosenSlots'), text: figure },
  { id: 'bids', name: 'Ballots', unit: 'ballots', value: measure('bids'), text: figure },
  {
    ...{ id: 'undecided', name: 'Ballots in a row without a choice, at most' },
    ...{ unit: 'ballots', value: measure('undecidedBallotsMax'), text: figure },
  },
  { id: 'acked', name: 'Acknowledged', unit: 'requests', value: measure('acked'), text: figure },
  { id: 'p50', name: 'Median latency', unit: 'ms', value: measure('p50Ms'), text: duration },
  {
    id: 'p95',
    name: 'Latency, 95 of 100 below',
    unit: 'ms',
    value: measure('p95Ms'),
    text: duration,
  },
  { id: 'outage', name: 'Longest total outage', unit: 'ms', value: worstOutage, text: duration },
  { id: 'recovery', name: 'Longest recovery', unit: 'ms', value: worstRecovery, text: duration },
  {
    ...{ id: 'messages', name: 'Messages a slot', unit: 'messages' },
    ...{ value: ({ cost }) => cost?.messagesPerSlot ?? null, text: figure },
  },
  {
    ...{ id: 'flushes', name: 'Flushes a slot', unit: 'flushes' },
    ...{ value: ({ cost }) => cost?.flushesPerSlot ?? null, text: figure },
  },
]

export function valuesOf(
  { trials }: PointTrials,
  { value }: Pick<MeasureColumn, 'value'>,
): number[] {
  return trials.flatMap((trial) => value(trial) ?? [])
}

export function pointTable(points: readonly PointTrials[]): Markup {
  const used = MEASURES.filter((one) => points.some((point) => valuesOf(point, one).length > 0))
  const columns = [
    { name: 'Point', classes: 'point' },
    ...['Valid', 'Violated', 'Unknown', ...used.map(({ name }) => name)].map((name) => {
      return { name, classes: 'num' }
    }),
  ]
  const rows = points.map((point): Row => {
    const of = (verdict: TrialResult['verdict']) =>
      point.trials.filter((trial) => trial.verdict === verdict).length
    const medians = used.map((one) => {
      const median = distributionOf(valuesOf(point, one))?.median
      return median === undefined ? NONE : one.text(median)
    })
    const isWhole = of('valid') === point.trials.length
    return {
      cells: [point.name, of('valid'), of('violated'), of('unknown'), ...medians],
      classes: isWhole ? '' : of('violated') > 0 ? 'violated' : 'unknown',
    }
  })
  return table('Result by point: medians of the trials', columns, rows)
}
