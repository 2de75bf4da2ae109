/** Messages by type: what nodes send one another, stacked by family. */
import type { TallyPoint } from '../../../../core/measure/series'
import type { MessageFamily } from '../../../../core/paxos/message'
import { axisText, countText } from '../chartText'
import { ladderRange } from '../chartTicks'
import type { Picture, XY } from '../useLabChart'
import { tableTimes } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'
import { fillLayers, stackEdges } from './stack'
import type { StackLayer } from './stack'
import { tallyRate, talliesInside, talliesWithin, tallyAt, tallyGapMs } from './tallies'

/** From the bottom up: what runs all the time is the ground for what does not. */
const STACK: readonly (readonly [MessageFamily, string])[] = [
  ['heartbeat', 'heartbeat'],
  ['phase2', 'phase 2'],
  ['phase1', 'phase 1'],
  ['refuse', 'refuse'],
  ['learn', 'learn'],
  ['client', 'passed on'],
]

export const messages: ChartDefinition = {
  id: 'messages',
  title: 'Messages by type',
  unit: 'msgs/s',
  stepUnit: 'msgs/step',
  help: 'Messages between different nodes, by family: phase 1, phase 2, refusals and the rest.',
  isDefault: false,
  scale: 'linear',
  plotPxMin: 64,
  grow: 1,
  picture,
  legend,
  table,
}

function countOf({ messages: counts }: TallyPoint, family: MessageFamily): number {
  return counts.find(([name]) => name === family)?.[1] ?? 0
}

const isCounted = (point: TallyPoint): boolean => point.messages.length > 0

function picture(input: PictureInput): Picture {
  const { data, hidden, theme } = input
  const rows = talliesWithin(input).filter(isCounted)
  const rate = tallyRate(input)
  const layers = STACK.filter(([family]) => !hidden.has(family)).map(([family]): StackLayer => {
    const values = rows.map((point) => countOf(point, family) * rate)
    return { id: family, color: theme.families[family], values }
  })
  // A bucket's place is its middle.
  const times = rows.map(({ atMs }) => atMs - data.tallySpanMs / 2)
  const edges = stackEdges(times, layers, tallyGapMs(input))
  const top = Math.max(8, ...(edges.at(-1) ?? []).map(({ y }) => y || 0))
  return {
    lines: layers.map(({ id, color }, at) => ({
      ...{ id, color, width: 1 },
      points: drawnEdge(edges[at] ?? [], edges[at - 1]),
    })),
    axis: ladderRange(top, axisText, 3),
    under: (frame) => fillLayers(frame, layers, edges),
    empty:
      rows.length === 0
        ? 'No messages were counted here. In direct mode nobody counts them.'
        : null,
  }
}

/** A layer without height has no edge: it would hide the one below. */
function drawnEdge(edge: readonly XY[], below: readonly XY[] | undefined): XY[] {
  return edge.map(({ x, y }, at) => ({ x, y: y > (below?.[at]?.y ?? 0) ? y : NaN }))
}

function legend(input: PictureInput): readonly LegendItem[] {
  const at = tallyAt(input)
  const rate = tallyRate(input)
  const seen = new Set(
    talliesInside(input).flatMap((point) => point.messages.map(([name]) => name)),
  )
  return STACK.filter(([family]) => seen.has(family))
    .reverse()
    .map(([family, label]): LegendItem => {
      const value = at ? countText(countOf(at, family) * rate) : '–'
      return { id: family, label, value, swatch: 'area', color: `--m-${tokenOf(family)}` }
    })
}

function tokenOf(family: MessageFamily): string {
  return family === 'heartbeat' ? 'beat' : family
}

function table(input: PictureInput): Table {
  const times = tableTimes(input)
  const rate = tallyRate(input)
  return {
    columns: [times.head('until'), ...STACK.map(([, label]) => `${label}/${input.unit ?? 's'}`)],
    rows: talliesInside(input)
      .filter(isCounted)
      .map((point) => [
        times.cell(point.atMs),
        ...STACK.map(([family]) => Number((countOf(point, family) * rate).toFixed(2))),
      ]),
  }
}
