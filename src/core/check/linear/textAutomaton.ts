/**
 * A key that holds a text, for every function there is.
 *
 * Values that nobody observes are all the same value: which of them is there makes no difference to
 * anyone. That does not hold where texts are computed from texts (`append`, `incr`).
 */
import { addInt64, parseInt64 } from '../../kv/integers'
import { ABSENT, IMPOSSIBLE } from './automaton'
import type { Automaton } from './automaton'
import { isPair, textOf } from './models'
import type { ModelName } from './models'
import type { Operation } from './operations'
import { utf8Length } from './utf8'

interface Kind {
  readonly f: Operation['f']
  /** `cas`: the new value; `incr`: by how much, as text. */
  readonly argument: number
  readonly text: string
  /** `cas` only. */
  readonly old: number
  /** State or number or flag that was seen; undefined: not observed. */
  readonly seen: number | undefined
}

const ENTRY_BYTES = 100
const UNOBSERVED_KEPT_MAX = 2

export class TextAutomaton implements Automaton {
  /** By state; undefined: some value that nobody observed. */
  private readonly texts: (string | null | undefined)[] = [null]
  private readonly lengths: number[] = [0]
  private readonly states = new Map<string, number>()
  private readonly kinds: Kind[] = []
  private readonly kindIds = new Map<string, number>()
  /** Of `append` and `incr`: by state and kind. */
  private readonly computed = new Map<string, number>()
  /** Null: all texts count. */
  private readonly observed: ReadonlySet<string> | null
  private unobservedState: number | null = null
  /** The first of them, for words. */
  private readonly unobserved = new Set<string>()
  readonly servesParts = true
  bytes = 0

  constructor(
    operations: readonly Operation[],
    private readonly model: ModelName,
  ) {
    const computes = operations.some(({ f }) => f === 'append' || f === 'incr')
    this.observed = computes ? null : new Set(operations.flatMap(observedTexts))
  }

  kindOf(operation: Operation): number {
    const kind = this.toKind(operation)
    const name = `${kind.f} ${kind.argument} ${kind.old} ${kind.seen} ${kind.text}`
    const known = this.kindIds.get(name)
    if (known !== undefined) return known
    this.kindIds.set(name, this.kinds.length)
    return this.kinds.push(kind) - 1
  }

  isObservation(kind: number): boolean {
    const { f, old, argument, seen } = this.kind(kind)
    if (f === 'read') return true
    if (f === 'cas') return seen === 0 || old === argument
    return (f === 'setnx' || f === 'del') && seen === 0
  }

  step(state: number, id: number): number {
    const { f, argument, old, seen } = this.kind(id)
    switch (f) {
      case 'read':
        return state === seen ? state : IMPOSSIBLE
      case 'write':
        return argument
      case 'getset':
        return seen === undefined || seen === state ? argument : IMPOSSIBLE
      case 'cas':
        if (seen !== undefined && (state === old) !== (seen === 1)) return IMPOSSIBLE
        return state === old ? argument : state
      case 'setnx':
        if (seen !== undefined && (state === ABSENT) !== (seen === 1)) return IMPOSSIBLE
        return state === ABSENT ? argument : state
      case 'del':
        return seen === undefined || (state !== ABSENT) === (seen === 1) ? ABSENT : IMPOSSIBLE
      case 'append':
      case 'incr':
        return this.compute(state, id)
    }
  }

  describe(state: number): string {
    const text = this.texts[state]
    if (text === undefined) return this.describeUnobserved()
    return text === null ? 'absent' : JSON.stringify(text)
  }

  private describeUnobserved(): string {
    const [only, ...others] = this.unobserved
    return only !== undefined && others.length === 0
      ? JSON.stringify(only)
      : 'some value that nobody observed'
  }

  private compute(state: number, id: number): number {
    const name = `${state} ${id}`
    const known = this.computed.get(name)
    if (known !== undefined) return known
    const kind = this.kind(id)
    const next = kind.f === 'append' ? this.append(state, kind) : this.increase(state, kind)
    this.computed.set(name, next)
    this.bytes += ENTRY_BYTES
    return next
  }

  private append(state: number, { text, seen }: Kind): number {
    const length = (this.lengths[state] ?? 0) + utf8Length(text)
    if (seen !== undefined && seen !== length) return IMPOSSIBLE
    return this.stateOf((this.texts[state] ?? '') + text)
  }

  /** What is no number cannot be increased: the request would have failed. */
  private increase(state: number, { text, seen }: Kind): number {
    const [before, by] = [parseInt64(this.texts[state] ?? '0'), parseInt64(text)]
    const after = before === null || by === null ? null : addInt64(before, by)
    if (after === null) return IMPOSSIBLE
    const next = this.stateOf(String(after))
    return seen === undefined || seen === next ? next : IMPOSSIBLE
  }

  private toKind(operation: Operation): Kind {
    const { f, value, seen } = this.model === 'mutex' ? ownedRelease(operation) : operation
    const kind = { f, argument: 0, text: '', old: 0, seen: this.seenOf(f, seen) }
    if (isPair(value)) {
      return {
        ...kind,
        old: this.stateOf(textOf(value[0])),
        argument: this.stateOf(textOf(value[1])),
      }
    }
    const text = textOf(value ?? null)
    if (f === 'append') return { ...kind, text: text ?? '' }
    if (f === 'incr') return { ...kind, text: text ?? '1' }
    if (f === 'read' || f === 'del') return kind
    return { ...kind, argument: this.stateOf(text) }
  }

  private seenOf(f: Operation['f'], seen: Operation['seen']): number | undefined {
    if (seen === undefined) return undefined
    if (typeof seen === 'boolean') return seen ? 1 : 0
    if (f === 'read' || f === 'getset' || f === 'incr') return this.stateOf(textOf(seen))
    return Number(seen)
  }

  private stateOf(text: string | null): number {
    if (text === null) return ABSENT
    if (this.observed?.has(text) === false) {
      if (this.unobserved.size < UNOBSERVED_KEPT_MAX) this.unobserved.add(text)
      this.unobservedState ??= this.newState(undefined)
      return this.unobservedState
    }
    const known = this.states.get(text)
    if (known !== undefined) return known
    const state = this.newState(text)
    this.states.set(text, state)
    return state
  }

  private newState(text: string | undefined): number {
    this.lengths.push(utf8Length(text ?? ''))
    this.bytes += ENTRY_BYTES + 2 * (text ?? '').length
    return this.texts.push(text) - 1
  }

  private kind(id: number): Kind {
    const kind = this.kinds[id]
    if (kind === undefined) throw new RangeError(`there is no kind ${id}`)
    return kind
  }
}

/** A lock is released by its owner: `del` that names one acts only on that one. */
function ownedRelease(operation: Operation): Pick<Operation, 'f' | 'value' | 'seen'> {
  const { f, value, seen } = operation
  if (f !== 'del' || value === undefined || value === null || isPair(value)) return operation
  return { f: 'cas', value: [value, null], seen: seen === undefined ? undefined : seen === 1 }
}

function observedTexts({ f, value, seen }: Operation): string[] {
  const looked = isPair(value) ? textOf(value[0]) : f === 'del' ? textOf(value ?? null) : null
  const returned = f === 'read' || f === 'getset' ? seen : null
  const text = typeof returned === 'boolean' ? null : textOf(returned ?? null)
  return [looked, text].filter((each) => each !== null)
}
