/** What a chart of the stack is: from series to a picture, a legend and a table. All pure. */
import type { NodeId } from '../../../../core/paxos/ballot'
import type { ChartTheme } from '../chartTheme'
import type { SeriesView } from '../seriesData'
import { momentNumber } from '../timeUnit'
import type { TimeUnit } from '../timeUnit'
import type { Picture, XY, YScale } from '../useLabChart'

const SECOND_MS = 1000

export interface PictureInput {
  /** As fine as the window allows. */
  readonly data: SeriesView
  readonly members: readonly NodeId[]
  readonly fromMs: number
  readonly toMs: number
  /** Newest moment that may be drawn: the future of a frozen picture is drawn too, it happened. */
  readonly nowMs: number
  /** The run is over: nothing more can come. Missing: it is not. */
  readonly ended?: boolean
  /** What its time counts. Missing: seconds. */
  readonly unit?: TimeUnit
  /** The moment whose values are read. */
  readonly readMs: number
  /** Ids of series that the legend switched off. */
  readonly hidden: ReadonlySet<string>
  readonly theme: ChartTheme
}

export type Swatch =
  | 'node'
  | 'line'
  | 'sent'
  | 'muted'
  | 'dashed'
  | 'thin'
  | 'filled'
  | 'hollow'
  | 'dots'
  | 'shed'
  | 'claim'
  | 'area'
  | 'plain'
  | 'none'

export interface LegendItem {
  /** Id of the series it switches; empty: it only explains a sign. */
  readonly id: string
  readonly label: string
  /** Value at the cursor; null where the item has none. */
  readonly value: string | null
  readonly swatch: Swatch
  readonly node?: NodeId
  /** Token of the colour of an `area`. */
  readonly color?: string
}

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

export interface ChartDefinition {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** The same where time counts steps; missing: it is the same. */
  readonly stepUnit?: string
  /** What it answers, in a sentence. */
  readonly help: string
  /** Shown unless a person chose otherwise. */
  readonly isDefault: boolean
  /** Its x axis is not time: no bands, no cursor; it shows what happened in the window. */
  readonly timeless?: boolean
  readonly scale: YScale
  /** Height of the plot in px: at least, and the share of what is left over. */
  readonly plotPxMin: number
  readonly grow: number
  /** Rows of nodes need more room when there are more of them. */
  readonly perMemberPx?: number
  picture(input: PictureInput): Picture
  legend(input: PictureInput): readonly LegendItem[]
  /** Rows within the window, times in what the run counts. */
  table(input: PictureInput): Table
}

/** Index of the first row at or after `atMs`, in rows ordered by time. */
export function firstAt<Row>(
  rows: readonly Row[],
  atMs: number,
  timeOf: (row: Row) => number,
): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle]
    if (row !== undefined && timeOf(row) < atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows in the window and one more on either side, so that lines reach the edges. */
export function within<Row>(
  rows: readonly Row[],
  fromMs: number,
  toMs: number,
  timeOf: (row: Row) => number,
): readonly Row[] {
  const from = Math.max(0, firstAt(rows, fromMs, timeOf) - 1)
  const to = firstAt(rows, toMs, timeOf) + 1
  return rows.slice(from, to)
}

/** Points of a line that breaks where rows are missing for longer than `gapMs`. */
export function brokenLine<Row>(
  rows: readonly Row[],
  gapMs: number,
  timeOf: (row: Row) => number,
  valueOf: (row: Row) => number | null,
): XY[] {
  const points: XY[] = []
  let lastMs = -Infinity
  for (const row of rows) {
    const x = timeOf(row)
    if (x - lastMs > gapMs && points.length > 0) points.push({ x: lastMs, y: NaN })
    points.push({ x, y: valueOf(row) ?? NaN })
    lastMs = x
  }
  return points
}

/** Heads and cells of the times of a table, in what the run counts. */
export function tableTimes({ unit = 's' }: { unit?: TimeUnit | undefined }): TableTimes {
  return {
    head: (name) => `${name} ${unit}`,
    cell: (atMs) => (atMs === null ? '' : momentNumber(atMs, unit)),
  }
}

interface TableTimes {
  head(name: string): string
  cell(atMs: number | null): string
}

/** From a count of a bin to a rate: a second, or a step, of which all falls into one bin. */
export function rateOf(binMs: number, unit: TimeUnit = 's'): number {
  const rate = SECOND_MS / binMs
  return unit === 'step' ? Math.min(1, rate) : rate
}

/** What the y axis counts. */
export function unitOf({ unit, stepUnit }: ChartDefinition, time: TimeUnit = 's'): string {
  return time === 'step' ? (stepUnit ?? unit) : unit
}

export function nodeId(node: NodeId): string {
  return `N${node}`
}
