/**
 * Climbs of rivals that lie on one another once many ballots share a pixel: the lines take turns,
 * and each carries the shape of its proposer now and then, so that none hides the others. Nothing
 * is moved away from its ballot.
 */
import type { Stair } from '../../../../core/measure/series'
import { drawMarker } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import type { Line } from '../useLabChart'
import { firstAt } from './picture'
import { proposersOf, timeOfStair } from './stairFacts'

/** A line shows for so long before it is the next one's turn. */
const TURN_PX = 10
/** Between two shapes of different proposers. */
const APART_PX = 34
const MARKER_PX = 8

/**
 * The first line is drawn last: its dashes leave room for those below, theirs for the ones below
 * them, and the lowest is whole.
 */
export function twined(lines: readonly Line[]): readonly Line[] {
  const turn = TURN_PX
  return lines.map((line, at) => {
    const below = lines.length - 1 - at
    const { dash: _, ...whole } = line
    return below === 0 ? whole : { ...whole, dash: [turn * (at + 1), turn * below] }
  })
}

/** Shapes of the proposers by turns, each where it began a ballot. */
export function paintTwine(frame: PlotFrame, rows: readonly Stair[]): void {
  const proposers = proposersOf(rows)
  if (proposers.length < 2) return
  const own = proposers.map((node) => rows.filter(({ ballot }) => ballot.node === node))
  const perMs = (frame.right - frame.left) / (frame.toMs - frame.fromMs)
  // By time, not by place: a shape keeps its ballot while the window moves on.
  const turnMs = APART_PX / perMs
  const last = Math.floor(frame.toMs / turnMs)
  for (let turn = Math.ceil(frame.fromMs / turnMs); turn <= last; turn += 1) {
    const climb = own[turn % proposers.length] ?? []
    const stair = climb[firstAt(climb, turn * turnMs, timeOfStair)]
    if (!stair || stair.bidAtMs >= (turn + 1) * turnMs) continue
    const [x, y] = [frame.x(stair.bidAtMs), frame.y(stair.ballot.round)]
    drawMarker(frame, stair.ballot.node, x, y, MARKER_PX, stair.electedAtMs === null)
  }
}
