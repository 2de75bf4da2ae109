/**
 * How the machine writes a command into a value: `session:requestSeq:ackedThrough|` and the
 * arguments as netstrings (`3:SET1:k1:v`). Strings hold one byte per code unit, so that any RESP
 * bytes pass through JSON unharmed and need hardly any escapes.
 */
import type { Value } from '../paxos/message'

export interface Command {
  /** Identity of the client; (session, seq) is applied at most once. */
  readonly session: string
  readonly seq: number
  /** Every request of the session up to this one has been answered: its results may go. */
  readonly ackedThrough: number
  readonly args: readonly string[]
}

export function printCommand(command: Command): Value {
  const { session, seq, ackedThrough, args } = command
  let text = `${session}:${seq}:${ackedThrough}|`
  for (const arg of args) text += `${arg.length}:${arg}`
  return text
}

/** Null for a no-op or for text that is not a command: it is applied as nothing. */
export function parseCommand(value: Value): Command | null {
  const first = value.indexOf(':')
  const second = value.indexOf(':', first + 1)
  const bar = value.indexOf('|', second + 1)
  if (first < 1 || second < 0 || bar < 0) return null
  const seq = count(value, first + 1, second)
  const ackedThrough = count(value, second + 1, bar)
  const args = parseNetstrings(value, bar + 1)
  if (seq < 0 || ackedThrough < 0 || args === null) return null
  return { session: value.slice(0, first), seq, ackedThrough, args }
}

function parseNetstrings(text: string, start: number): string[] | null {
  const args: string[] = []
  let at = start
  while (at < text.length) {
    const colon = text.indexOf(':', at)
    const length = colon < 0 ? -1 : count(text, at, colon)
    const end = colon + 1 + length
    if (length < 0 || end > text.length) return null
    args.push(text.slice(colon + 1, end))
    at = end
  }
  return args
}

/** Decimal digits only; -1 otherwise. */
function count(text: string, from: number, to: number): number {
  if (to <= from || to - from > 15) return -1
  let total = 0
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    total = total * 10 + digit
  }
  return total
}

/** For people: `SET k v`, shortened. */
export function describeValue(value: Value, charsMax = 60): string {
  if (value === '') return 'no-op'
  const command = parseCommand(value)
  const text = command === null ? value : command.args.join(' ')
  return text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text
}
