/**
 * Which frames at the gate have a sign of their own, and which stand together behind a count. Marks
 * that are closer than they can be read would be a wall, and say less than their number.
 */
import type { GateFrame } from '../../../core/event'
import { laneTop, laneY, xOf } from './geometry'
import type { Layout, Window } from './geometry'

export interface HeldFrame {
  readonly frame: GateFrame
  readonly sinceMs: number
}

/** A hand at the side of its link. */
export interface HeldHand {
  readonly x0: number
  readonly y0: number
  readonly x: number
  readonly y: number
}

/** Frames of one sender, from the first to the last of them in px. */
export interface HeldGroup {
  readonly lane: number
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Centres of two hands are at least so far apart. */
export const HAND_PX = 18
/** From the line of the lane to the hand, as a share of the way, and to the right. */
const HAND_SHARE = 0.42
const HAND_RIGHT_PX = 10
/** A count takes so much room: groups that are closer are one. */
export const GROUP_PX = 72

/** Below the line of the lane, so that its milestones stay in sight. */
const PILL_DOWN_PX = 8
const PILL_PX = { most: 18, least: 14 } as const

/** Where a count stands: within its lane, whose words it may touch rather than the next one's. */
export function pillOf(
  layout: Layout,
  lane: number,
): { readonly top: number; readonly height: number } {
  const bottom = laneTop(layout, lane + 1) - 1
  const wanted = laneY(layout, lane) + PILL_DOWN_PX
  const height = Math.max(PILL_PX.least, Math.min(PILL_PX.most, bottom - wanted))
  return { top: Math.min(wanted, bottom - height), height }
}

interface Item {
  readonly hand: HeldHand
  readonly lane: number
}

export function heldMarks(
  held: Iterable<HeldFrame>,
  layout: Layout,
  window: Window,
  laneOf: Int16Array,
): { readonly hands: readonly HeldHand[]; readonly groups: readonly HeldGroup[] } {
  const hands: HeldHand[] = []
  const groups: HeldGroup[] = []
  const items = itemsOf(held, layout, window, laneOf)
  const crowded = crowdedOf(items)
  for (const lane of new Set(items.map((item) => item.lane))) {
    const own = items.filter((item) => item.lane === lane)
    own.sort((a, b) => a.hand.x0 - b.hand.x0)
    for (const run of runsOf(own)) {
      if (!run.some((item) => crowded.has(item))) hands.push(...run.map(({ hand }) => hand))
      else {
        const [from, to] = [run[0]!.hand.x0, run.at(-1)!.hand.x0]
        groups.push({ lane, from, to, count: run.length })
      }
    }
  }
  return { hands, groups }
}

/** Those that began to wait before the window stand at its edge: they wait still. */
function itemsOf(
  held: Iterable<HeldFrame>,
  layout: Layout,
  window: Window,
  laneOf: Int16Array,
): Item[] {
  const items: Item[] = []
  for (const { frame, sinceMs } of held) {
    const lane = laneOf[frame.link.from] ?? -1
    const to = laneOf[frame.link.to] ?? -1
    if (lane < 0 || to < 0 || sinceMs > window.toMs) continue
    const x0 = Math.max(0, xOf(layout, window, sinceMs))
    const y0 = laneY(layout, lane)
    const y = y0 + (laneY(layout, to) - y0) * HAND_SHARE
    items.push({ lane, hand: { x0, y0, x: x0 + HAND_RIGHT_PX, y } })
  }
  return items
}

/** By cells of the size of a hand: only neighbours are compared, the first few of a cell. */
function crowdedOf(items: readonly Item[]): ReadonlySet<Item> {
  const cells = new Map<string, Item[]>()
  const crowded = new Set<Item>()
  for (const item of items) {
    const { x, y } = item.hand
    const [column, row] = [Math.floor(x / HAND_PX), Math.floor(y / HAND_PX)]
    for (let right = -1; right <= 1; right += 1) {
      for (let down = -1; down <= 1; down += 1) {
        for (const other of cells.get(`${column + right} ${row + down}`) ?? []) {
          if (Math.hypot(other.hand.x - x, other.hand.y - y) >= HAND_PX) continue
          crowded.add(item).add(other)
        }
      }
    }
    const own = cells.get(`${column} ${row}`)
    if (own === undefined) cells.set(`${column} ${row}`, [item])
    // Whoever comes is crowded by the first ones of a full cell already.
    else if (own.length < 4) own.push(item)
  }
  return crowded
}

function runsOf(sorted: readonly Item[]): Item[][] {
  const runs: Item[][] = []
  for (const item of sorted) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run === undefined || last === undefined) runs.push([item])
    else if (item.hand.x0 - last.hand.x0 < GROUP_PX) run.push(item)
    else runs.push([item])
  }
  return runs
}
