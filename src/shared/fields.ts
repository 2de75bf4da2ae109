/**
 * Fields: parses objects that came over a wire or from a file, without a library, because node and
 * switchboard must start fast. Nothing is cast: what leaves here has been looked at.
 *
 * Errors: FrameError that says where and what, such as `node file: replica.windowSlots is not a
 *         whole number`. Unknown fields are ignored (docs/wire.md).
 */
import { FrameError } from './frame'

/** Longest text that is taken from a field; a frame itself has at most 1 MiB. */
const TEXT_CHARS_MAX = 1_048_576

export class Fields {
  private constructor(
    private readonly values: object,
    readonly where: string,
  ) {}

  static of(value: unknown, where: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FrameError(`${where} is not an object`)
    }
    return new Fields(value, where)
  }

  names(): string[] {
    return Object.keys(this.values)
  }

  /** Its own fields are all there is: `constructor` is not a field. */
  raw(name: string): unknown {
    const { values } = this
    return Object.hasOwn(values, name) ? Reflect.get(values, name) : undefined
  }

  text(name: string, charsMax = TEXT_CHARS_MAX): string {
    return asText(this.raw(name), `${this.where}.${name}`, charsMax)
  }

  textOrNull(name: string): string | null {
    return this.raw(name) === null ? null : this.text(name)
  }

  /** A whole number from `min` to `max`. */
  count(name: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
    return asCount(this.raw(name), `${this.where}.${name}`, min, max)
  }

  /** A finite number. */
  number(name: string): number {
    const value = this.raw(name)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw new FrameError(`${this.where}.${name} is not a number`)
  }

  /** 0 to 1. */
  probability(name: string): number {
    const value = this.number(name)
    if (value >= 0 && value <= 1) return value
    throw new FrameError(`${this.where}.${name} is not between 0 and 1`)
  }

  flag(name: string): boolean {
    const value = this.raw(name)
    if (typeof value === 'boolean') return value
    throw new FrameError(`${this.where}.${name} is not true or false`)
  }

  oneOf<T extends string>(name: string, options: readonly T[]): T {
    const value = this.raw(name)
    const found = options.find((option) => option === value)
    if (found !== undefined) return found
    throw new FrameError(`${this.where}.${name} is none of ${options.join(', ')}`)
  }

  at(name: string): Fields {
    return Fields.of(this.raw(name), `${this.where}.${name}`)
  }

  atOrNull(name: string): Fields | null {
    return this.raw(name) === null ? null : this.at(name)
  }

  list<T>(name: string, itemsMax: number, item: (value: unknown, where: string) => T): T[] {
    return asList(this.raw(name), `${this.where}.${name}`, itemsMax, item)
  }
}

export function asText(value: unknown, where: string, charsMax = TEXT_CHARS_MAX): string {
  if (typeof value !== 'string') throw new FrameError(`${where} is not a text`)
  if (value.length > charsMax)
    throw new FrameError(`${where} is longer than ${charsMax} characters`)
  return value
}

export function asCount(
  value: unknown,
  where: string,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new FrameError(`${where} is not a whole number`)
  }
  if (value < min || value > max) throw new FrameError(`${where} is not from ${min} to ${max}`)
  return value
}

export function asList<T>(
  value: unknown,
  where: string,
  itemsMax: number,
  item: (value: unknown, where: string) => T,
): T[] {
  if (!Array.isArray(value)) throw new FrameError(`${where} is not a list`)
  if (value.length > itemsMax) throw new FrameError(`${where} has more than ${itemsMax} items`)
  return value.map((entry: unknown, index) => item(entry, `${where}[${index}]`))
}
