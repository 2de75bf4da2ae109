/**
 * Replies of RESP2: reads them from bytes however they are cut, and prints them as redis-cli does.
 *
 * Limits: a reply has at most REPLY_BYTES_MAX bytes and nests at most DEPTH_MAX deep.
 */
const REPLY_BYTES_MAX = 64 * 1024 * 1024
const DEPTH_MAX = 8
const CR = 13

export type RespReply =
  | { readonly kind: 'status' | 'error' | 'bulk'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'nil' }
  | { readonly kind: 'list'; readonly items: readonly RespReply[] }

interface Parsed {
  readonly reply: RespReply
  readonly end: number
}

/** Not RESP2; what follows in the stream cannot be trusted. */
class BadReply extends Error {}

const NIL: RespReply = { kind: 'nil' }

export class RespReader {
  private rest: Buffer = Buffer.alloc(0)

  /** Calls `onReply` for each whole reply; false when the stream is no RESP2 and must be closed. */
  push(chunk: Buffer, onReply: (reply: RespReply) => void): boolean {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    let start = 0
    try {
      for (;;) {
        const parsed = parseAt(bytes, start, 0)
        if (parsed === null) break
        start = parsed.end
        onReply(parsed.reply)
      }
    } catch (error) {
      if (error instanceof BadReply) return false
      throw error
    }
    this.rest = bytes.subarray(start)
    return this.rest.length <= REPLY_BYTES_MAX
  }
}

/** One whole reply held as bytes, one byte per code unit; null when it is not one. */
export function parseReply(binary: string): RespReply | null {
  try {
    return parseAt(Buffer.from(binary, 'latin1'), 0, 0)?.reply ?? null
  } catch (error) {
    if (error instanceof BadReply) return null
    throw error
  }
}

/** Null: not all of it is there yet. */
function parseAt(bytes: Buffer, start: number, depth: number): Parsed | null {
  const lineEnd = bytes.indexOf('\r\n', start, 'latin1')
  if (lineEnd < 0) return null
  const mark = String.fromCharCode(bytes[start] ?? CR)
  const line = bytes.toString('utf8', start + 1, lineEnd)
  const next = lineEnd + 2
  switch (mark) {
    case '+':
      return { reply: { kind: 'status', text: line }, end: next }
    case '-':
      return { reply: { kind: 'error', text: line }, end: next }
    case ':':
      return { reply: { kind: 'integer', value: lengthOf(line) }, end: next }
    case '$':
      return parseBulk(bytes, lengthOf(line), next)
    case '*':
      return parseList(bytes, lengthOf(line), next, depth)
    default:
      throw new BadReply()
  }
}

function parseBulk(bytes: Buffer, length: number, start: number): Parsed | null {
  if (length < 0) return { reply: NIL, end: start }
  if (length > REPLY_BYTES_MAX) throw new BadReply()
  const end = start + length
  if (bytes.length < end + 2) return null
  return { reply: { kind: 'bulk', text: bytes.toString('utf8', start, end) }, end: end + 2 }
}

function parseList(bytes: Buffer, count: number, start: number, depth: number): Parsed | null {
  if (count < 0) return { reply: NIL, end: start }
  if (depth >= DEPTH_MAX) throw new BadReply()
  const items: RespReply[] = []
  let end = start
  for (let index = 0; index < count; index++) {
    const item = parseAt(bytes, end, depth + 1)
    if (item === null) return null
    items.push(item.reply)
    end = item.end
  }
  return { reply: { kind: 'list', items }, end }
}

function lengthOf(line: string): number {
  if (!/^-?\d{1,19}$/.test(line)) throw new BadReply()
  return Number(line)
}

/** As redis-cli prints it on a terminal. */
export function printReply(reply: RespReply): string {
  switch (reply.kind) {
    case 'status':
      return reply.text
    case 'error':
      return `(error) ${reply.text}`
    case 'bulk':
      return JSON.stringify(reply.text)
    case 'integer':
      return `(integer) ${reply.value}`
    case 'nil':
      return '(nil)'
    case 'list':
      if (reply.items.length === 0) return '(empty array)'
      return reply.items.map((item, index) => `${index + 1}) ${printReply(item)}`).join('\n')
  }
}

export type Outcome = 'ok' | 'error' | 'unknown'

/** `-UNKNOWN`: it may or may not be chosen, now or later. Null: the connection ended first. */
export function outcomeOf(reply: RespReply | null): Outcome {
  if (reply === null) return 'unknown'
  if (reply.kind !== 'error') return 'ok'
  return /^UNKNOWN\b/.test(reply.text) ? 'unknown' : 'error'
}
