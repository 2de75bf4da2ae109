/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) of texts as UTF-8, in plain code: a page has no
 * synchronous hash, and what is derived from one must be equal in every host.
 *
 * Cost: some 20 MB a second. Whoever hashes whole records in Node takes `node:crypto`.
 */
const BLOCK_BYTES = 64
const ROUNDS = 64

/** Fractional parts of roots of the first primes: 64 cube roots, 8 square roots. */
const [ROUND_WORDS, FIRST_STATE] = constants()

/** 64 hexadecimal digits. */
export function sha256Hex(text: string): string {
  return hexOf(digest(new TextEncoder().encode(text)))
}

/** 64 hexadecimal digits. */
export function hmacSha256Hex(key: string, text: string): string {
  const raw = new TextEncoder().encode(key)
  const own = raw.length > BLOCK_BYTES ? digest(raw) : raw
  const padded = (pad: number): Uint8Array => {
    return Uint8Array.from({ length: BLOCK_BYTES }, (_, at) => (own[at] ?? 0) ^ pad)
  }
  const inner = digest(joined(padded(0x36), new TextEncoder().encode(text)))
  return hexOf(digest(joined(padded(0x5c), inner)))
}

function digest(bytes: Uint8Array): Uint8Array {
  const state = Uint32Array.from(FIRST_STATE)
  const blocks = padded(bytes)
  const view = new DataView(blocks.buffer)
  const words = new Uint32Array(ROUNDS)
  for (let from = 0; from < blocks.length; from += BLOCK_BYTES) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getUint32(from + 4 * at)
    mix(state, words)
  }
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((word, at) => out.setUint32(4 * at, word))
  return new Uint8Array(out.buffer)
}

/** A bit 1, zeros, and the length in bits as 64 bits, up to a whole block. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES
  const blocks = new Uint8Array(length)
  blocks.set(bytes)
  blocks[bytes.length] = 0x80
  const view = new DataView(blocks.buffer)
  view.setUint32(length - 8, Math.floor(bytes.length / 0x2000_0000))
  view.setUint32(length - 4, (bytes.length << 3) >>> 0)
  return blocks
}

function mix(state: Uint32Array, words: Uint32Array): void {
  const word = (at: number): number => words[at] ?? 0
  for (let at = 16; at < ROUNDS; at += 1) {
    const [w15, w2] = [word(at - 15), word(at - 2)]
    const s0 = turn(w15, 7) ^ turn(w15, 18) ^ (w15 >>> 3)
    const s1 = turn(w2, 17) ^ turn(w2, 19) ^ (w2 >>> 10)
    words[at] = word(at - 16) + s0 + word(at - 7) + s1
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let at = 0; at < ROUNDS; at += 1) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND_WORDS[at] ?? 0) + word(at)) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((sum, at) => (state[at] = (state[at] ?? 0) + sum))
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function constants(): readonly [Uint32Array, Uint32Array] {
  const primes: number[] = []
  for (let next = 2; primes.length < ROUNDS; next += 1) {
    if (primes.every((prime) => next % prime !== 0)) primes.push(next)
  }
  const fraction = (root: number): number => Math.floor((root % 1) * 0x1_0000_0000)
  return [
    Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  ]
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length)
  all.set(one)
  all.set(other, one.length)
  return all
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
