/**
 * LineSkim: who, when and what of a line of a record, without parsing it: most lines of a long run
 * are only counted. It knows the order in which recorders write fields, and no other: whatever
 * looks otherwise is not skimmed, but parsed by `recordLine.ts`.
 *
 * Cost:  no object is made; the fields hold until the next `read`.
 * Units: ms of lab time.
 */
import { hasTail, TAIL_CHARS } from './recordLine'

const SEQ = '{"seq":'
const AT = ',"atMs":'
const BY = ',"by":'
const LAB = '"lab"'
const LIFE = ',"life":'
const NODE_SEQ = ',"nodeSeq":'
const TYPE = ',"type":"'
const IDS = ',"ids":['
/** Beyond so many digits a number may not be exact. */
const DIGITS_MAX = 15
const DOT = 46
const QUOTE = 34
const BACKSLASH = 92

export class LineSkim {
  seq = 0
  atMs = 0
  /** 0: the lab. */
  by = 0
  type = ''
  private text = ''
  private start = 0
  /** Where the author ends, and where the kind begins: between them are counters of the node. */
  private authorEnd = 0
  private kindStart = 0
  private at = 0
  private end = 0
  private value = 0

  /** False: it must be parsed. */
  read(text: string, start: number, end: number): boolean {
    this.text = text
    this.start = start
    this.at = start
    this.end = end
    if (!hasTail(text, start, end)) return false
    if (!this.field(SEQ)) return false
    this.seq = this.value
    if (!this.field(AT)) return false
    this.atMs = this.value
    return this.author() && this.word()
  }

  /** A number of this line, such as `"to":`; NaN: it is not there, or is written in another way. */
  number(key: string): number {
    const place = this.text.indexOf(key, this.at)
    if (place < 0 || place >= this.end) return Number.NaN
    this.at = place
    return this.field(key) ? this.value : Number.NaN
  }

  /** A plain word of this line, such as `"message":"`; empty: it is not there. */
  plain(key: string): string {
    const place = this.text.indexOf(key, this.at)
    if (place < 0 || place >= this.end) return ''
    const from = place + key.length
    const to = this.text.indexOf('"', from)
    return to < 0 || to >= this.end ? '' : this.text.slice(from, to)
  }

  /** The event as JSON, without hash, counters of its node, and the ids that end some kinds. */
  short(): string {
    const { text, start, authorEnd, kindStart } = this
    let end = this.end - TAIL_CHARS
    if (text.startsWith(']', end - 1)) {
      const ids = text.indexOf(IDS, this.at)
      if (ids >= 0 && ids < end && text.indexOf(']', ids) === end - 1) end = ids
    }
    return `${text.slice(start, authorEnd)}${text.slice(kindStart, end)}}`
  }

  private author(): boolean {
    if (!this.text.startsWith(BY, this.at)) return false
    if (this.text.startsWith(LAB, this.at + BY.length)) {
      this.by = 0
      this.at += BY.length + LAB.length
      this.authorEnd = this.at
      return true
    }
    if (!this.field(BY)) return false
    this.by = this.value
    this.authorEnd = this.at
    return this.field(LIFE) && this.field(NODE_SEQ) && this.by > 0
  }

  private word(): boolean {
    const { text } = this
    if (!text.startsWith(TYPE, this.at)) return false
    this.kindStart = this.at
    const from = this.at + TYPE.length
    let to = from
    for (let code = text.charCodeAt(to); code !== QUOTE; code = text.charCodeAt(to)) {
      if (code === BACKSLASH || to >= this.end) return false
      to += 1
    }
    this.type = text.slice(from, to)
    this.at = to + 1
    return true
  }

  /** `key` and a number right here; digits and a point only, and few enough to be exact. */
  private field(key: string): boolean {
    const { text } = this
    if (!text.startsWith(key, this.at)) return false
    let at = this.at + key.length
    const first = at
    let digits = 0
    let scale = 0
    let point = 0
    for (; ; at += 1) {
      const code = text.charCodeAt(at)
      if (code >= 48 && code <= 57) {
        digits = digits * 10 + code - 48
        if (point > 0) scale += 1
      } else if (code === DOT && point === 0) point = 1
      else if (code === 101 || code === 69) return false
      else break
    }
    const count = at - first - point
    if (count === 0 || count > DIGITS_MAX) return false
    // Both are whole and exact, so that the quotient is the very number that a parser reads.
    this.value = scale === 0 ? digits : digits / 10 ** scale
    this.at = at
    return true
  }
}
