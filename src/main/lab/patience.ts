/**
 * Patience: how long the lab waits for the answer of a node. In step mode a node answers when it is
 * let to, so that no time is counted then, and whoever waited has the whole time again afterwards.
 */

/** When nobody was held up any more: ms of `performance.now()`; Infinity while all are held up. */
export type HeldTo = () => number

export const NEVER_HELD: HeldTo = () => -Infinity

/** Calls `late` once, `limitMs` after now or after the end of being held. Answers how to cancel. */
export function giveUpAfter(limitMs: number, heldTo: HeldTo, late: () => void): () => void {
  const startMs = performance.now()
  const check = (): void => {
    const leftMs = Math.max(startMs, heldTo()) + limitMs - performance.now()
    if (leftMs <= 0) late()
    else timer = setTimeout(check, Math.min(leftMs, limitMs))
  }
  let timer = setTimeout(check, limitMs)
  return () => clearTimeout(timer)
}
