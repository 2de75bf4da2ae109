/**
 * A frame on its way through a link proxy. It is passed on as the bytes that came; only its type is
 * read here, and for the few frames that become samples the ballot and the slot.
 */
import { FAMILY_OF } from '../../core/paxos/message'
import type { MessageType } from '../../core/paxos/message'
import { FRAME_BYTES_MAX, FrameError, parseFrame } from '../../shared/frame'

export interface LinkFrame {
  /** The line with its line feed. */
  readonly bytes: Buffer
  /** Null for a type that this version does not know; the receiver counts it. */
  readonly type: MessageType | null
  /** Set by the duplicate fault. */
  readonly copy?: 'first' | 'second'
  /** Set while somebody watches single messages. */
  readonly seen?: { readonly id: number; readonly atMs: number }
  /** Set by the gate: it was let go there and is not held again. */
  readonly isReleased?: true
}

const LINE_FEED = 10
const CLOSING_BRACE = 125
const QUOTE = 34
/** How our own nodes begin every frame; other orders of fields are parsed in full. */
const PREFIX = Buffer.from('{"type":"')
const PREFIX_QUOTE_MAX = 32
/** Ballot and slot stand in front of the values. */
const SAMPLE_BYTES_MAX = 400

const TYPES: ReadonlyMap<string, MessageType> = new Map(
  (Object.keys(FAMILY_OF) as MessageType[]).map((type) => [type, type] as const),
)

/**
 * Splits a byte stream into blocks of whole lines, whatever the chunks are. Works on bytes, so that
 * a link without a fault costs no decoding; throws FrameError for a line that is too long.
 */
export class BlockSplitter {
  private parts: Buffer[] = []
  private partsBytes = 0

  push(chunk: Buffer, onBlock: (block: Buffer) => void): void {
    let start = 0
    if (this.partsBytes > 0) {
      const end = chunk.indexOf(LINE_FEED)
      if (end < 0) return this.keep(chunk)
      start = end + 1
      const line = Buffer.concat([...this.parts, chunk.subarray(0, start)])
      this.parts = []
      this.partsBytes = 0
      onBlock(line)
    }
    const last = chunk.lastIndexOf(LINE_FEED)
    if (last >= start) {
      onBlock(chunk.subarray(start, last + 1))
      start = last + 1
    }
    if (start < chunk.length) this.keep(chunk.subarray(start))
  }

  private keep(rest: Buffer): void {
    this.parts.push(rest)
    this.partsBytes += rest.length
    if (this.partsBytes > FRAME_BYTES_MAX) throw tooLong()
  }
}

/** Calls `onFrame` for each line of a block; throws FrameError for one that is no frame. */
export function readFrames(block: Buffer, onFrame: (frame: LinkFrame) => void): void {
  let start = 0
  while (start < block.length) {
    const end = block.indexOf(LINE_FEED, start)
    if (end - start > FRAME_BYTES_MAX) throw tooLong()
    onFrame({ bytes: block.subarray(start, end + 1), type: typeOf(block, start, end) })
    start = end + 1
  }
}

function typeOf(block: Buffer, start: number, end: number): MessageType | null {
  const from = start + PREFIX.length
  if (
    block[end - 1] === CLOSING_BRACE &&
    block.compare(PREFIX, 0, PREFIX.length, start, from) === 0
  ) {
    const quote = block.indexOf(QUOTE, from)
    if (quote > from && quote < end && quote - from <= PREFIX_QUOTE_MAX) {
      return TYPES.get(block.toString('latin1', from, quote)) ?? null
    }
  }
  return TYPES.get(parseFrame(block.toString('utf8', start, end)).type) ?? null
}

/** Ballot as text and slot of a frame, where it has them; '' and 0 else. */
export function readSample(frame: LinkFrame): { readonly ballot: string; readonly slot: number } {
  const head = frame.bytes.toString('latin1', 0, SAMPLE_BYTES_MAX)
  const ballot = /"ballot":\{"round":(\d+),"node":(\d+)\}/.exec(head)
  const slot = /"slot":(\d+)/.exec(head)
  return {
    ballot: ballot ? `${ballot[1]}.${ballot[2]}` : '',
    slot: slot ? Number(slot[1]) : 0,
  }
}

function tooLong(): FrameError {
  return new FrameError(`frame is longer than ${FRAME_BYTES_MAX} bytes`)
}
