/**
 * How well a query fits a text: 0 not at all; more for beginnings of words and for letters that
 * stand together. Every word of the query must occur as a subsequence.
 */
export function rank(query: string, text: string): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return 1
  const target = text.toLowerCase()
  let total = 0
  for (const word of words) {
    const score = rankWord(word, target)
    if (score === 0) return 0
    total += score
  }
  return total
}

function rankWord(word: string, target: string): number {
  const at = target.indexOf(word)
  if (at >= 0) return (at === 0 || target[at - 1] === ' ' ? 100 : 60) + word.length
  let from = 0
  for (const letter of word) {
    const next = target.indexOf(letter, from)
    if (next < 0) return 0
    from = next + 1
  }
  // Scattered letters fit only when they stand close together.
  return from - word.length <= 12 ? 10 : 0
}
