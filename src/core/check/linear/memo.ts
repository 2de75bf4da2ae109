/**
 * Memo: configurations of a search that were entered once and need not be entered again. Fewer
 * indefinite operations used up is always at least as good, so a configuration is also known when
 * one was entered that differs only in having used less.
 *
 * Bounds: ENTRIES_MAX, and an estimate of its bytes for whoever has a budget.
 */
const ENTRIES_MAX = 16_000_000
const ENTRY_BYTES = 72

export class Memo {
  bytes = 0
  private readonly plain = new Set<string>()
  private readonly used = new Map<string, Uint32Array[]>()
  private entries = 0

  get isFull(): boolean {
    return this.entries >= ENTRIES_MAX
  }

  /** False: it was known. `counts`: how many indefinite operations of each kind are used. */
  add(key: string, counts: Uint32Array): boolean {
    if (counts.length === 0) {
      const size = this.plain.size
      this.plain.add(key)
      if (this.plain.size === size) return false
      this.grow(2 * key.length)
      return true
    }
    const known = this.used.get(key)
    if (known === undefined) {
      this.used.set(key, [counts.slice()])
      this.grow(2 * key.length + ENTRY_BYTES + 4 * counts.length)
      return true
    }
    if (known.some((each) => isWithin(each, counts))) return false
    const rest = known.filter((each) => !isWithin(counts, each))
    rest.push(counts.slice())
    this.used.set(key, rest)
    this.grow(ENTRY_BYTES + 4 * counts.length)
    return true
  }

  private grow(bytes: number): void {
    this.entries += 1
    this.bytes += ENTRY_BYTES + bytes
  }
}

function isWithin(less: Uint32Array, more: Uint32Array): boolean {
  for (let at = 0; at < less.length; at += 1) if ((less[at] ?? 0) > (more[at] ?? 0)) return false
  return true
}
