/**
 * The keys that simulated clients share. A key with many operations of unknown end gives way to a
 * fresh one: each such operation may have run at any time or never, so that a few dozen of them on
 * one key put its history beyond any search (the problem is NP-complete), and nothing would be
 * judged.
 */
import { keyName } from './operation'

/** Unknown ends on one key; four or five clients may add theirs while it is given up. */
export const UNKNOWN_ENDS_MAX = 8

export class KeyRing {
  private readonly current: string[]
  private readonly names: string[]
  private readonly unknown = new Map<string, number>()

  constructor(keys: number) {
    this.current = Array.from({ length: keys }, (_, index) => keyName(index))
    this.names = [...this.current]
  }

  /** The key in use at this place. */
  at(index: number): string {
    return this.current[index] ?? keyName(index)
  }

  /** Every key that was ever used. */
  get all(): readonly string[] {
    return this.names
  }

  /** An operation on this key ended unknown. */
  note(key: string): void {
    const count = (this.unknown.get(key) ?? 0) + 1
    this.unknown.set(key, count)
    const index = this.current.indexOf(key)
    if (count < UNKNOWN_ENDS_MAX || index < 0) return
    const fresh = `${keyName(index)}.${this.names.length}`
    this.current[index] = fresh
    this.names.push(fresh)
  }
}
