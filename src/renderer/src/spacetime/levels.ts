/** How much is drawn of each message, by how many there are in the window (ui.md 4.6). */
import type { Level } from './protocol'

/** Up to here single arrows with labels. */
export const ARROWS_MAX = 2000
/** Up to here lines without heads; above, density. */
export const LINES_MAX = 20_000
/** A level that is left is taken again only when there are this much fewer. */
const STAY_SHARE = 0.9

/** `arrows`: a person wants lines up to LINES_MAX whatever the former level; `before` holds on. */
export function levelOf(count: number, arrows: boolean, before: Level): Level {
  const limit = (max: number, level: Level): number => (before > level ? max * STAY_SHARE : max)
  if (count <= limit(ARROWS_MAX, 1)) return 1
  if (count <= (arrows ? LINES_MAX : limit(LINES_MAX, 2))) return 2
  return 3
}

/** Opacity of lines where so many begin on a pixel. */
export function lineAlpha(perPx: number): number {
  return Math.max(0.2, Math.min(0.8, 0.8 / Math.sqrt(Math.max(1, perPx / 2))))
}

export function levelWords(level: Level): string {
  return ['Level 1, arrows', 'Level 2, lines', 'Level 3, density'][level - 1] ?? ''
}
