/**
 * The rules of looking at time: which window of it the charts show, and at which moment the
 * pictures stand. Pure; `stores/time.ts` holds one, tests model it.
 *
 * Units: lab time in ms.
 * Live:  `cursorMs` null; the pictures show the newest moment. Otherwise they stand at the cursor
 *        while recording goes on: the two times are never confused.
 * Follow: the window's right edge moves with the newest moment.
 */
export interface TimeView {
  /** Newest recorded moment. */
  readonly nowMs: number
  readonly cursorMs: number | null
  readonly fromMs: number
  readonly toMs: number
  readonly follow: boolean
  /** Length of the following window once the run is as long; Infinity: always the whole run. */
  readonly wantMs: number
  /** The cursor moves on by itself. */
  readonly playing: boolean
  /** Time of the run that one of the clock plays: 0.01 shows 10 ms of it a second. */
  readonly speed: number
  /** The run is over: there is no room to grow. Missing: it is not. */
  readonly ended?: boolean
}

export const SPAN_MS = 30_000
export const SPAN_MS_MIN = 50
/** From one frame of loopback to a run of an hour. */
export const SPEEDS = [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 4, 10, 100] as const
/** A young run grows into windows of these lengths: two jumps of the scale, not a creeping one. */
const YOUNG_MS = [10_000, 20_000, SPAN_MS]

export const START_VIEW: TimeView = {
  nowMs: 0,
  cursorMs: null,
  fromMs: 0,
  toMs: 10_000,
  follow: true,
  wantMs: SPAN_MS,
  playing: false,
  speed: 1,
}

/** The whole run, with room to grow while it is young and goes on. */
export function extentMs(view: Pick<TimeView, 'nowMs' | 'ended'>): number {
  if (view.ended === true) return Math.max(SPAN_MS_MIN, view.nowMs)
  return YOUNG_MS.find((ms) => ms >= view.nowMs) ?? view.nowMs
}

export function spanMs(view: TimeView): number {
  return view.toMs - view.fromMs
}

/** The moment that pictures show. */
export function shownMs(view: TimeView): number {
  return view.cursorMs ?? view.nowMs
}

export function advance(view: TimeView, nowMs: number): TimeView {
  if (!(nowMs > view.nowMs)) return view
  const next = { ...view, nowMs }
  return view.follow ? toLiveEdge(next) : next
}

/** Back to the newest moment; a second time also back to the ordinary length of the window. */
export function goLive(view: TimeView): TimeView {
  const wantMs = view.follow ? SPAN_MS : view.wantMs
  return toLiveEdge({ ...view, cursorMs: null, playing: false, follow: true, wantMs })
}

/** The run ended, or goes on: the window that followed it ends where it does. */
export function end(view: TimeView, ended: boolean): TimeView {
  if ((view.ended ?? false) === ended) return view
  const next = { ...view, ended }
  return view.follow ? toLiveEdge(next) : next
}

/** Puts the cursor somewhere; the window stays, unless the cursor would be outside. */
export function pin(view: TimeView, atMs: number): TimeView {
  const cursorMs = clamp(atMs, 0, view.nowMs)
  return reveal({ ...view, cursorMs, follow: false, playing: false }, cursorMs)
}

export function nudge(view: TimeView, byMs: number): TimeView {
  return pin(view, shownMs(view) + byMs)
}

/**
 * Space: freezes a live picture; lets a frozen one run on from the cursor, and back. A run that is
 * over, and stands at its end, plays from its start.
 */
export function togglePlay(view: TimeView): TimeView {
  if (view.ended === true && !view.playing && shownMs(view) >= view.nowMs) {
    return view.nowMs > 0 ? { ...pin(view, 0), playing: true } : view
  }
  if (view.cursorMs === null) return pin(view, view.nowMs)
  return { ...view, playing: !view.playing }
}

/** The next speed, up or down; there is none above the highest and below the lowest. */
export function changeSpeed(view: TimeView, direction: 1 | -1): TimeView {
  const speeds: readonly number[] = direction === 1 ? SPEEDS : SPEEDS.toReversed()
  const next = speeds.find((speed) => (speed - view.speed) * direction > 0)
  return next === undefined ? view : { ...view, speed: next }
}

export function setSpeed(view: TimeView, speed: number): TimeView {
  return { ...view, speed: clamp(speed, SPEEDS[0], Math.max(...SPEEDS)) }
}

/** `byMs` of the clock pass while playing; at the newest moment the view is live again. */
export function play(view: TimeView, byMs: number): TimeView {
  if (!view.playing || view.cursorMs === null) return view
  const cursorMs = view.cursorMs + byMs * view.speed
  if (cursorMs >= view.nowMs) return goLive(view)
  return reveal({ ...view, cursorMs }, cursorMs)
}

/** Looks at `fromMs` to `toMs`. A window that ends at the newest moment keeps following it. */
export function look(view: TimeView, fromMs: number, toMs: number): TimeView {
  const most = extentMs(view)
  const span = clamp(Math.abs(toMs - fromMs), SPAN_MS_MIN, most)
  const middle = (fromMs + toMs) / 2
  const from = clamp(middle - span / 2, 0, most - span)
  const atEdge = from + span >= most - span * 0.01
  const follow = atEdge && view.cursorMs === null
  const next = { ...view, fromMs: from, toMs: from + span, follow }
  return follow ? toLiveEdge({ ...next, wantMs: span }) : next
}

/** `factor` < 1 zooms in; the moment `aroundMs` keeps its place, or the live edge does. */
export function zoom(view: TimeView, factor: number, aroundMs: number): TimeView {
  const span = clamp(spanMs(view) * factor, SPAN_MS_MIN, extentMs(view))
  if (view.follow) return toLiveEdge({ ...view, wantMs: span })
  const share = clamp((aroundMs - view.fromMs) / spanMs(view), 0, 1)
  const from = aroundMs - share * span
  return look(view, from, from + span)
}

export function pan(view: TimeView, byMs: number): TimeView {
  const most = extentMs(view)
  const from = clamp(view.fromMs + byMs, 0, most - spanMs(view))
  return look(view, from, from + spanMs(view))
}

/** The whole run so far; while it is live, also what is still to come. */
export function fit(view: TimeView): TimeView {
  if (view.cursorMs === null) return toLiveEdge({ ...view, follow: true, wantMs: Infinity })
  return look(view, 0, view.nowMs)
}

function toLiveEdge(view: TimeView): TimeView {
  const most = extentMs(view)
  return { ...view, fromMs: most - Math.min(view.wantMs, most), toMs: most }
}

/** Moves the window by as little as shows `atMs`, with a tenth of room beyond it. */
function reveal(view: TimeView, atMs: number): TimeView {
  const span = spanMs(view)
  const room = span / 10
  if (atMs >= view.fromMs && atMs <= view.toMs) return view
  const from = atMs < view.fromMs ? atMs - room : atMs + room - span
  const clamped = clamp(from, 0, extentMs(view) - span)
  return { ...view, fromMs: clamped, toMs: clamped + span }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most))
}
