/**
 * RESP2 requests: arrays of bulk strings, and inline commands. Any chunking gives the same parse.
 *
 * Result: the arguments, one byte per code unit.
 * Limits: lengths are `0` or `-?[1-9][0-9]*`, nothing else; the `…Max` below.
 * Errors: `RespError` with the text that Redis answers after `ERR `; the connection must be closed.
 */
export const ARGS_MAX = 10_000
export const BULK_BYTES_MAX = 1024 * 1024
/** All arguments of one request together. */
export const REQUEST_BYTES_MAX = 2 * 1024 * 1024
export const INLINE_BYTES_MAX = 64 * 1024

const DIGITS_MAX = 15
const BUFFER_BYTES_MIN = 4096
const EMPTY = Buffer.alloc(0)
const [CR, LF, STAR, DOLLAR, MINUS, ZERO, NINE] = [13, 10, 42, 36, 45, 48, 57] as const

export class RespError extends Error {
  override readonly name = 'RespError'

  constructor(words: string) {
    super(`Protocol error: ${words}`)
  }
}

export class RespParser {
  private buffer: Buffer = EMPTY
  /** Unparsed bytes are `buffer[start, end)`. */
  private start = 0
  private end = 0
  /** True if `buffer` is this parser's own, with room to append. */
  private owned = false
  private args: string[] = []
  private argsLeft = 0
  private requestBytes = 0
  /** Length of the bulk string that is being read, -1 between them. */
  private bulkBytes = -1
  /** Bytes of an unfinished inline command that hold no line end. */
  private searched = 0

  /** True if a request has begun and is not whole. */
  get partial(): boolean {
    return this.argsLeft > 0 || this.start < this.end
  }

  /** Bytes kept for a request that is not whole. */
  get heldBytes(): number {
    return this.start < this.end || this.argsLeft > 0 ? this.requestBytes + this.buffer.length : 0
  }

  append(chunk: Buffer): void {
    const left = this.end - this.start
    if (left === 0) {
      this.buffer = chunk
      this.start = 0
      this.end = chunk.length
      this.owned = false
      return
    }
    if (!this.owned || this.end + chunk.length > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(BUFFER_BYTES_MIN, (left + chunk.length) * 2))
      this.buffer.copy(grown, 0, this.start, this.end)
      this.buffer = grown
      this.start = 0
      this.end = left
      this.owned = true
    }
    chunk.copy(this.buffer, this.end)
    this.end += chunk.length
  }

  /** The next request, or null until more bytes have come. */
  next(): string[] | null {
    for (;;) {
      if (this.argsLeft > 0) return this.readArgs()
      if (this.start === this.end) {
        this.release()
        return null
      }
      if (this.buffer[this.start] !== STAR) {
        const args = this.readInline()
        if (args === null || args.length > 0) return args
        continue
      }
      const count = this.readLength('invalid multibulk length')
      if (count === null) return null
      if (count > ARGS_MAX) throw new RespError('invalid multibulk length')
      // Redis skips an empty or negative array without an answer.
      if (count <= 0) continue
      this.args = []
      this.argsLeft = count
      this.requestBytes = 0
    }
  }

  /** All is read: an idle client keeps no buffer. */
  private release(): void {
    this.buffer = EMPTY
    this.start = 0
    this.end = 0
    this.owned = false
    this.requestBytes = 0
  }

  private readArgs(): string[] | null {
    while (this.argsLeft > 0) {
      if (this.bulkBytes < 0 && !this.readBulkHead()) return null
      const end = this.start + this.bulkBytes
      if (end + 2 > this.end) return null
      const { buffer } = this
      if (buffer[end] !== CR || buffer[end + 1] !== LF) {
        throw new RespError('expected CRLF after bulk string')
      }
      this.args.push(buffer.toString('latin1', this.start, end))
      this.start = end + 2
      this.bulkBytes = -1
      this.argsLeft -= 1
    }
    const { args } = this
    this.args = []
    return args
  }

  private readBulkHead(): boolean {
    if (this.start === this.end) return false
    const first = this.buffer[this.start]!
    if (first !== DOLLAR) {
      throw new RespError(`expected '$', got '${printable(first)}'`)
    }
    const length = this.readLength('invalid bulk length')
    if (length === null) return false
    if (length < 0 || length > BULK_BYTES_MAX) throw new RespError('invalid bulk length')
    this.requestBytes += length
    if (this.requestBytes > REQUEST_BYTES_MAX) throw new RespError('too big request')
    this.bulkBytes = length
    return true
  }

  /** Reads `<sign><digits>\r\n` after the type byte; null, nothing consumed, until it is whole. */
  private readLength(wrong: string): number | null {
    const { buffer, end } = this
    const first = this.start + 1
    let at = first
    if (at < end && buffer[at] === MINUS) at += 1
    const digits = at
    let value = 0
    while (at < end && buffer[at]! >= ZERO && buffer[at]! <= NINE) {
      value = value * 10 + buffer[at]! - ZERO
      at += 1
      // A leading zero is allowed for zero itself only, and `-0` is no number.
      const zeroFirst = buffer[digits] === ZERO && (at - digits > 1 || digits > first)
      if (zeroFirst || at - digits > DIGITS_MAX) throw new RespError(wrong)
    }
    if (at === end) return null
    if (at === digits || buffer[at] !== CR) throw new RespError(wrong)
    if (at + 1 === end) return null
    if (buffer[at + 1] !== LF) throw new RespError(wrong)
    this.start = at + 2
    return digits > first ? -value : value
  }

  /** One inline command; empty for an empty line, null until the line is whole. */
  private readInline(): string[] | null {
    const { buffer, start, end } = this
    const found = buffer.indexOf(LF, start + this.searched)
    const lineEnd = found < 0 || found >= end ? -1 : found
    if ((lineEnd < 0 ? end : lineEnd) - start > INLINE_BYTES_MAX) {
      throw new RespError('too big inline request')
    }
    if (lineEnd < 0) {
      this.searched = end - start
      return null
    }
    this.searched = 0
    this.start = lineEnd + 1
    const textEnd = lineEnd > start && buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd
    return splitInline(buffer.toString('latin1', start, textEnd))
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }

/** Words apart by white space; "double" quotes know escapes, 'single' ones only \'. */
export function splitInline(line: string): string[] {
  const args: string[] = []
  let at = 0
  for (;;) {
    while (at < line.length && isSpace(line[at]!)) at += 1
    if (at >= line.length) return args
    if (args.length >= ARGS_MAX) throw new RespError('too many arguments in inline request')
    const word = readWord(line, at)
    args.push(word.text)
    at = word.end
  }
}

function readWord(line: string, from: number): { text: string; end: number } {
  let text = ''
  let at = from
  while (at < line.length && !isSpace(line[at]!)) {
    const char = line[at]!
    if (char !== '"' && char !== "'") {
      text += char
      at += 1
      continue
    }
    const quoted = readQuoted(line, at + 1, char)
    text += quoted.text
    at = quoted.end
    // A closing quote must end the word.
    if (at < line.length && !isSpace(line[at]!)) throw unbalanced()
  }
  return { text, end: at }
}

function readQuoted(line: string, from: number, quote: string): { text: string; end: number } {
  let text = ''
  for (let at = from; at < line.length; at++) {
    const char = line[at]!
    if (char === quote) return { text, end: at + 1 }
    if (char !== '\\' || (quote === "'" && line[at + 1] !== "'")) {
      text += char
      continue
    }
    const hex = quote === '"' ? /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4)) : null
    if (hex) {
      text += String.fromCharCode(parseInt(hex[1]!, 16))
      at += 3
    } else {
      at += 1
      if (at >= line.length) break
      const escaped = line[at]!
      text += quote === '"' ? (ESCAPES[escaped] ?? escaped) : escaped
    }
  }
  throw unbalanced()
}

function isSpace(char: string): boolean {
  return char === ' ' || (char >= '\t' && char <= '\r')
}

function unbalanced(): RespError {
  return new RespError('unbalanced quotes in request')
}

/** A byte that may be shown inside a one-line error. */
function printable(byte: number): string {
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '?'
}
