/**
 * Random histories of a few operations, from a seed: some as a real object would have made them,
 * some with one answer changed, some with answers out of the blue.
 */
import type { ModelName } from '../../src/core/check/linear/models'
import { MODEL_FUNCTIONS } from '../../src/core/check/linear/models'
import type { HistoryEntry, HistoryFunction, HistoryValue } from '../../src/core/history'
import { createPrng } from '../../src/core/sim/prng'
import type { Prng } from '../../src/core/sim/prng'

export interface RandomShape {
  readonly model: ModelName
  readonly operationsMax: number
  readonly processes: number
  readonly keys: number
  /** How many values there are; 0: every write has its own. */
  readonly values: number
  /** Of the completions. */
  readonly infoShare: number
  readonly failShare: number
  /** All the operations, and no fewer. */
  readonly isFull?: boolean
  /** Share of answers that are wrong; by itself none, some or all. */
  readonly lies?: number
  /** All are invoked before the first one ends. */
  readonly atOnce?: boolean
}

const STEPS_AN_OPERATION = 12

type Argument = HistoryEntry['value']

interface Open {
  readonly process: number
  readonly f: HistoryFunction
  readonly key: string
  readonly value: Argument
  /** Performed on the real object; what it answered. */
  answer: HistoryEntry['result'] | null
  performed: boolean
}

export function randomHistory(seed: number, shape: RandomShape): HistoryEntry[] {
  return new RandomHistory(createPrng(seed), shape).make()
}

class RandomHistory {
  private readonly entries: HistoryEntry[] = []
  private readonly open: Open[] = []
  private readonly object = new Map<string, string>()
  private readonly lies: number
  private written = 0

  constructor(
    private readonly prng: Prng,
    private readonly shape: RandomShape,
  ) {
    this.lies = shape.lies ?? [0, 0.15, 1][prng.between(0, 2)] ?? 0
  }

  make(): HistoryEntry[] {
    const { operationsMax, isFull = false, atOnce = false } = this.shape
    const operations = isFull ? operationsMax : this.prng.between(1, operationsMax)
    let invoked = 0
    for (let step = 0; step < STEPS_AN_OPERATION * operations; step += 1) {
      const act = this.prng.between(0, 2)
      const waits = atOnce && invoked < operations
      if (act === 0 && invoked < operations && this.open.length < this.shape.processes) {
        this.invoke()
        invoked += 1
      } else if (act === 1) this.perform(this.pick(this.open))
      else if (act === 2 && !waits) this.complete(this.pick(this.open))
    }
    return this.entries
  }

  private invoke(): void {
    const busy = new Set(this.open.map(({ process }) => process))
    const idle = Array.from({ length: this.shape.processes }, (_, at) => at)
    const process = this.pick(idle.filter((each) => !busy.has(each))) ?? 0
    const f = this.pick(MODEL_FUNCTIONS[this.shape.model]) ?? 'read'
    const key = `k${this.prng.between(1, this.shape.keys)}`
    const value = this.argument(f)
    this.open.push({ process, f, key, value, answer: null, performed: false })
    this.push({ process, type: 'invoke', f, key, ...(value === undefined ? {} : { value }) })
  }

  /** When it takes effect on the real object. */
  private perform(one: Open | undefined): void {
    if (one === undefined || one.performed) return
    one.performed = true
    one.answer = apply(this.object, one, this.shape.model === 'mutex')
  }

  private complete(one: Open | undefined): void {
    if (one === undefined) return
    const { process, f, key } = one
    const draw = this.prng.unit()
    const isFail = draw < this.shape.failShare && (!one.performed || this.lies > 0)
    let type: HistoryEntry['type'] = draw > 1 - this.shape.infoShare ? 'info' : 'ok'
    if (isFail) type = 'fail'
    if (type === 'ok') this.perform(one)
    // What is no number cannot be increased: the object says so, and nothing has happened.
    if (one.answer === ERROR) type = 'fail'
    this.open.splice(this.open.indexOf(one), 1)
    // What is still to take effect may do so later, or never.
    if (type === 'info' && this.prng.unit() < 0.5) this.perform(one)
    const lies = this.prng.unit() < this.lies
    const answer = one.answer === ERROR ? null : lies ? this.lie(f) : one.answer
    if (type !== 'ok' || f === 'write') this.push({ process, type, f, key })
    else if (f === 'read') this.push({ process, type, f, key, value: plain(answer) })
    else if (this.prng.unit() < 0.15) this.push({ process, type, f, key })
    else this.push({ process, type, f, key, result: answer ?? null })
  }

  private argument(f: HistoryFunction): Argument {
    if (f === 'read') return undefined
    if (f === 'del') return this.shape.model === 'mutex' && this.chance() ? this.value() : undefined
    if (f === 'incr') return this.chance() ? undefined : this.prng.between(-1, 2)
    if (f !== 'cas') return this.value()
    if (this.shape.model !== 'mutex') return [this.maybe(), this.maybe()]
    return this.chance() ? [null, this.value()] : [this.value(), null]
  }

  private lie(f: HistoryFunction): HistoryEntry['result'] {
    if (f === 'cas') return this.chance()
    if (f === 'setnx' || f === 'del') return this.prng.between(0, 1)
    if (f === 'incr') return this.prng.between(-1, 4)
    if (f === 'append') return this.prng.between(0, 4)
    if (this.shape.model !== 'append') return this.maybe()
    const length = this.prng.between(0, 3)
    return length === 0 ? null : Array.from({ length }, () => this.value()).join('')
  }

  private maybe(): HistoryValue {
    return this.prng.unit() < 0.2 ? null : this.value()
  }

  private value(): HistoryValue {
    const { values } = this.shape
    if (values === 0) {
      this.written += 1
      return `v${this.chance() ? this.written : this.prng.between(1, this.written)}`
    }
    const value = this.prng.between(1, values)
    if (value === values && this.prng.unit() < 0.3) return 'x'
    return this.chance() ? value : String(value)
  }

  private chance(): boolean {
    return this.prng.unit() < 0.5
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.prng.between(0, list.length - 1)]
  }

  private push(entry: Omit<HistoryEntry, 'time'>): void {
    this.entries.push({ ...entry, time: this.entries.length })
  }
}

const ERROR = 'error'

function plain(answer: HistoryEntry['result'] | null): HistoryValue {
  return typeof answer === 'boolean' || answer === undefined ? null : answer
}

function apply(object: Map<string, string>, { f, key, value }: Open, isMutex: boolean) {
  const before = object.get(key) ?? null
  const set = (next: unknown) => {
    if (next === null || next === undefined) object.delete(key)
    else object.set(key, String(next))
  }
  switch (f) {
    case 'read':
      return before
    case 'write':
      set(value)
      return null
    case 'getset':
      set(value)
      return before
    case 'cas': {
      const [old, fresh] = Array.isArray(value) ? value : [null, null]
      const hit = before === (old === null ? null : String(old))
      if (hit) set(fresh)
      return hit
    }
    case 'append':
      set((before ?? '') + String(value))
      return object.get(key)?.length ?? 0
    case 'incr':
      if (before !== null && before !== String(parseInt(before))) return ERROR
      set(Number(before ?? 0) + Number(value ?? 1))
      return Number(object.get(key))
    case 'setnx':
      if (before !== null) return 0
      set(value)
      return 1
    case 'del':
      if (isMutex && value !== undefined && String(value) !== before) return 0
      set(null)
      return before === null ? 0 : 1
  }
}
