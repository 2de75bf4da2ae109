/**
 * The staircase of ballots: each is a mark of its proposer where it began, at the height of its
 * round; filled once a quorum had promised, crossed where it was preempted, and with a line to
 * where its first value was chosen.
 */
import type { TimeUnit } from '../../../core/check/explore/abstractSteps'
import type { Stair } from '../../../core/measure/series'
import { svg } from '../markup'
import type { Markup } from '../markup'
import { count, figure, moment, plural } from '../words'
import { chartFigure, noChart, px, timeAxis, timeFrame, yAxis } from './frame'
import type { Key, TimedData, TimeFrame } from './frame'
import { markAt, nodeKey } from './marks'
import { fromZero } from './scale'
import type { Scale } from './scale'

/** So many marks have room to be crossed. */
const CROSSED_MAX = 120

export function ballotChart(data: TimedData): Markup {
  const title = 'Ballots'
  const { stairs } = data
  if (stairs.length === 0) return noChart(title, 'No ballot began in this run.')
  const frame = timeFrame(data, 150)
  const top = Math.max(...stairs.map(({ ballot }) => ballot.round))
  const y = fromZero(top, [frame.plotBottom - 4, frame.plotTop + 4], figure, { whole: true })
  const isCrossed = stairs.length <= CROSSED_MAX
  const drawn = stairs.map((stair) => drawStair(stair, frame, y, isCrossed))
  const proposers = [...new Set(stairs.map(({ ballot }) => ballot.node))].sort((a, b) => a - b)
  const chosen = stairs.filter(({ chosenAtMs }) => chosenAtMs !== null).length
  const { stairsLeftOut } = data
  return chartFigure(
    {
      ...{ id: 'ballots', title, unit: 'round of the ballot' },
      description: `${plural(
        stairs.length + stairsLeftOut,
        'ballot',
      )} by ${plural(proposers.length, 'proposer')}; ${plural(chosen, 'ballot')} chose a value.`,
      keys: [...proposers.map(nodeKey), ...KEYS.filter((_, at) => isCrossed || at !== 1)],
      note:
        stairsLeftOut > 0 ? `${count(stairsLeftOut)} ballots that chose nothing are left out.` : '',
    },
    frame.height,
    svg`${yAxis(y)}${frame.bands}${timeAxis(frame)}${drawn}`,
  )
}

function drawStair(stair: Stair, frame: TimeFrame, y: Scale, isCrossed: boolean): Markup {
  const { ballot, bidAtMs, electedAtMs, preemptedAtMs, chosenAtMs } = stair
  const x = frame.x.at(bidAtMs)
  const height = y.at(ballot.round)
  const radius = isCrossed ? 4 : 2.6
  const shape = electedAtMs === null ? 'hollow' : 'mark'
  const cross =
    preemptedAtMs === null || !isCrossed ? null : crossAt(frame.x.at(preemptedAtMs), height)
  const dot =
    chosenAtMs === null
      ? null
      : svg`<path class="line ink-ok" d="M${px(x)} ${px(height)}H${px(frame.x.at(chosenAtMs))}"/
        ><circle class="chosen" cx="${px(frame.x.at(chosenAtMs))}" cy="${px(height)}" r="4"/>`
  return svg`<g class="n${ballot.node}"><title>${titleOf(stair, frame.time)}</title><path class="${shape}"
    d="${markAt(ballot.node, x, height, radius)}"/>${cross}${dot}</g>`
}

function crossAt(x: number, y: number): Markup {
  return svg`<path class="end" d="M${px(x - 3)} ${px(y - 3)}l6 6m0-6l-6 6"/>`
}

function titleOf(stair: Stair, time: TimeUnit): string {
  const { ballot, bidAtMs, electedAtMs, preemptedAtMs, preemptedBy, chosenAtMs } = stair
  const parts = [`ballot ${ballot.round}.${ballot.node} began at ${moment(bidAtMs, time)}`]
  if (electedAtMs !== null) parts.push(`had its quorum at ${moment(electedAtMs, time)}`)
  if (preemptedAtMs !== null) {
    const by = preemptedBy === null ? '' : ` by ${preemptedBy.round}.${preemptedBy.node}`
    parts.push(`was preempted${by} at ${moment(preemptedAtMs, time)}`)
  }
  if (chosenAtMs !== null) parts.push(`chose a value at ${moment(chosenAtMs, time)}`)
  return parts.join(', ')
}

const KEYS: readonly Key[] = [
  {
    name: 'filled: a quorum promised',
    mark: svg`<svg viewBox="0 0 22 10" aria-hidden="true"><path class="mark n1" d="M2 1h8v8h-8z"/
      ><path class="hollow n1" d="M12 1h8v8h-8z"/></svg>`,
  },
  {
    name: 'preempted',
    mark: svg`<svg viewBox="0 0 22 10" aria-hidden="true">${crossAt(12, 5)}</svg>`,
  },
  {
    name: 'first value chosen',
    mark: svg`<svg viewBox="0 0 22 10" aria-hidden="true"><circle class="chosen" cx="12" cy="5"
      r="4"/></svg>`,
  },
]
