/** A map of the newest `max` entries, in the order in which they came; older ones are let go. */
export class Recent<K, V> {
  private readonly map = new Map<K, V>()
  /**
   * Goes along with the deletions: a new iterator would have to step over all that was deleted at
   * the front, again and again.
   */
  private readonly oldest = this.map.keys()

  constructor(
    private readonly max: number,
    private readonly onDropped: (key: K) => void = () => {},
  ) {}

  get(key: K): V | undefined {
    return this.map.get(key)
  }

  has(key: K): boolean {
    return this.map.has(key)
  }

  entries(): IterableIterator<[K, V]> {
    return this.map.entries()
  }

  /** A key that is there keeps its place. */
  set(key: K, value: V): void {
    this.map.set(key, value)
    if (this.map.size <= this.max) return
    const { value: dropped, done } = this.oldest.next()
    if (done === true) return
    this.map.delete(dropped)
    this.onDropped(dropped)
  }
}
