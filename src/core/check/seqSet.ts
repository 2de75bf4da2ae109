/**
 * Sets of request numbers, by session: runs of consecutive numbers, because clients count.
 *
 * Bounds: `RUNS_MAX` runs a session; then the two oldest become one, and the set says "in" of what
 *         lies between: a check may miss something, and raises no false alarm. The newest
 *         `SEQ_SESSIONS_MAX` sessions; of one that was let go nothing is known any more.
 */
export const RUNS_MAX = 10_000
export const SEQ_SESSIONS_MAX = 10_000

export class SeqSet {
  /** Sorted, apart from one another. */
  private readonly from: number[] = []
  private readonly to: number[] = []

  get highest(): number {
    return this.to.at(-1) ?? -1
  }

  has(seq: number): boolean {
    const at = this.indexOf(seq)
    return at >= 0 && seq <= this.to[at]!
  }

  /** Adds every number from the one to the other. */
  add(from: number, through: number): void {
    const { length } = this.from
    // Nearly always the next one.
    if (length > 0 && from === this.to[length - 1]! + 1) {
      this.to[length - 1] = through
      return
    }
    this.insert(from, through)
  }

  private insert(from: number, through: number): void {
    let first = this.indexOf(from)
    if (first < 0 || this.to[first]! + 1 < from) first += 1
    let last = first
    let [low, high] = [from, through]
    for (; last < this.from.length && this.from[last]! <= through + 1; last += 1) {
      low = Math.min(low, this.from[last]!)
      high = Math.max(high, this.to[last]!)
    }
    this.from.splice(first, last - first, low)
    this.to.splice(first, last - first, high)
    if (this.from.length <= RUNS_MAX) return
    this.from.splice(1, 1)
    this.to.splice(0, 1)
  }

  /** The last run that begins at or below this number; -1: none does. */
  private indexOf(seq: number): number {
    let low = 0
    let high = this.from.length
    if (high > 0 && this.from[high - 1]! <= seq) return high - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.from[middle]! <= seq) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

/** `session:seq` as facts name requests. */
export interface RequestName {
  readonly session: string
  readonly seq: number
}

/** Null for a no-op, and for what is no name of a request. */
export function parseRequest(id: string): RequestName | null {
  const colon = id.lastIndexOf(':')
  if (colon <= 0) return null
  const seq = Number(id.slice(colon + 1))
  return Number.isSafeInteger(seq) ? { session: id.slice(0, colon), seq } : null
}

/** Node and life of a session that a node opened for itself, such as `2.1`; null: a client's. */
export function ownerOf(session: string): { readonly node: number; readonly life: number } | null {
  const dot = session.indexOf('.')
  if (dot <= 0) return null
  const [node, life] = [Number(session.slice(0, dot)), Number(session.slice(dot + 1))]
  return Number.isInteger(node) && Number.isInteger(life) ? { node, life } : null
}

export class RequestSets {
  /** A session was let go. */
  isPartial = false
  private readonly sets = new Map<string, SeqSet>()
  private lastName = ''
  private last: SeqSet | null = null

  get isEmpty(): boolean {
    return this.sets.size === 0
  }

  of(session: string): SeqSet | null {
    if (session === this.lastName) return this.last
    const found = this.sets.get(session) ?? null
    if (found !== null) {
      this.lastName = session
      this.last = found
    }
    return found
  }

  has({ session, seq }: RequestName): boolean {
    return this.of(session)?.has(seq) ?? false
  }

  add(session: string, from: number, through: number): void {
    const present = this.of(session)
    if (present !== null) return present.add(from, through)
    const made = new SeqSet()
    made.add(from, through)
    this.sets.set(session, made)
    if (this.sets.size <= SEQ_SESSIONS_MAX) return
    for (const oldest of this.sets.keys()) {
      this.sets.delete(oldest)
      this.isPartial = true
      this.lastName = ''
      this.last = null
      return
    }
  }
}
