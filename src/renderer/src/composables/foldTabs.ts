/** Which tabs of a strip are shown when not all have room, px; the others go to its menu. */

/** Of a tab that was never shown. */
const UNKNOWN_PX = 80

/** `foldFirst`: all tabs, those that a person misses least first. `kept` is always shown. */
export function foldTabs<Name extends string>(
  foldFirst: readonly Name[],
  widths: ReadonlyMap<string, number>,
  roomPx: number,
  kept: string,
): ReadonlySet<Name> {
  const folded = new Set<Name>()
  // Not laid out yet, or nowhere to be laid out.
  if (roomPx <= 0 || widths.size === 0) return folded
  const widthOf = (name: string): number => widths.get(name) ?? UNKNOWN_PX
  const isOne = foldFirst.some((name) => name === kept)
  let takenPx = foldFirst.reduce((sum, name) => sum + widthOf(name), isOne ? 0 : widthOf(kept))
  for (const name of foldFirst) {
    if (takenPx <= roomPx) break
    if (name === kept) continue
    folded.add(name)
    takenPx -= widthOf(name)
  }
  return folded
}
