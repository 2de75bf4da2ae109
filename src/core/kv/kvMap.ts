/**
 * The map of the KV: keys in the order in which they were set first, and buckets for SCAN.
 *
 * Order:   that of insertion, which the log decides; `encode` keeps it, so that KEYS answers the
 *          same on a node that took over a snapshot.
 * Buckets: a key's bucket follows from its bytes alone. A cursor is the next bucket, so that a key
 *          which stays while a scan goes on is met exactly once, whatever comes and goes. They are
 *          built by the first scan; until then no write pays for them.
 */

export const BUCKETS = 16_384

/** Without entries; shared by all buckets that have none. */
const EMPTY: ReadonlySet<string> = new Set()

export class KvMap {
  private readonly entries = new Map<string, string>()
  private buckets: Map<number, Set<string>> | null = null

  get size(): number {
    return this.entries.size
  }

  get(key: string): string | undefined {
    return this.entries.get(key)
  }

  has(key: string): boolean {
    return this.entries.has(key)
  }

  set(key: string, value: string): void {
    if (this.buckets !== null && !this.entries.has(key)) addTo(this.buckets, key)
    this.entries.set(key, value)
  }

  /** True if it was there. */
  delete(key: string): boolean {
    const present = this.entries.delete(key)
    if (present) this.buckets?.get(bucketOf(key))?.delete(key)
    return present
  }

  clear(): void {
    this.entries.clear()
    this.buckets = null
  }

  keys(): IterableIterator<string> {
    return this.entries.keys()
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries[Symbol.iterator]()
  }

  bucket(index: number): ReadonlySet<string> {
    if (this.buckets === null) {
      this.buckets = new Map()
      for (const key of this.entries.keys()) addTo(this.buckets, key)
    }
    return this.buckets.get(index) ?? EMPTY
  }
}

function addTo(buckets: Map<number, Set<string>>, key: string): void {
  const index = bucketOf(key)
  const bucket = buckets.get(index)
  if (bucket === undefined) buckets.set(index, new Set([key]))
  else bucket.add(key)
}

/** A hash of 32 bits, folded to the count of buckets. */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  }
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1)
}
