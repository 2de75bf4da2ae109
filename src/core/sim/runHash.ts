/**
 * RunHash: 64 bits over all that happened in a run, in order; equal seeds must give equal hashes on
 * every platform. It guards against mistakes, not against an adversary.
 *
 * Mixing: two lanes of 32 bits, each a multiply-and-xor step (FNV-like) with constants of its own.
 */
const TRUE = 0x5bd1e995
const FALSE = 0x1b873593
const NOTHING = 0x2545f491
const END = 0x38495ab5

export class RunHash {
  private low = 0x811c9dc5
  private high = 0x9747b28c

  /** An integer of at most 53 bits; `-0` counts as 0. */
  number(value: number): void {
    this.mix(value | 0)
    if (value > 0x7fff_ffff || value < -0x8000_0000) this.mix(Math.floor(value / 0x1_0000_0000) | 0)
  }

  text(text: string): void {
    let { low, high } = this
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at)
      low = Math.imul(low ^ unit, 0x01000193)
      high = Math.imul(high ^ unit, 0x85ebca6b) + at
    }
    this.low = low
    this.high = high
    // The length ends it, so that "ab","c" differs from "a","bc".
    this.mix(text.length)
  }

  /**
   * A value as JSON has it: all that stands in it, in its order. Names of fields do not count: the
   * type of a fact does, and that fixes them.
   */
  value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        if (value === (value | 0)) this.mix(value)
        else this.text(String(value))
        return
      case 'string':
        this.text(value)
        return
      case 'boolean':
        this.mix(value ? TRUE : FALSE)
        return
      case 'object':
        this.parts(value)
        return
      default:
        this.mix(NOTHING)
    }
  }

  /** 16 hexadecimal digits. */
  digits(): string {
    return hex(this.high) + hex(this.low)
  }

  private parts(value: object | null): void {
    if (value === null) {
      this.mix(NOTHING)
    } else if (Array.isArray(value)) {
      this.mix(value.length)
      for (const part of value as readonly unknown[]) this.value(part)
    } else {
      const fields = value as Readonly<Record<string, unknown>>
      for (const name of Object.keys(fields)) this.value(fields[name])
      this.mix(END)
    }
  }

  private mix(word: number): void {
    const low = Math.imul(this.low ^ word ^ (this.high >>> 15), 0x01000193)
    this.high = Math.imul(this.high ^ word ^ (low >>> 13), 0xc2b2ae35)
    this.low = low
  }
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0')
}
