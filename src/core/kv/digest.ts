/**
 * Digest: a running hash over the applied log and its answers. Equal digests at equal
 * `appliedThrough` mean the same commands in the same order with the same results (protocol I12).
 * 64 bits in two lanes of 32: it guards against mistakes, not against an adversary.
 */
export class Digest {
  private low = 0x811c9dc5
  private high = 0x01000193

  add(text: string): void {
    let { low, high } = this
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at)
      low = Math.imul(low ^ unit, 0x01000193)
      high = Math.imul(high ^ unit, 0x85ebca6b) + at
    }
    // A separator, so that "ab","c" differs from "a","bc"; then the lanes are mixed.
    this.low = Math.imul(low ^ (high >>> 15) ^ 0x0a, 0x01000193)
    this.high = Math.imul(high ^ (low >>> 13) ^ 0x0a, 0xc2b2ae35)
  }

  /** 16 hexadecimal digits: all there is to know, so that `from` goes on from here. */
  text(): string {
    return hex(this.high) + hex(this.low)
  }

  /** Null if the text is none of a digest. */
  static from(text: string): Digest | null {
    if (!/^[0-9a-f]{16}$/.test(text)) return null
    const digest = new Digest()
    digest.high = Number.parseInt(text.slice(0, 8), 16)
    digest.low = Number.parseInt(text.slice(8), 16)
    return digest
  }
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0')
}
