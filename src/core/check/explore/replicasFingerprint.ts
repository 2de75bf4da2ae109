/**
 * Fingerprint: the state of an object graph as text. Two machines of one configuration with equal
 * texts behave alike from then on.
 *
 * Walks own enumerable fields, maps and sets in their own order (it can matter), arrays; an object
 * that was met before is written as its number, so that cycles end and shared objects show.
 * Skips:    functions; what never changes in a machine's life (configuration, roles, quorums); the
 *           output of the round; counts that nobody decides by.
 * Relative: numbers of records count from the newest durable one, and a queue from its head.
 */
import { Outbox } from '../../paxos/outbox'
import { Waiting } from '../../paxos/waiting'

/** Fields of class instances only: plain objects are messages and records. */
const SKIPPED: ReadonlySet<string> = new Set([
  'config',
  'flaws',
  'roles',
  'quorums',
  'effects',
  'out',
  'preemptions',
])

/** Without counts that only grow: for states that come back. */
const COUNTS: ReadonlySet<string> = new Set(['bids', 'preemptionsInRow', 'periods'])

export interface FingerprintOptions {
  /** Taken off every round above 0: a duel then comes back to where it was. */
  readonly roundsOff?: number
  readonly skipCounts?: boolean
}

export function fingerprint(value: unknown, options: FingerprintOptions = {}): string {
  return new Walk(options).write(value)
}

/** Highest round of any ballot in the graph. */
export function lowestRound(value: unknown): number {
  const walk = new Walk({})
  walk.write(value)
  return walk.lowestRound
}

class Walk {
  lowestRound = Infinity
  private readonly met = new Map<object, number>()

  constructor(private readonly options: FingerprintOptions) {}

  write(value: unknown): string {
    if (typeof value === 'string') return JSON.stringify(value)
    if (typeof value === 'function') return ''
    if (typeof value !== 'object' || value === null) return String(value)
    const before = this.met.get(value)
    if (before !== undefined && !isBallot(value)) return `@${before}`
    this.met.set(value, this.met.size)
    if (Array.isArray(value)) return `[${value.map((one) => this.write(one)).join()}]`
    if (value instanceof Map) {
      const pairs = [...value].map(([key, one]) => `${this.write(key)}:${this.write(one)}`)
      return `m{${pairs.join()}}`
    }
    if (value instanceof Set) return `s{${[...value].map((one) => this.write(one)).join()}}`
    return this.writeObject(value)
  }

  private writeObject(value: object): string {
    if (isBallot(value)) return this.writeBallot(value)
    let fields = Object.entries(value)
    if (value instanceof Outbox) fields = relativeOutbox(fields)
    else if (value instanceof Waiting) fields = fromHead(fields)
    const isPlain = Object.getPrototypeOf(value) === Object.prototype
    const texts = fields.map(([name, one]) => {
      if (typeof one === 'function' || (!isPlain && SKIPPED.has(name))) return ''
      if (this.options.skipCounts === true && COUNTS.has(name)) return ''
      return `${name}:${this.write(one)}`
    })
    return `{${texts.join()}}`
  }

  private writeBallot({ round, node }: { round: number; node: number }): string {
    if (round === 0) return '0.0'
    if (round < this.lowestRound) this.lowestRound = round
    return `${round - (this.options.roundsOff ?? 0)}.${node}`
  }
}

/** Ballots are written by value: which object holds one makes no difference. */
function isBallot(value: object): value is { round: number; node: number } {
  return (
    'round' in value &&
    'node' in value &&
    typeof value.round === 'number' &&
    typeof value.node === 'number'
  )
}

type Field = [string, unknown]

/** Zero: durable, or relies on nothing. */
function relativeOutbox(fields: readonly Field[]): Field[] {
  const durable = Number(fields.find(([name]) => name === 'durable')?.[1] ?? 0)
  const relative = (value: unknown): number => Math.max(0, Number(value) - durable)
  return fields.map(([name, value]): Field => {
    if (name === 'durable') return [name, 0]
    if (name === 'written' || name === 'flushing') return [name, relative(value)]
    if (!Array.isArray(value) || (name !== 'toSelf' && name !== 'undurable')) return [name, value]
    const items = value.map((item: object) =>
      'after' in item ? { ...item, after: relative(item.after) } : item,
    )
    return [name, items]
  })
}

function fromHead(fields: readonly Field[]): Field[] {
  const head = Number(fields.find(([name]) => name === 'head')?.[1] ?? 0)
  return fields.map(([name, value]): Field => {
    if (name === 'head') return [name, 0]
    return name === 'queue' && Array.isArray(value) ? [name, value.slice(head)] : [name, value]
  })
}
