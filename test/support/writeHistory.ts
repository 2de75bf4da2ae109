/**
 * What writers were told: every numbered write with its fate, and every counter with its bounds.
 *
 * Fates:  acknowledged: it must be there for ever. Unknown: it may be there. Refused: the node said
 *         that it will never be applied.
 * Errors: an answer that contradicts an earlier one is a finding, kept in words.
 */
export type Fate = 'acknowledged' | 'unknown' | 'refused'

export interface NumberedWrite {
  readonly value: string
  readonly fate: Fate
}

/** How often a counter was raised, as far as its only writer knows. */
export interface CounterBounds {
  readonly acknowledged: number
  readonly unknown: number
}

const FINDINGS_MAX = 50

export class WriteHistory {
  readonly writes = new Map<string, NumberedWrite>()
  readonly counters = new Map<string, CounterBounds>()
  readonly findings: string[] = []
  findingsSkipped = 0
  acknowledged = 0
  unknown = 0
  refused = 0
  private readonly doubted = new Set<string>()

  set(key: string, value: string, fate: Fate): void {
    this.writes.set(key, { value, fate })
    this.count(fate)
  }

  /** `reply` is the number that an acknowledged INCR answered. */
  incr(counter: string, fate: Fate, reply: number | null): void {
    const { acknowledged, unknown } = this.boundsOf(counter)
    const [fewest, most] = [acknowledged + 1, acknowledged + unknown + 1]
    this.counters.set(counter, {
      acknowledged: acknowledged + (fate === 'acknowledged' ? 1 : 0),
      unknown: unknown + (fate === 'unknown' ? 1 : 0),
    })
    this.count(fate)
    if (fate !== 'acknowledged') return
    const fits = reply !== null && reply >= fewest && reply <= most
    if (!fits && !this.doubted.has(counter)) {
      // Once is enough: a counter that went back stays behind.
      this.doubted.add(counter)
      this.find(`INCR ${counter} answered ${reply}, which is not from ${fewest} to ${most}`)
    }
  }

  boundsOf(counter: string): CounterBounds {
    return this.counters.get(counter) ?? { acknowledged: 0, unknown: 0 }
  }

  find(words: string): void {
    if (this.findings.length < FINDINGS_MAX) this.findings.push(words)
    else this.findingsSkipped += 1
  }

  private count(fate: Fate): void {
    this[fate] += 1
  }
}

/** What a read-back showed of a history. */
export interface ReadBack {
  /** Acknowledged writes that are not there; for a counter, by how much it is too low. */
  readonly lost: readonly { readonly name: string; readonly count: number }[]
  /** Values that nobody wrote or that were refused, and counters that are too high. */
  readonly wrong: readonly string[]
}

/** Compares what a node gave back with what writers were told. */
export function judgeReadBack(
  history: WriteHistory,
  values: ReadonlyMap<string, string | null>,
): ReadBack {
  const lost: { name: string; count: number }[] = []
  const wrong: string[] = []
  for (const [key, { value, fate }] of history.writes) {
    const found = values.get(key) ?? null
    if (found === value && fate !== 'refused') continue
    if (found === null && fate !== 'acknowledged') continue
    if (found !== null) wrong.push(`${key} is "${found}" (${fate} "${value}")`)
    if (fate === 'acknowledged') lost.push({ name: key, count: 1 })
  }
  for (const [name, { acknowledged, unknown }] of history.counters) {
    const found = Number(values.get(name) ?? '0')
    if (found < acknowledged) lost.push({ name, count: acknowledged - found })
    const most = acknowledged + unknown
    if (!(found <= most)) wrong.push(`${name} is ${values.get(name)}, above ${most}`)
  }
  return { lost, wrong }
}
