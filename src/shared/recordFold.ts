/**
 * RecordFold: the bytes of a record, in parts cut anywhere, into a view of the run and an index of
 * its lines. Host and page read a record by this one fold, and either may look at it half done.
 *
 * Cost:   lines that the view only counts (`RecordView.passes`) are skimmed and not parsed.
 * Limits: LINE_BYTES_MAX a line; one entry of the index for INDEX_LINES lines.
 * Errors: a broken line ends the record, and `notes` says so; FrameError for a line that is too
 *         long.
 */
import { FrameError } from './frame'
import { LineSkim } from './lineSkim'
import { parseRecordLine } from './recordLine'
import { RecordView } from './recordView'

/** One index entry for so many lines. */
const INDEX_LINES = 256
const LINE_BYTES_MAX = 64 * 1024 * 1024
const NEWLINE = 10

/** `[seq, offset of its line in bytes]`, now and then. */
export type RecordIndex = readonly (readonly [number, number])[]

export class RecordFold {
  readonly view = new RecordView()
  readonly notes: string[] = []
  /** The record ends here: it is read whole, or a line is broken. */
  isOver = false
  private readonly places: (readonly [number, number])[] = []
  private readonly skim = new LineSkim()
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  private rest: Uint8Array = new Uint8Array(0)
  private lines = 0
  private bytes = 0

  get index(): RecordIndex {
    return this.places
  }

  /** Bytes of the lines that are folded. */
  get bytesFolded(): number {
    return this.bytes
  }

  feed(part: Uint8Array): void {
    if (this.isOver) return
    const cut = part.lastIndexOf(NEWLINE) + 1
    if (cut === 0) {
      this.rest = new Uint8Array(joined(this.rest, part))
      if (this.rest.length > LINE_BYTES_MAX) throw this.tooLong()
      return
    }
    this.foldLines(joined(this.rest, part.subarray(0, cut)))
    // A copy: whoever reads the file may fill the same buffer again.
    this.rest = new Uint8Array(part.subarray(cut))
  }

  /** No more comes. */
  end(): void {
    if (!this.isOver && this.rest.length > 0) {
      const text = this.decoder.decode(this.rest)
      this.foldLine(text, 0, text.length, false)
      this.bytes += this.rest.length
    }
    this.isOver = true
    this.rest = new Uint8Array(0)
  }

  /** Whole lines. */
  private foldLines(bytes: Uint8Array): void {
    const text = this.decoder.decode(bytes)
    // Where every character is a byte, places in the text are places in the file.
    const isPlain = text.length === bytes.length
    const base = this.bytes
    let start = 0
    let byte = 0
    while (start < text.length && !this.isOver) {
      const end = text.indexOf('\n', start)
      this.bytes = base + byte
      if (end > start) this.foldLine(text, start, end, true)
      byte = isPlain ? end + 1 : bytes.indexOf(NEWLINE, byte) + 1
      start = end + 1
    }
    if (!this.isOver) this.bytes = base + bytes.length
  }

  private foldLine(text: string, start: number, end: number, isWhole: boolean): void {
    this.lines += 1
    if (this.skimmed(text, start, end)) return
    try {
      const { event } = parseRecordLine(text.slice(start, end))
      this.note(event.seq)
      this.view.feed(event)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.notes.push(brokenWords(this.lines, isWhole, error.message))
      this.isOver = true
    }
  }

  /** False: the line is to be parsed. */
  private skimmed(text: string, start: number, end: number): boolean {
    const { skim, view } = this
    if (!view.isLean || !skim.read(text, start, end)) return false
    const { seq, atMs, by, type } = skim
    if (by === 0 || seq === 0 || !view.passes(type)) return false
    if (type === 'sent') {
      const to = skim.number('"to":')
      const message = skim.plain('"message":"')
      if (!(to >= 0) || message === '') return false
      view.sent(atMs, by, to, message)
    } else if (type === 'persisted') {
      const flushMs = skim.number('"flushMs":')
      if (!(flushMs >= 0)) return false
      view.persisted(atMs, by, flushMs)
    } else view.pass(atMs, by)
    this.note(seq)
    return true
  }

  private note(seq: number): void {
    if ((this.lines - 1) % INDEX_LINES === 0) this.places.push([seq, this.bytes])
  }

  private tooLong(): FrameError {
    return new FrameError(`line ${this.lines + 1} is longer than ${LINE_BYTES_MAX} bytes`)
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail
  const all = new Uint8Array(head.length + tail.length)
  all.set(head)
  all.set(tail, head.length)
  return all
}

function brokenWords(line: number, isWhole: boolean, words: string): string {
  if (isWhole)
    return `Line ${line} of the record is broken (${words}): events after it are not shown.`
  return 'The last line of the record is torn off: the lab was killed while it wrote.'
}
