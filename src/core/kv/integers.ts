/**
 * Integers of 64 bits as Redis counts them. What fits into 53 bits stays a number, which is the
 * usual case and the fast one; beyond that a BigInt.
 */
export type Int64 = number | bigint

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n

/** Strict decimal: no sign of plus, no zero in front, no blank. Null otherwise. */
export function parseInt64(text: string): Int64 | null {
  if (text.length > 20 || !/^(0|-?[1-9]\d*)$/.test(text)) return null
  if (text.length <= 15) return Number(text)
  const exact = BigInt(text)
  return exact < MIN || exact > MAX ? null : narrow(exact)
}

/** Null if the sum does not fit into 64 bits. */
export function addInt64(left: Int64, right: Int64): Int64 | null {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return sum
  }
  const exact = BigInt(left) + BigInt(right)
  return exact < MIN || exact > MAX ? null : narrow(exact)
}

/** Null for the one number that has no counterpart. */
export function negateInt64(value: Int64): Int64 | null {
  if (typeof value === 'number') return value === 0 ? 0 : -value
  return value === MIN ? null : narrow(-value)
}

/** As a number, with everything beyond 53 bits cut to the nearest that fits. */
export function clampToNumber(value: Int64): number {
  if (typeof value === 'number') return value
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
}

function narrow(exact: bigint): Int64 {
  const value = Number(exact)
  return Number.isSafeInteger(value) ? value : exact
}
