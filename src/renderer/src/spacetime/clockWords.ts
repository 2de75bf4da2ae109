/** The estimate of clocks in words: toggle, list and the sign on the picture say the same. */
import type { ClockEstimate, NodeClock } from './clockEstimate'
import { processName } from './words'

/** So many are named on the picture; the list has them all. */
const NAMED_MAX = 4

export const ALIGN_WHAT =
  'Moves what a node timed by its own clock, by one constant for each node, so that no message ' +
  'arrives before it was sent: to the middle between the bounds that messages both ways allow. ' +
  'A node that no message contradicts stays. Table, inspector, filter, ranges and CSV keep the ' +
  'recorded times.'

/** `+12.0 ms`, `−3.42 ms`: three digits, never finer than 0.01 ms. */
export function shiftWords(ms: number): string {
  const size = Math.abs(ms)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2
  const text = size.toFixed(digits)
  return Number(text) === 0 ? '0 ms' : `${ms < 0 ? '−' : '+'}${text} ms`
}

export function shiftedOf({ nodes }: ClockEstimate): readonly NodeClock[] {
  return nodes.filter(({ state }) => state === 'shifted')
}

/** What stands on the picture while clocks are aligned. */
export function badgeWords(estimate: ClockEstimate): string {
  const shifted = shiftedOf(estimate)
  if (shifted.length === 0) return 'clocks aligned: none shifted'
  const named = shifted
    .slice(0, NAMED_MAX)
    .map(({ node, shiftMs }) => `${processName(node)} ${shiftWords(shiftMs)}`)
  const more = shifted.length - named.length
  return `clocks aligned: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Why nothing moved; empty: something did. */
export function nothingWords(estimate: ClockEstimate): string {
  if (shiftedOf(estimate).length > 0) return ''
  if (estimate.nodes.some(({ state }) => state === 'contradicts')) {
    return 'Nothing was shifted: no constant shift fits what the messages say.'
  }
  if (estimate.messages > 0) {
    return 'Nothing was shifted: no message arrived before it was sent.'
  }
  if (estimate.oneClock > 0) {
    return (
      'Nothing was shifted: both ends of every message were timed by one clock, that of the ' +
      'switchboard, so no clock of a node can skew them.'
    )
  }
  return 'Nothing was shifted: no message told of both its ends yet.'
}

export function stateWords({ state, room }: NodeClock): string {
  switch (state) {
    case 'reference':
      return 'the others are compared with it'
    case 'agrees':
      return 'stays: no message contradicts it'
    case 'shifted':
      return room === null
        ? 'shifted'
        : `the middle of ${shiftWords(room[0])} and ${shiftWords(room[1])}`
    case 'contradicts':
      return 'stays: its clock drifts or was set, no one shift fits'
    case 'unlinked':
      return 'stays: no messages both ways'
  }
}

/** The list as lines, for a tooltip. */
export function clockLines(estimate: ClockEstimate): string {
  if (estimate.messages === 0) return nothingWords(estimate)
  return estimate.nodes
    .map((clock) => `${processName(clock.node)} ${shiftWords(clock.shiftMs)}, ${stateWords(clock)}`)
    .join('\n')
}
