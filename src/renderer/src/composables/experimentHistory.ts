/**
 * Undo and redo of a text, over every way to change it. Changes of one kind that follow each other
 * quickly are one step.
 *
 * Bounds: STEPS_MAX steps and CHARS_MAX characters; the oldest steps are forgotten first.
 */
export const STEPS_MAX = 300
export const CHARS_MAX = 16_000_000
/** Changes of the same kind within this time are one step, in ms. */
export const TOGETHER_MS = 800

export interface TextHistory {
  readonly past: readonly string[]
  readonly now: string
  readonly future: readonly string[]
  /** What the last change was, and when in ms; null: the next one is a step of its own. */
  readonly last: { readonly kind: string; readonly atMs: number } | null
}

export function beginHistory(text: string): TextHistory {
  return { past: [], now: text, future: [], last: null }
}

/** `kind` names what is changed, such as `text` or the path of a field. */
export function changeText(
  history: TextHistory,
  text: string,
  kind: string,
  atMs: number,
): TextHistory {
  if (text === history.now) return history
  const { last } = history
  const isSame = last?.kind === kind && atMs - last.atMs <= TOGETHER_MS
  const past = isSame ? history.past : bounded([...history.past, history.now])
  return { past, now: text, future: [], last: { kind, atMs } }
}

export function undoText(history: TextHistory): TextHistory {
  const text = history.past.at(-1)
  if (text === undefined) return history
  const past = history.past.slice(0, -1)
  return { past, now: text, future: [...history.future, history.now], last: null }
}

export function redoText(history: TextHistory): TextHistory {
  const text = history.future.at(-1)
  if (text === undefined) return history
  const future = history.future.slice(0, -1)
  return { past: [...history.past, history.now], now: text, future, last: null }
}

function bounded(past: readonly string[]): readonly string[] {
  let chars = past.reduce((sum, text) => sum + text.length, 0)
  let from = Math.max(0, past.length - STEPS_MAX)
  for (const text of past.slice(0, from)) chars -= text.length
  while (chars > CHARS_MAX && from < past.length - 1) {
    chars -= past[from]?.length ?? 0
    from += 1
  }
  return past.slice(from)
}

/** Where a text differs from another: the part of the new one that is not in the old one. */
export function changedRange(before: string, after: string): readonly [from: number, to: number] {
  const least = Math.min(before.length, after.length)
  let head = 0
  while (head < least && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < least - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  return [head, after.length - tail]
}
