/**
 * How a snapshot is written: numbers as `digits,` and texts as netstrings `length:bytes`, one after
 * another. There is one way to write a state, so that equal states are equal texts.
 */
const DIGITS_MAX = 15

export function printNumber(value: number): string {
  return `${value},`
}

export function printText(value: string): string {
  return `${value.length}:${value}`
}

/** Reads what the printers wrote. @throws Error that says what is wrong and at which character. */
export class SnapshotReader {
  private at = 0

  constructor(private readonly text: string) {}

  number(what: string): number {
    return this.digits(what, 44)
  }

  /** A number from 0 to `max`. */
  count(what: string, max: number): number {
    const value = this.number(what)
    if (value > max) throw this.fault(`${what} is ${value}, more than ${max}`)
    return value
  }

  string(what: string): string {
    const length = this.digits(`length of ${what}`, 58)
    const start = this.at
    if (start + length > this.text.length) throw this.fault(`${what} is cut off`)
    this.at = start + length
    return this.text.slice(start, this.at)
  }

  end(): void {
    if (this.at < this.text.length) throw this.fault('more text than the state has')
  }

  fault(words: string): Error {
    return new Error(`snapshot of the KV, character ${this.at}: ${words}`)
  }

  /** Decimal digits without a zero in front, up to a mark. */
  private digits(what: string, mark: number): number {
    const { text, at: start } = this
    let total = 0
    let at = start
    for (; ; at += 1) {
      // NaN at the end of the text is no digit and no mark.
      const unit = text.charCodeAt(at)
      if (unit === mark) break
      const tooLong = at - start >= DIGITS_MAX
      if (!(unit >= 48 && unit <= 57) || tooLong) throw this.fault(`${what} is no number`)
      total = total * 10 + unit - 48
    }
    const zeroFirst = at - start > 1 && text.charCodeAt(start) === 48
    if (at === start || zeroFirst) throw this.fault(`${what} is no number`)
    this.at = at + 1
    return total
  }
}
