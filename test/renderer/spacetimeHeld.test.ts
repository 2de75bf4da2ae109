/** Frames that wait at the gate, as the space-time diagram has them: few hands, or counts. */
import { describe, expect, it } from 'vitest'
import type { GateFrame, LabEvent } from '../../src/core/event'
import {
  laneIndex,
  LANE_PX_MIN,
  laneTop,
  laneY,
  layoutOf,
} from '../../src/renderer/src/spacetime/geometry'
import { GROUP_PX, HAND_PX, heldMarks, pillOf } from '../../src/renderer/src/spacetime/heldMarks'
import type { HeldFrame } from '../../src/renderer/src/spacetime/heldMarks'
import { Ingest } from '../../src/renderer/src/spacetime/ingest'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'

const LAYOUT = layoutOf(1000, 384, [1, 2, 3, 4, 5])
/** A pixel is a millisecond. */
const WINDOW = { fromMs: 0, toMs: 1000 }
const LANES = laneIndex(LAYOUT.lanes)

const frameOf = (id: number, from: number, to: number, fault = 'f1'): GateFrame => ({
  ...({ id, link: { from, to }, message: 'accept', ballot: null } as const),
  ...{ slot: 0, count: 0, bytes: 9, fault },
})
const held = (id: number, sinceMs: number, from = 1, to = 2): HeldFrame => ({
  frame: frameOf(id, from, to),
  sinceMs,
})
const marksOf = (frames: readonly HeldFrame[]) => heldMarks(frames, LAYOUT, WINDOW, LANES)

describe('marks of frames that wait', () => {
  it('are a hand each as long as every hand can be told from the next', () => {
    const toAll = [2, 3, 4, 5].map((to) => held(to, 100, 1, to))
    expect(marksOf(toAll).hands).toHaveLength(4)
    const apart = [held(1, 100), held(2, 100 + HAND_PX)]
    expect(marksOf(apart)).toMatchObject({ hands: [{}, {}], groups: [] })
  })

  it('stand together behind their count once two of them would touch', () => {
    const close = [held(1, 100), held(2, 100 + HAND_PX / 2), held(3, 100 + GROUP_PX * 4)]
    const { hands, groups } = marksOf(close)
    expect(groups).toMatchObject([{ lane: 1, count: 2 }])
    expect(hands).toHaveLength(1)
  })

  it('are few however many frames wait, and the counts are of all of them', () => {
    const many = Array.from({ length: 5000 }, (_, at) =>
      held(at, (at * 7) % 1000, 1 + (at % 5), 1 + ((at + 1 + (at % 4)) % 5)),
    )
    const { hands, groups } = marksOf(many)
    const total = groups.reduce((sum, { count }) => sum + count, hands.length)
    expect(total).toBe(5000)
    expect(hands.length + groups.length).toBeLessThanOrEqual(5 * Math.ceil(1000 / GROUP_PX))
  })

  it.each([LANE_PX_MIN, 40, 52, 64])('a count stays in its lane of %i px', (lanePx) => {
    const layout = layoutOf(700, 6 * lanePx, [1, 2, 3, 4, 5])
    for (let lane = 0; lane < 6; lane += 1) {
      const { top, height } = pillOf(layout, lane)
      expect(top + height).toBeLessThan(laneTop(layout, lane + 1))
      expect(top).toBeGreaterThan(laneTop(layout, lane))
      // Room for its words, and where the lane is high enough, below its line.
      expect(height).toBeGreaterThanOrEqual(14)
      if (lanePx >= 64) expect(top).toBeGreaterThan(laneY(layout, lane))
    }
  })

  it('that came before the window stand at its edge, those after it nowhere', () => {
    expect(marksOf([held(1, -500)]).hands).toMatchObject([{ x0: 0 }])
    expect(marksOf([held(1, 1001)])).toEqual({ hands: [], groups: [] })
  })
})

it('the end of a hold ends what waited for it, though not every frame was told to leave', () => {
  const ingest = new Ingest(new MessageStore())
  const at = { seq: 1, atMs: 5, by: 'lab' } as const
  const holdOf = (id: string): LabEvent => ({
    ...{ ...at, type: 'faultEnded' },
    fault: {
      ...{ id, startedAtMs: 1, endedAtMs: 9 },
      fault: { kind: 'hold', links: [], match: {}, atEnd: 'release' },
    } as never,
  })
  ingest.feed([
    { ...at, type: 'frameHeld', frame: frameOf(1, 1, 2, 'f1') },
    { ...at, type: 'frameHeld', frame: frameOf(2, 1, 2, 'f2') },
    holdOf('f1'),
  ])
  expect([...ingest.held.keys()]).toEqual([2])
})
