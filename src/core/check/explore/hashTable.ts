/**
 * Table of states: an open-addressing hash table over packed states, with the parent and the act of
 * each for the shortest path to it. States are numbered in the order in which they came.
 *
 * Exact:   a state is compared word by word; two states are never taken for one.
 * Compact: only 64-bit fingerprints are kept, and the words of a state until it was expanded. Two
 *          states with one fingerprint are taken for one and the second is missed: for n states
 *          with probability below n²/2^65.
 * Bounds:  `bytes` is what the table holds; whoever fills it looks at `count`.
 */
import { assert } from '../../assert'

/** States to a chunk: chunks are added as states come, and nothing is copied. */
const CHUNK_BITS = 12
const CHUNK = 1 << CHUNK_BITS
const CHUNK_MASK = CHUNK - 1
const SLOTS_FIRST = 1 << 12
/** A table fuller than this doubles. */
const LOAD_MAX = 0.7
const STATES_MAX = 2 ** 32 - 2
/** Parent (4 bytes), act (2) and part of the parent (1). */
const ORIGIN_BYTES = 7

/** Where a state came from; the first one comes from nowhere. */
export interface Origin {
  readonly part: number
  readonly parent: number
  readonly act: number
}

export class StateTable {
  count = 0
  private readonly chunks: Uint32Array[] = []
  private readonly parents: Uint32Array[] = []
  private readonly acts: Uint16Array[] = []
  private readonly parts: Uint8Array[] = []
  /** Exact: number of a state plus 1, 0 is free. Compact: high word of a fingerprint. */
  private slots = new Uint32Array(SLOTS_FIRST)
  /** Compact only: low word of a fingerprint. */
  private lows: Uint32Array
  private mask = SLOTS_FIRST - 1
  private wordsBytes = 0

  constructor(
    private readonly words: number,
    readonly compact: boolean,
  ) {
    this.lows = new Uint32Array(compact ? SLOTS_FIRST : 0)
  }

  get bytes(): number {
    const origins = this.parents.length * CHUNK * ORIGIN_BYTES
    return this.wordsBytes + origins + 4 * (this.slots.length + this.lows.length)
  }

  /** Takes a state whose `Hash` is (high, low); false if it was there. */
  add(
    source: Uint32Array,
    from: number,
    high: number,
    low: number,
    part: number,
    parent: number,
    act: number,
  ): boolean {
    const isNew = this.compact ? this.claimPrint(high, low) : this.claimExact(source, from, low)
    if (!isNew) return false
    this.append(source, from, part, parent, act)
    if (this.count > this.slots.length * LOAD_MAX) this.grow()
    return true
  }

  /** Number of this state; -1 if it is not there. Exact tables only. */
  find(source: Uint32Array, from: number, low: number): number {
    assert(!this.compact, 'a compact table does not know its states')
    for (let slot = low & this.mask; ; slot = (slot + 1) & this.mask) {
      const held = this.slots[slot]!
      if (held === 0) return -1
      if (this.isAt(held - 1, source, from)) return held - 1
    }
  }

  /** Copies a state out. In a compact table it must not be forgotten. */
  read(index: number, into: Uint32Array): void {
    const chunk = this.chunks[index >>> CHUNK_BITS]!
    const base = (index & CHUNK_MASK) * this.words
    assert(chunk.length > base, 'a state was forgotten and is needed')
    for (let word = 0; word < this.words; word += 1) into[word] = chunk[base + word]!
  }

  /** Compact: states below `index` are not needed any more, only their fingerprints. */
  forget(index: number): void {
    if (!this.compact || (index & CHUNK_MASK) !== 0 || index === 0) return
    const at = (index >>> CHUNK_BITS) - 1
    this.wordsBytes -= this.chunks[at]!.byteLength
    this.chunks[at] = new Uint32Array(0)
  }

  origin(index: number): Origin | null {
    if (index === 0 && this.acts[0]?.[0] === 0) return null
    const chunk = index >>> CHUNK_BITS
    const at = index & CHUNK_MASK
    return {
      part: this.parts[chunk]![at]!,
      parent: this.parents[chunk]![at]!,
      act: this.acts[chunk]![at]!,
    }
  }

  private claimExact(source: Uint32Array, from: number, low: number): boolean {
    let slot = low & this.mask
    for (; ; slot = (slot + 1) & this.mask) {
      const held = this.slots[slot]!
      if (held === 0) break
      if (this.isAt(held - 1, source, from)) return false
    }
    this.slots[slot] = this.count + 1
    return true
  }

  private claimPrint(high: number, low: number): boolean {
    // All zero means a free slot.
    const lowKept = high === 0 && low === 0 ? 1 : low
    let slot = low & this.mask
    for (; ; slot = (slot + 1) & this.mask) {
      const heldHigh = this.slots[slot]!
      const heldLow = this.lows[slot]!
      if (heldHigh === 0 && heldLow === 0) break
      if (heldHigh === high && heldLow === lowKept) return false
    }
    this.slots[slot] = high
    this.lows[slot] = lowKept
    return true
  }

  private isAt(index: number, source: Uint32Array, from: number): boolean {
    const chunk = this.chunks[index >>> CHUNK_BITS]!
    const base = (index & CHUNK_MASK) * this.words
    for (let word = 0; word < this.words; word += 1) {
      if (chunk[base + word]! !== source[from + word]!) return false
    }
    return true
  }

  private append(
    source: Uint32Array,
    from: number,
    part: number,
    parent: number,
    act: number,
  ): void {
    assert(this.count < STATES_MAX, 'one part has more states than a word can number')
    const chunk = this.count >>> CHUNK_BITS
    const at = this.count & CHUNK_MASK
    if (at === 0) this.addChunk()
    const base = at * this.words
    const words = this.chunks[chunk]!
    for (let word = 0; word < this.words; word += 1) words[base + word] = source[from + word]!
    this.parents[chunk]![at] = parent
    this.acts[chunk]![at] = act
    this.parts[chunk]![at] = part
    this.count += 1
  }

  private addChunk(): void {
    const words = new Uint32Array(CHUNK * this.words)
    this.wordsBytes += words.byteLength
    this.chunks.push(words)
    this.parents.push(new Uint32Array(CHUNK))
    this.acts.push(new Uint16Array(CHUNK))
    this.parts.push(new Uint8Array(CHUNK))
  }

  private grow(): void {
    const { slots, lows } = this
    this.slots = new Uint32Array(slots.length * 2)
    this.mask = this.slots.length - 1
    if (this.compact) this.regrowPrints(slots, lows)
    else this.regrowExact()
  }

  private regrowExact(): void {
    const hash = new Hash(this.words)
    for (let index = 0; index < this.count; index += 1) {
      hash.of(this.chunks[index >>> CHUNK_BITS]!, (index & CHUNK_MASK) * this.words)
      let slot = hash.low & this.mask
      while (this.slots[slot]! !== 0) slot = (slot + 1) & this.mask
      this.slots[slot] = index + 1
    }
  }

  private regrowPrints(highs: Uint32Array, lows: Uint32Array): void {
    this.lows = new Uint32Array(this.slots.length)
    for (let from = 0; from < highs.length; from += 1) {
      const high = highs[from]!
      const low = lows[from]!
      if (high === 0 && low === 0) continue
      let slot = low & this.mask
      while (this.slots[slot]! !== 0 || this.lows[slot]! !== 0) slot = (slot + 1) & this.mask
      this.slots[slot] = high
      this.lows[slot] = low
    }
  }
}

/** 64 bits over the words of a state, as two words. */
export class Hash {
  high = 0
  low = 0

  constructor(private readonly words: number) {}

  of(source: Uint32Array, from: number): void {
    let one = 0x9e3779b9
    let two = 0x85ebca6b
    for (let word = 0; word < this.words; word += 1) {
      const bits = source[from + word]!
      one = Math.imul(one ^ bits, 0x9e3779b1)
      one ^= one >>> 15
      two = Math.imul(two ^ bits ^ (one << 7), 0xc2b2ae3d)
      two ^= two >>> 13
    }
    one = Math.imul(one ^ (one >>> 16) ^ two, 0x85ebca6b)
    one ^= one >>> 13
    two = Math.imul(two ^ (two >>> 15) ^ one, 0x27d4eb2f)
    two ^= two >>> 16
    one = Math.imul(one ^ (two << 5) ^ (two >>> 11), 0xc2b2ae35)
    this.high = (one ^ (one >>> 16)) >>> 0
    this.low = two >>> 0
  }
}
