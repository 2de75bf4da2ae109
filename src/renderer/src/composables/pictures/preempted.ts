/** Preempted ballots: stacked columns per proposer, as a rate. */
import type { PreemptionPoint } from '../../../../core/measure/series'
import { isSecond } from '../chartTheme'
import { axisText, countText } from '../chartText'
import { ladderRange } from '../chartTicks'
import type { PlotFrame } from '../chartPaint'
import type { Picture } from '../useLabChart'
import { ballotsFromMs } from './notKept'
import { nodeId, rateOf, tableTimes, unitOf } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'

interface Column {
  readonly atMs: number
  readonly parts: readonly { readonly node: number; readonly rate: number }[]
}

export const preempted: ChartDefinition = {
  id: 'preempted',
  title: 'Preempted ballots',
  unit: 'per second',
  stepUnit: 'per step',
  help: 'Ballots that met a higher one, per proposer.',
  isDefault: true,
  scale: 'linear',
  plotPxMin: 52,
  grow: 0.8,
  picture,
  legend,
  table,
}

function inWindow({ data, fromMs, toMs, hidden }: PictureInput): readonly PreemptionPoint[] {
  return data.preemptions.filter(
    (bin) => bin.atMs + data.binMs > fromMs && bin.atMs < toMs && !hidden.has(nodeId(bin.node)),
  )
}

function columns(input: PictureInput): Column[] {
  const rate = rateOf(input.data.binMs, input.unit)
  const byTime = new Map<number, { node: number; rate: number }[]>()
  for (const bin of inWindow(input)) {
    const parts = byTime.get(bin.atMs) ?? []
    parts.push({ node: bin.node, rate: bin.count * rate })
    byTime.set(bin.atMs, parts)
  }
  return [...byTime].map(([atMs, parts]) => ({ atMs, parts }))
}

function picture(input: PictureInput): Picture {
  const all = columns(input)
  const sums = all.map(({ parts }) => parts.reduce((sum, part) => sum + part.rate, 0))
  return {
    lines: [],
    axis: ladderRange(Math.max(3.9, ...sums), axisText, 2),
    under: (frame) => paint(frame, all, input.data.binMs),
    empty: all.length === 0 ? 'No ballot was preempted here.' : null,
  }
}

function paint(frame: PlotFrame, all: readonly Column[], binMs: number): void {
  const { ctx, theme } = frame
  for (const { atMs, parts } of all) {
    const left = frame.x(atMs)
    const width = frame.x(atMs + binMs) - left
    const gap = width > 4 ? 1 : 0
    let from = 0
    for (const { node, rate } of parts) {
      const bottom = frame.y(from)
      const top = frame.y((from += rate))
      ctx.fillStyle = theme.node(node)
      // N6 to N9 share hues: a lighter body and an edge tell them apart.
      ctx.globalAlpha = isSecond(node) ? 0.5 : 1
      ctx.fillRect(left + gap / 2, top, Math.max(1, width - gap), bottom - top)
      ctx.globalAlpha = 1
      if (isSecond(node)) ctx.fillRect(left + gap / 2, top, Math.max(1, width - gap), 1)
    }
  }
}

function legend(input: PictureInput): readonly LegendItem[] {
  const { data, fromMs, toMs, readMs } = input
  const bins = data.preemptions.filter((bin) => bin.atMs + data.binMs > fromMs && bin.atMs < toMs)
  const nodes = [...new Set(bins.map((bin) => bin.node))].sort((a, b) => a - b)
  const isKnown = readMs >= ballotsFromMs(data)
  return nodes.map((node) => {
    // Ballot by ballot: a bin would count what came after the cursor.
    const count = data.stairs.filter(
      ({ ballot, preemptedAtMs }) =>
        ballot.node === node &&
        preemptedAtMs !== null &&
        preemptedAtMs >= fromMs &&
        preemptedAtMs <= readMs,
    ).length
    return {
      id: nodeId(node),
      label: nodeId(node),
      value: isKnown ? `${countText(count)}×` : '–',
      swatch: 'node',
      node,
    }
  })
}

function table(input: PictureInput): Table {
  const times = tableTimes(input)
  const rate = rateOf(input.data.binMs, input.unit)
  return {
    columns: [times.head('from'), 'node', 'ballots', unitOf(preempted, input.unit)],
    rows: inWindow({ ...input, hidden: new Set() }).map((bin) => [
      times.cell(bin.atMs),
      nodeId(bin.node),
      bin.count,
      Number((bin.count * rate).toFixed(2)),
    ]),
  }
}
