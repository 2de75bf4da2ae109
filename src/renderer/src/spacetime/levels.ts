/** How much is drawn of each message, by how many there are in the window (ui.md 4.6). */
import type { MessageStore } from './messageStore'
import type { Level } from './protocol'

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Up to here single arrows with labels. */
export const ARROWS_MAX = 2000
/** More on a pixel and heads cover each other, however few they are in all. */
const ARROWS_PER_PX = 3
/** So few are told apart by the lens of a person who zooms in. */
const ARROWS_MIN = 100
/** Up to here lines without heads; above, density. */
export const LINES_MAX = 20_000
/** A level that is left is taken again only when there are this much fewer. */
const STAY_SHARE = 0.9

/**
 * `spreadPx`: how wide they lie; `arrows`: a person wants lines up to LINES_MAX whatever the former
 * level; `before` holds on.
 */
export function levelOf(count: number, spreadPx: number, arrows: boolean, before: Level): Level {
  const limit = (max: number, level: Level): number => (before > level ? max * STAY_SHARE : max)
  const apart = Math.max(ARROWS_MIN, spreadPx * ARROWS_PER_PX)
  if (count <= limit(Math.min(ARROWS_MAX, apart), 1)) return 1
  if (count <= (arrows ? LINES_MAX : limit(LINES_MAX, 2))) return 2
  return 3
}

/** How wide the messages lie that began in the window, which is `width` px. */
export function spreadPx(store: MessageStore, window: Span, width: number): number {
  const { fromMs, toMs } = window
  const first = store.positionOf(fromMs)
  const last = store.positionOf(toMs) - 1
  if (last <= first) return 0
  const { start } = store.col
  return ((start[store.at(last)]! - start[store.at(first)]!) * width) / (toMs - fromMs)
}

/** Opacity of lines where so many begin on a pixel. */
export function lineAlpha(perPx: number): number {
  return Math.max(0.2, Math.min(0.8, 0.8 / Math.sqrt(Math.max(1, perPx / 2))))
}

export function levelWords(level: Level): string {
  return ['Level 1, arrows', 'Level 2, lines', 'Level 3, density'][level - 1] ?? ''
}
