/**
 * Frames: one JSON object a line, UTF-8, ended by `\n`. Nodes, switchboard and lab share it.
 *
 * Limits: a frame has at most `FRAME_BYTES_MAX` bytes. A longer or malformed one is an error, and
 *         its connection must be closed: what follows in the stream cannot be trusted.
 */
export const FRAME_BYTES_MAX = 1_048_576
/** Pieces of one line that are kept apart: a line that comes byte by byte costs its bytes only. */
const PARTS_MAX = 1024

export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/**
 * Splits a byte stream into lines, whatever the chunks are. Hands over text, not objects, so that a
 * link proxy can pass a frame on without printing it again.
 */
export class FrameSplitter {
  private parts: Uint8Array[] = []
  private partsBytes = 0
  private readonly decoder = new TextDecoder('utf-8', { fatal: true })

  constructor(private readonly bytesMax = FRAME_BYTES_MAX) {}

  /** Calls `onLine` for each whole line; throws FrameError for a long line or bad UTF-8. */
  push(chunk: Uint8Array, onLine: (line: string) => void): void {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(10, start)
      if (end < 0) break
      const piece = chunk.subarray(start, end)
      if (this.partsBytes + piece.length > this.bytesMax) throw this.tooLong()
      onLine(this.decode(piece))
      start = end + 1
    }
    if (start === chunk.length) return
    this.parts.push(chunk.subarray(start))
    this.partsBytes += chunk.length - start
    if (this.partsBytes > this.bytesMax) throw this.tooLong()
    if (this.parts.length >= PARTS_MAX) this.parts = [this.join(new Uint8Array(0))]
  }

  private decode(last: Uint8Array): string {
    let bytes = last
    if (this.parts.length > 0) {
      bytes = this.join(last)
      this.parts = []
      this.partsBytes = 0
    }
    try {
      return this.decoder.decode(bytes)
    } catch {
      throw new FrameError('frame is not UTF-8')
    }
  }

  private join(last: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(this.partsBytes + last.length)
    let at = 0
    for (const part of this.parts) {
      bytes.set(part, at)
      at += part.length
    }
    bytes.set(last, at)
    return bytes
  }

  private tooLong(): FrameError {
    return new FrameError(`frame is longer than ${this.bytesMax} bytes`)
  }
}

/** Parses one line into a plain object with a `type`; throws FrameError otherwise. */
export function parseFrame(line: string): {
  readonly type: string
  readonly [field: string]: unknown
} {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    throw new FrameError(`frame is not JSON: ${line.slice(0, 60)}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new FrameError('frame is not a JSON object')
  }
  const type: unknown = (parsed as { type?: unknown }).type
  if (typeof type !== 'string') throw new FrameError('frame has no "type"')
  return parsed as { type: string }
}

export function printFrame(frame: object): string {
  return JSON.stringify(frame) + '\n'
}
