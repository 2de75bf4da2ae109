/**
 * Where things are in the diagram: lanes from top to bottom, time from left to right.
 *
 * Units: CSS px and lab ms; the canvas begins at the plot, gutter and axis are beside it.
 */
import { CLIENTS } from './kinds'

/** Heights of a lane; with less room it shrinks to LANE_PX_MIN before the diagram scrolls. */
export const LANE_PX_LOW = 40
export const LANE_PX_MIN = 32

export interface Layout {
  readonly width: number
  readonly height: number
  /** Lane 0 is that of the clients. */
  readonly lanes: readonly number[]
  /** Height of a lane. */
  readonly laneHeight: number
}

export interface Window {
  readonly fromMs: number
  readonly toMs: number
}

export function layoutOf(width: number, height: number, members: readonly number[]): Layout {
  const lanes = [CLIENTS, ...members]
  return { width, height, lanes, laneHeight: height / lanes.length }
}

/** Height that the lanes need at least. */
export function heightMin(members: number, low: boolean): number {
  return (members + 1) * (low || members > 5 ? LANE_PX_MIN : LANE_PX_LOW)
}

/** Lane of each process, by id; -1: it has none. */
export function laneIndex(lanes: readonly number[]): Int16Array {
  const index = new Int16Array(256).fill(-1)
  lanes.forEach((node, lane) => (index[node] = lane))
  return index
}

export function laneTop({ laneHeight }: Layout, lane: number): number {
  return lane * laneHeight
}

/** The line of a lane; a little low, so that labels have room above it. */
export function laneY({ laneHeight }: Layout, lane: number): number {
  return (lane + 0.5) * laneHeight + (laneHeight > 50 ? 5 : 3)
}

export function xOf({ width }: Layout, { fromMs, toMs }: Window, atMs: number): number {
  return ((atMs - fromMs) / (toMs - fromMs)) * width
}

/** Share of its way after which the arrow of a message that never arrived stops. */
export const STOP_SHARE = 0.52
/** A message whose end is not known is drawn as a stub of this length. */
export const STUB_PX = 14
