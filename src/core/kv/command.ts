/** What a command of the KV is, and the pieces that several of them share. */
import { ANSWER_BYTES_MAX } from './limits'
import { error } from './resp'
import type { KvMap } from './kvMap'

export interface Command {
  /** As in Redis: the count of arguments with the name; negative means at least. */
  readonly arity: number
  readonly writes: boolean
  /** Which arguments are keys: first, last (negative from the end) and step; [0, 0, 0] for none. */
  readonly keys: readonly [number, number, number]
  /** It can change every key, and names none. */
  readonly everyKey?: true
  /** What is wrong with these arguments, whatever the map holds: then nothing is proposed. */
  readonly fault?: (args: readonly string[]) => string | null
  /** Runs arguments of the right count in which `fault` found nothing. */
  readonly run: (map: KvMap, args: readonly string[]) => string
}

export type CommandTable = Readonly<Record<string, Command>>

export const ONE_KEY = [1, 1, 1] as const
export const ALL_KEYS = [1, -1, 1] as const
export const PAIRS = [1, -1, 2] as const
export const NO_KEY = [0, 0, 0] as const

export const SYNTAX = 'ERR syntax error'
export const NOT_INTEGER = 'ERR value is not an integer or out of range'

export function reads(arity: number, run: Command['run']): Command {
  return { arity, writes: false, keys: ONE_KEY, run }
}

export function writes(arity: number, run: Command['run']): Command {
  return { arity, writes: true, keys: ONE_KEY, run }
}

export function wrongCount(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`
}

/** An array that may not grow beyond the longest answer. */
export class AnswerArray {
  private text = ''
  private count = 0

  /** False if it does not fit: the answer is then `tooLong`. */
  add(item: string): boolean {
    this.text += item
    this.count += 1
    return this.text.length <= ANSWER_BYTES_MAX
  }

  get bytes(): number {
    return this.text.length
  }

  print(): string {
    return `*${this.count}\r\n${this.text}`
  }
}

export function tooLong(advice: string): string {
  return error(`ERR the answer is longer than ${ANSWER_BYTES_MAX} bytes: ${advice}`)
}
