/** Seeds for a reader: `1–20` where they follow each other, else a list, at most so long. */

const LISTED_MAX = 8

export function seedsWords(seeds: readonly number[]): string {
  const [first, ...rest] = seeds
  if (first === undefined) return 'none'
  const last = rest.at(-1)
  const isRange = rest.every((seed, at) => seed === first + at + 1)
  if (isRange && last !== undefined && rest.length > 1) return `${first}–${last}`
  const more = seeds.length - LISTED_MAX
  const listed = seeds.slice(0, LISTED_MAX).join(', ')
  return more > 0 ? `${listed} and ${more} more` : listed
}
