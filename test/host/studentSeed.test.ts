/** LR8: the seed of a student, the same wherever it is derived, and what it draws. */
import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hmacSha256Hex, sha256Hex } from '../../src/shared/sha256'
import { pickOf, studentSeed } from '../../src/shared/studentSeed'

it('SHA-256 and HMAC are those of node:crypto, for texts of any length', () => {
  for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 4096]) {
    const text = 'aé☃😀'.repeat(length).slice(0, length)
    expect(sha256Hex(text)).toBe(createHash('sha256').update(text).digest('hex'))
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (key, text) => {
      expect(hmacSha256Hex(key, text)).toBe(createHmac('sha256', key).update(text).digest('hex'))
    }),
  )
})

it('LR8: the seed is a keyed hash of the id: pinned, for records of past years name it', () => {
  const own = createHmac('sha256', 'autumn').update('ada').digest().readUInt32BE()
  expect(studentSeed('ada', 'autumn')).toBe(own)
  expect(studentSeed(' Ada ', ' autumn')).toBe(own)
  expect(studentSeed('ben', 'autumn')).not.toBe(own)
  expect(studentSeed('ada', 'spring')).not.toBe(own)
  expect(own).toBe(2_545_803_600)
})

it('LR8: every alternative of a group is drawn by some student, and groups do not go together', () => {
  const drawn = Array.from({ length: 200 }, (_, at) => pickOf(studentSeed(`s${at}`, 'autumn')))
  expect(new Set(drawn.map((pick) => pick('majority', 'value', 6))).size).toBe(6)
  const pairs = drawn.map((pick) => `${pick('past', 'value', 3)} ${pick('past', 'nodes', 3)}`)
  expect(new Set(pairs).size).toBe(9)
})
