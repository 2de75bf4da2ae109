/**
 * Quorums as text: the sets of one phase as `1,2 | 3,4`. Pure.
 *
 * Errors: a word that is no node is named; whether phases meet is judged elsewhere.
 */
type SetsText =
  | { readonly ok: true; readonly sets: readonly (readonly number[])[] }
  | { readonly ok: false; readonly words: string }

const SETS_MAX = 100

export function parseSets(text: string): SetsText {
  if (text.trim() === '') return { ok: true, sets: [] }
  const sets: number[][] = []
  for (const part of text.split('|')) {
    const words = part.split(/[\s,]+/).filter((word) => word !== '')
    const wrong = words.find((word) => !/^[1-9]$/.test(word))
    if (wrong !== undefined) return { ok: false, words: `“${wrong}” is no node.` }
    sets.push([...new Set(words.map(Number))])
  }
  if (sets.length > SETS_MAX) return { ok: false, words: `At most ${SETS_MAX} sets a phase.` }
  return { ok: true, sets }
}

export function formatSets(sets: readonly (readonly number[])[]): string {
  return sets.map((set) => set.join(',')).join(' | ')
}

/** Rows and columns of the smallest grid that shows the point: one node of each row is met. */
export function exampleSets(acceptors: readonly number[]): {
  readonly phase1: readonly (readonly number[])[]
  readonly phase2: readonly (readonly number[])[]
} {
  const half = Math.ceil(acceptors.length / 2)
  const left = acceptors.slice(0, half)
  const right = acceptors.slice(half)
  if (right.length === 0) return { phase1: [left], phase2: [left] }
  const pairs = left.map((node, at) => [node, right[Math.min(at, right.length - 1)] ?? node])
  return { phase1: [left, right], phase2: pairs }
}
