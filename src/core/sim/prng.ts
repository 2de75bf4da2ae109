/**
 * Prng: seeded randomness, passed as an argument; core itself owns none.
 *
 * Source: the sfc32 step of Chris Doty-Humphrey's PractRand (public domain): 128 bits of state, a
 *         counter that keeps every cycle at 2^32 or more. Seed words are mixed before use, so that
 *         neighbouring seeds give unrelated streams.
 * Units:  none. Not for secrets.
 * Order:  the same words give the same numbers, on every platform.
 */
export interface Prng {
  /** An integer from 0 to 2^32 - 1. */
  uint32(): number
  /** Uniform in [0, 1), with 32 random bits. */
  unit(): number
  /** A uniform integer from `min` to `max`, both included. */
  between(min: number, max: number): number
}

/** All streams of a run. `reseed` gives each of them another course, whoever holds it. */
export interface Chance {
  /** A stream named by `words`; the seed counts too. */
  stream(...words: readonly number[]): Prng
  /** From now on as `seed` has it. Streams that are made later follow it too. */
  reseed(seed: number): void
}

/** Rounds that spread the seed over the whole state before the first number leaves. */
const WARM_UP_ROUNDS = 12

/** A stream named by `words`, such as (seed, from, to): another word, another stream. */
export function createPrng(...words: readonly number[]): Prng {
  let [a, b, c] = [0x9e3779b9, 0x243f6a88, 0xb7e15162]
  let counter = 1

  function uint32(): number {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  for (const word of words) {
    // Both halves count: seeds above 2^32 differ too.
    a ^= word | 0
    b ^= Math.floor(word / 0x1_0000_0000) | 0
    for (let round = 0; round < WARM_UP_ROUNDS; round++) uint32()
  }

  return {
    uint32,
    unit: () => uint32() / 0x1_0000_0000,
    between: (min, max) => min + Math.floor((uint32() / 0x1_0000_0000) * (max - min + 1)),
  }
}

export function createChance(seed: number): Chance {
  let now = seed
  /** Times that it was seeded anew: the same seed twice is not the same course twice. */
  let turn = 0
  const streams: (() => void)[] = []

  return {
    stream(...words) {
      const drawn = (): Prng => createPrng(now, ...words, ...(turn === 0 ? [] : [turn]))
      let own = drawn()
      streams.push(() => {
        own = drawn()
      })
      return {
        uint32: () => own.uint32(),
        unit: () => own.unit(),
        between: (min, max) => own.between(min, max),
      }
    },
    reseed(next) {
      now = next
      turn += 1
      for (const redraw of streams) redraw()
    },
  }
}
