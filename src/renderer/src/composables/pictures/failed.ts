/** Failed reads and writes: columns by reason. What a quorum could not answer is told apart. */
import type { FailReason } from '../../../../core/measure/failReason'
import type { TallyPoint } from '../../../../core/measure/series'
import type { ChartTheme } from '../chartTheme'
import { axisText, countText } from '../chartText'
import { ladderRange } from '../chartTicks'
import type { Picture } from '../useLabChart'
import { tableTimes } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { fillColumns } from './stack'
import { tallyRate, talliesInside, talliesWithin } from './tallies'

interface Reason {
  readonly id: FailReason
  readonly label: string
  /** Token of its colour. */
  readonly token: string
  readonly color: (theme: ChartTheme) => string
}

/** From the bottom up. */
const REASONS: readonly Reason[] = [
  { id: 'noQuorum', label: 'no quorum', token: '--bad', color: (theme) => theme.bad },
  { id: 'noLeader', label: 'no leader known', token: '--warn', color: (theme) => theme.warn },
  { id: 'timeout', label: 'timeout', token: '--fg-muted', color: (theme) => theme.fgMuted },
  { id: 'undetermined', label: 'undetermined', token: '--accent', color: (theme) => theme.accent },
  { id: 'lease', label: 'lease expired', token: '--m-learn', color: (theme) => theme.learn },
  {
    id: 'connection',
    label: 'connection ended',
    token: '--f-partition',
    color: (theme) => theme.faults.partition,
  },
  { id: 'busy', label: 'node busy', token: '--f-pause', color: (theme) => theme.faults.pause },
  { id: 'refused', label: 'refused', token: '--f-loss', color: (theme) => theme.faults.loss },
]

export const failed: ChartDefinition = {
  id: 'failed',
  title: 'Failed reads and writes',
  unit: 'ops/s',
  stepUnit: 'ops/step',
  help: 'Requests that ended without success, by reason; no quorum: while none was possible.',
  isDefault: false,
  scale: 'linear',
  plotPxMin: 56,
  grow: 0.8,
  picture,
  legend,
  table,
}

function countOf({ failed: counts }: TallyPoint, reason: FailReason): number {
  return counts.find(([name]) => name === reason)?.[1] ?? 0
}

function picture(input: PictureInput): Picture {
  const { data, hidden, theme } = input
  const rate = tallyRate(input)
  const rows = talliesWithin(input).filter((point) => point.failed.length > 0)
  const columns = rows.map((point) => ({
    fromMs: point.atMs - data.tallySpanMs,
    parts: REASONS.filter(({ id }) => !hidden.has(id))
      .map(({ id, color }) => ({ color: color(theme), value: countOf(point, id) * rate }))
      .filter(({ value }) => value > 0),
  }))
  const sums = columns.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0))
  return {
    lines: [],
    axis: ladderRange(Math.max(3.9, ...sums), axisText, 2),
    under: (frame) => fillColumns(frame, columns, data.tallySpanMs),
    empty: rows.length === 0 ? 'No read or write failed here.' : null,
  }
}

/** Counts in the window up to the cursor. */
function legend(input: PictureInput): readonly LegendItem[] {
  const rows = talliesInside(input)
  const until = rows.filter(({ atMs }) => atMs - input.data.tallySpanMs <= input.readMs)
  const sum = (points: readonly TallyPoint[], id: FailReason): number =>
    points.reduce((all, point) => all + countOf(point, id), 0)
  return REASONS.filter(({ id }) => sum(rows, id) > 0).map(({ id, label, token }) => {
    return { id, label, value: countText(sum(until, id)), swatch: 'area', color: token }
  })
}

function table(input: PictureInput): Table {
  const times = tableTimes(input)
  return {
    columns: [times.head('until'), ...REASONS.map(({ label }) => label)],
    rows: talliesInside(input)
      .filter((point) => point.failed.length > 0)
      .map((point) => [times.cell(point.atMs), ...REASONS.map(({ id }) => countOf(point, id))]),
  }
}
