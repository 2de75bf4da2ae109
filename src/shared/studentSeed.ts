/**
 * The seed of a student (LR8), and what of a lesson it draws: pure, so that the student's window,
 * the teacher's command line and a test have the same.
 *
 * Seed: the first 32 bits of HMAC-SHA-256, keyed by the class key, over the id of the student.
 *       Spaces at the ends count in neither, nor does the case of letters of the id.
 * Draw: the first 32 bits of SHA-256 over `SEED LESSON GROUP`, modulo the number of alternatives.
 */
import { hmacSha256Hex, sha256Hex } from './sha256'

export const STUDENT_CHARS_MAX = 80
const WORD_DIGITS = 8

export function studentSeed(student: string, classKey: string): number {
  return wordOf(hmacSha256Hex(classKey.normalize('NFC').trim(), studentName(student)))
}

/** As it counts for the seed. */
export function studentName(student: string): string {
  return student.normalize('NFC').trim().toLowerCase()
}

/** Chooses one of `many` alternatives, from 0. */
export type Pick = (lesson: string, group: string, many: number) => number

export function pickOf(seed: number): Pick {
  return (lesson, group, many) => wordOf(sha256Hex(`${seed} ${lesson} ${group}`)) % many
}

function wordOf(hex: string): number {
  return Number.parseInt(hex.slice(0, WORD_DIGITS), 16)
}
