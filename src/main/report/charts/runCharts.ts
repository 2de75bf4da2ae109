/**
 * The charts of one run, one below the other over the same time: throughput, latency, ballots,
 * leaders, progress of the logs. Every fault is a band on each of them.
 */
import type { LoadPoint, ProgressPoint } from '../../../core/measure/series'
import { svg } from '../markup'
import type { Markup } from '../markup'
import { count, figure, moment, plural, span } from '../words'
import { chartFigure, lineKey, noChart, PLOT, px, timeAxis, timeFrame, yAxis } from './frame'
import type { TimedData, TimeFrame } from './frame'
import { markAt, nodeDash, nodeKey } from './marks'
import { fromZero, logarithmic } from './scale'
import type { Scale } from './scale'

export function runCharts(data: TimedData, members: readonly number[]): Markup[] {
  return [throughput(data), latency(data), leaders(data, members), progress(data, members)]
}

/** A timer that is late leaves a bucket or two without a sample; more is a load that was off. */
const GAP_SPANS = 3.2

type Value = (point: LoadPoint) => number | null

/** Path through the points; a bucket without a value, or a missing one, breaks it. */
function path(data: TimedData, frame: TimeFrame, y: Scale, value: Value): string {
  let lastMs = -Infinity
  return data.load
    .map((point) => {
      const at = value(point)
      if (at === null) {
        lastMs = -Infinity
        return ''
      }
      const joined = point.atMs - lastMs <= data.loadSpanMs * GAP_SPANS
      lastMs = point.atMs
      const x = frame.x.at(point.atMs - data.loadSpanMs / 2)
      return `${joined ? 'L' : 'M'}${px(x)} ${px(y.at(at))}`
    })
    .join('')
}

function highest(data: TimedData, ...values: readonly Value[]): number {
  return Math.max(0, ...data.load.flatMap((point) => values.map((value) => value(point) ?? 0)))
}

function throughput(data: TimedData): Markup {
  const title = 'Throughput'
  if (data.load.length === 0) return noChart(title, 'No client asked for anything in this run.')
  const offered: Value = (point) => point.sentPerSecond
  const acked: Value = (point) => point.ackedPerSecond
  const lost: Value = (point) => point.failedPerSecond + point.unknownPerSecond
  const frame = timeFrame(data, 130)
  const y = fromZero(highest(data, offered, acked, lost), [frame.plotBottom, frame.plotTop], figure)
  const hasLost = highest(data, lost) > 0
  const content = svg`${yAxis(y)}${frame.bands}${timeAxis(frame)}
<path class="line ink-muted dash1" d="${path(data, frame, y, offered)}"/>
<path class="line" d="${path(data, frame, y, acked)}"/>
${hasLost ? svg`<path class="line ink-bad dash2" d="${path(data, frame, y, lost)}"/>` : null}`
  return chartFigure(
    {
      ...{ id: 'throughput', title, unit: 'requests a second' },
      description: `Acknowledged at most ${figure(
        highest(data, acked),
      )} a second over ${span(data.toMs, data.time)}, with ${plural(data.bands.length, 'fault')}.`,
      keys: [
        lineKey('acknowledged', ''),
        lineKey('offered', 'ink-muted dash1'),
        ...(hasLost ? [lineKey('failed or unknown', 'ink-bad dash2')] : []),
      ],
    },
    frame.height,
    content,
  )
}

function latency(data: TimedData): Markup {
  const title = 'Latency of acknowledged requests'
  const p50: Value = (point) => point.p50Ms
  const p99: Value = (point) => point.p99Ms
  const values = data.load.flatMap((point) =>
    [point.p50Ms, point.p99Ms].flatMap((one) => one ?? []),
  )
  if (values.length === 0) return noChart(title, 'Nothing was acknowledged.')
  const frame = timeFrame(data, 110)
  const range = [frame.plotBottom, frame.plotTop] as const
  const y = logarithmic([Math.min(...values), Math.max(...values)], range, figure)
  const lines: readonly (readonly [string, string, Value])[] = [
    ['median', '', p50],
    ['95 of 100 below', 'dash1', (point) => point.p95Ms],
    ['99 of 100 below', 'dash2', p99],
  ]
  const drawn = lines.map(
    ([, dash, value]) => svg`<path class="line ${dash}" d="${path(data, frame, y, value)}"/>`,
  )
  return chartFigure(
    {
      ...{ id: 'latency', title, unit: 'ms, logarithmic' },
      description:
        `Median of ${figure(Math.min(...values))} ms and more; ` +
        `one in a hundred took up to ${figure(Math.max(...values))} ms.`,
      keys: lines.map(([name, dash]) => lineKey(name, dash)),
    },
    frame.height,
    svg`${yAxis(y)}${frame.bands}${timeAxis(frame)}${drawn}`,
  )
}

const LANE = 22

function leaders(data: TimedData, members: readonly number[]): Markup {
  const title = 'Who led, prepared, was down or paused'
  if (data.lanes.length === 0) return noChart(title, 'No node prepared a ballot.')
  const frame = timeFrame(data, LANE * members.length)
  const topOf = (node: number): number => frame.plotTop + members.indexOf(node) * LANE + 4
  const spans = data.lanes
    .filter(({ node }) => members.includes(node))
    .map(({ node, kind, ballot, fromMs, toMs }) => {
      const from = frame.x.at(fromMs)
      const width = Math.max(1.2, frame.x.at(toMs ?? data.toMs) - from)
      const own = { preparing: 'prep', leading: 'lead', down: 'down', paused: 'paused' }[kind]
      const name = ballot === null ? '' : `${ballot.round}.${ballot.node}`
      const fits = kind === 'leading' && width > name.length * 6 + 10
      const [begin, end] = [fromMs, toMs ?? data.toMs].map((ms) => moment(ms, data.time))
      return svg`<g class="n${node}"><title>N${node} ${kind} ${name} from ${begin ?? ''} to
        ${end ?? ''}</title><rect class="${own}" x="${px(from)}"
          y="${px(topOf(node))}" width="${px(width)}" height="${LANE - 8}"/>${
            fits
              ? svg`<text
            class="strong" x="${px(from + 5)}" y="${px(topOf(node) + 11)}">${name}</text>`
              : null
          }</g>`
    })
  const names = members.map(
    (node) =>
      svg`<g class="n${node}"><path class="mark" d="${markAt(node, 18, topOf(node) + 7, 4)}"/
        ><text x="28" y="${px(topOf(node) + 11)}">N${node}</text><path class="grid" d="M${PLOT[0]}
          ${px(topOf(node) + LANE - 6)}H${PLOT[1]}"/></g>`,
  )
  const key = (name: string, shape: string) => ({
    name,
    mark: svg`<svg viewBox="0 0 22 10" class="n1" aria-hidden="true"><rect class="${shape}" x="1"
      y="1" width="20" height="8"/></svg>`,
  })
  return chartFigure(
    {
      ...{ id: 'leaders', title, unit: 'by node, as it believed itself' },
      description: `${plural(
        data.lanes.length,
        'span',
      )} of leading, preparing, being down or paused.`,
      keys: [
        key('leads', 'lead'),
        key('prepares', 'prep'),
        key('down', 'down'),
        key('paused', 'paused'),
      ],
      note:
        data.lanesLeftOut > 0
          ? `${count(data.lanesLeftOut)} of the shortest spans are left out.`
          : '',
    },
    frame.height,
    svg`${timeAxis(frame)}${names}${frame.bands}${spans}`,
  )
}

function progress(data: TimedData, members: readonly number[]): Markup {
  const title = 'Progress of the logs'
  const rows = members.flatMap((node): [number, readonly ProgressPoint[]][] => {
    const points = data.progress.get(node) ?? []
    return points.length === 0 ? [] : [[node, points]]
  })
  const top = Math.max(0, ...rows.flatMap(([, points]) => points.map((one) => one.chosenThrough)))
  if (rows.length === 0 || top === 0) return noChart(title, 'No node knew of a chosen slot.')
  const frame = timeFrame(data, 130)
  const y = fromZero(top, [frame.plotBottom, frame.plotTop], figure, { whole: true })
  const lines = rows.map(([node, points]) => {
    const d = points
      .map(
        ({ atMs, chosenThrough }, at) =>
          `${at === 0 ? 'M' : 'L'}${px(frame.x.at(atMs))} ${px(y.at(chosenThrough))}`,
      )
      .join('')
    const last = points.at(-1)
    const end = last && markAt(node, frame.x.at(last.atMs), y.at(last.chosenThrough), 3.5)
    return svg`<g class="n${node}"><path class="line ink-node ${nodeDash(node)}" d="${d}"/><path
      class="mark" d="${end ?? ''}"/></g>`
  })
  return chartFigure(
    {
      ...{ id: 'progress', title, unit: 'slots known as chosen without a gap' },
      description: `${plural(
        rows.length,
        'node',
      )}; the highest knew ${count(top)} slots as chosen.`,
      keys: rows.map(([node]) => nodeKey(node)),
    },
    frame.height,
    svg`${yAxis(y)}${frame.bands}${timeAxis(frame)}${lines}`,
  )
}
