/**
 * Flush and event-loop lag: 95th percentiles per node, solid and dashed. They tell noise of the
 * machine from behaviour of the protocol. Simulated nodes have no event loop.
 */
import type { NodeId } from '../../../../core/paxos/ballot'
import type { TallyPoint } from '../../../../core/measure/series'
import type { PlotFrame } from '../chartPaint'
import { axisText, msText } from '../chartText'
import { ladderRange, niceRange } from '../chartTicks'
import type { Line, Picture } from '../useLabChart'
import { brokenLine, firstAt, nodeId, tableTimes } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { talliesInside, talliesWithin, timeOfTally, tallyGapMs } from './tallies'

type What = 'flush' | 'lag'

export const health: ChartDefinition = {
  id: 'health',
  title: 'Flush / event-loop lag',
  unit: 'ms p95',
  stepUnit: 'p95',
  help: 'Time of flushes (solid) and lag of event loops (dashed): noise of the machine.',
  isDefault: false,
  scale: 'linear',
  plotPxMin: 60,
  grow: 1,
  picture,
  legend,
  table,
}

function valueOf(point: TallyPoint, what: What, node: NodeId): number | null {
  return point[what].find(([one]) => one === node)?.[1] ?? null
}

function nodesOf(rows: readonly TallyPoint[]): NodeId[] {
  const nodes = rows.flatMap((point) => [...point.flush, ...point.lag].map(([node]) => node))
  return [...new Set(nodes)].sort((a, b) => a - b)
}

/** A path of a model runs on no machine: what its reports say of one was never measured. */
function measured(rows: readonly TallyPoint[], { unit }: PictureInput): readonly TallyPoint[] {
  return unit === 'step' ? [] : rows
}

function picture(input: PictureInput): Picture {
  const { hidden, theme } = input
  const rows = measured(talliesWithin(input), input)
  const gapMs = tallyGapMs(input)
  const lines = nodesOf(rows)
    .filter((node) => !hidden.has(nodeId(node)))
    .flatMap((node): Line[] =>
      (['flush', 'lag'] as const)
        .filter((what) => !hidden.has(what))
        .map((what) => {
          const known = rows.filter((point) => valueOf(point, what, node) !== null)
          const points = brokenLine(known, gapMs, timeOfTally, (p) => valueOf(p, what, node))
          const style = what === 'flush' ? { width: 1.5 } : { width: 1, dash: [4, 3] }
          return { id: `${nodeId(node)} ${what}`, color: theme.node(node), ...style, points }
        }),
    )
  const top = Math.max(0, ...lines.flatMap(({ points }) => points.map(({ y }) => y || 0)))
  const isEmpty = lines.every(({ points }) => points.length === 0)
  return {
    lines,
    // The ladder begins at 1 ms; flushes of a fast disk are below.
    axis: top >= 1 ? ladderRange(top, axisText, 3) : niceRange(0, Math.max(top, 0.1), 2, axisText),
    over: (frame) => paintLone(frame, lines),
    empty: isEmpty ? 'No node has flushed or reported here.' : null,
  }
}

/** A value between two breaks has no line: it gets a point. */
function paintLone({ ctx, x, y, left, right }: PlotFrame, lines: readonly Line[]): void {
  for (const { points, color } of lines) {
    points.forEach((point, at) => {
      const known = (other: number): boolean => !Number.isNaN(points[other]?.y ?? NaN)
      if (!known(at) || known(at - 1) || known(at + 1)) return
      if (x(point.x) < left || x(point.x) > right) return
      ctx.fillStyle = color
      ctx.beginPath()
      ctx.arc(x(point.x), y(point.y), 1.75, 0, Math.PI * 2)
      ctx.fill()
    })
  }
}

/** At the cursor the highest of all nodes. */
function legend(input: PictureInput): readonly LegendItem[] {
  const { data, readMs } = input
  const until = data.tallies.slice(0, firstAt(data.tallies, readMs, timeOfTally) + 1)
  const near = measured(until, input).filter(({ atMs }) => readMs - atMs < tallyGapMs(input))
  const highest = (what: What): string => {
    const last = near.findLast((point) => point[what].length > 0)
    return msText(last ? Math.max(...last[what].map(([, ms]) => ms)) : null)
  }
  return [
    { id: 'flush', label: 'flush', value: highest('flush'), swatch: 'plain' },
    { id: 'lag', label: 'lag', value: highest('lag'), swatch: 'sent' },
    ...nodesOf(measured(talliesInside(input), input)).map((node): LegendItem => {
      return { id: nodeId(node), label: nodeId(node), value: null, swatch: 'node', node }
    }),
  ]
}

function table(input: PictureInput): Table {
  const times = tableTimes(input)
  const rows = measured(talliesInside(input), input)
  const nodes = nodesOf(rows)
  return {
    columns: [
      times.head('until'),
      ...nodes.flatMap((node) => [`N${node} flush ms`, `N${node} lag ms`]),
    ],
    rows: rows
      .filter(({ flush, lag }) => flush.length + lag.length > 0)
      .map((point) => [
        times.cell(point.atMs),
        ...nodes.flatMap((node) => [
          valueOf(point, 'flush', node) ?? '',
          valueOf(point, 'lag', node) ?? '',
        ]),
      ]),
  }
}
