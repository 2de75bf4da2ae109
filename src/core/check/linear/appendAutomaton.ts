/**
 * A key that is only read and appended to. It never shrinks, so all that was ever read of it is the
 * beginning of the longest text that was read: up to there a length stands for the text, and beyond
 * it nobody looks. States are 0 for absent, else 1 and the length in bytes; long lists are cheap.
 */
import { ABSENT, IMPOSSIBLE } from './automaton'
import type { Automaton } from './automaton'
import { textOf } from './models'
import type { Operation } from './operations'
import { utf8Length } from './utf8'

const SHOWN_CHARS_MAX = 60

interface Kind {
  /** Null for an append; else the state that a read needs. */
  readonly read: number | null
  readonly text: string
  readonly bytes: number
  readonly seenLength: number | undefined
}

export function isAppendOnly(operations: readonly Operation[]): boolean {
  return operations.every(({ f }) => f === 'append' || f === 'read')
}

export class AppendAutomaton implements Automaton {
  readonly bytes = 0
  /** Without its longest read it would be another one. */
  readonly servesParts = false
  /** The longest text that was read. */
  private readonly longest: string
  private readonly longestBytes: number
  /** Place in `longest` of each length in bytes at which a sign ends. */
  private readonly placeOf = new Map<number, number>()
  private readonly kinds: Kind[] = []
  private readonly kindIds = new Map<string, number>()

  constructor(operations: readonly Operation[]) {
    let longest = ''
    for (const { f, seen } of operations) {
      const text = f === 'read' && typeof seen !== 'boolean' ? (textOf(seen ?? null) ?? '') : ''
      if (text.length > longest.length) longest = text
    }
    this.longest = longest
    let [bytes, place] = [0, 0]
    this.placeOf.set(0, 0)
    for (const sign of longest) {
      bytes += utf8Length(sign)
      place += sign.length
      this.placeOf.set(bytes, place)
    }
    this.longestBytes = bytes
  }

  kindOf({ f, value, seen }: Operation): number {
    const given = f === 'read' ? seen : value
    const text = typeof given === 'string' || typeof given === 'number' ? textOf(given) : null
    const seenLength = f === 'append' && typeof seen === 'number' ? seen : undefined
    const name = `${f} ${seenLength} ${text === null ? '' : `=${text}`}`
    const known = this.kindIds.get(name)
    if (known !== undefined) return known
    const bytes = utf8Length(text ?? '')
    const read = f === 'read' ? this.stateRead(text, bytes) : null
    this.kindIds.set(name, this.kinds.length)
    return this.kinds.push({ read, text: text ?? '', bytes, seenLength }) - 1
  }

  isObservation(kind: number): boolean {
    return this.kinds[kind]?.read !== null
  }

  step(state: number, id: number): number {
    const kind = this.kinds[id]
    if (kind === undefined) return IMPOSSIBLE
    if (kind.read !== null) return kind.read === state ? state : IMPOSSIBLE
    const start = Math.max(0, state - 1)
    const end = start + kind.bytes
    if (kind.seenLength !== undefined && kind.seenLength !== end) return IMPOSSIBLE
    return this.fits(kind.text, start, end) ? end + 1 : IMPOSSIBLE
  }

  describe(state: number): string {
    if (state === ABSENT) return 'absent'
    const bytes = state - 1
    const text = this.longest.slice(0, this.placeOf.get(Math.min(bytes, this.longestBytes)) ?? 0)
    if (bytes > this.longestBytes) return `a text of ${bytes} bytes`
    if (text.length <= SHOWN_CHARS_MAX) return JSON.stringify(text)
    return `…${JSON.stringify(text.slice(-SHOWN_CHARS_MAX))} (${bytes} bytes)`
  }

  /** Whether what is there after it can still become the longest text. */
  private fits(text: string, start: number, end: number): boolean {
    if (start >= this.longestBytes) return true
    const place = this.placeOf.get(start)
    return end <= this.longestBytes && place !== undefined && this.longest.startsWith(text, place)
  }

  private stateRead(text: string | null, bytes: number): number {
    if (text === null) return ABSENT
    return this.longest.startsWith(text) ? bytes + 1 : IMPOSSIBLE
  }
}
