/**
 * Judge: is a history linearizable (I14)? Keys are independent and judged apart. A search that gets
 * too long answers `unknown`, out of budget, and never a guess; easy keys are judged first, so that
 * a hard one does not keep a violation elsewhere from being found.
 *
 * Source: Herlihy and Wing, "Linearizability" (1990): locality, by which keys are independent.
 * Units:  a budget in configurations entered and bytes of memo; core has no clock, so time is up to
 *         the host: it drives the generator and stops when it likes, or passes `shouldStop`.
 * Errors: HistoryError for a history that makes no sense.
 */
import type { HistoryEntry } from '../../history'
import { gatherEvidence } from './evidence'
import type { Evidence } from './evidence'
import type { ModelName } from './models'
import { Pairing } from './operations'
import type { Operation } from './operations'
import { toProblem } from './problem'
import { Search } from './search'
import { judgeQuickly } from './quick'

export interface HistoryBudget {
  readonly configurationsMax: number
  /** Memory of one search at a time. */
  readonly memoBytesMax: number
  /** Violated keys for which evidence is gathered. */
  readonly evidenceMax: number
  /** Asked every few thousand configurations. */
  readonly shouldStop?: () => boolean
}

const DEFAULT_BUDGET: HistoryBudget = {
  configurationsMax: 20_000_000,
  memoBytesMax: 512 * 1024 * 1024,
  evidenceMax: 5,
}

export interface HistoryVerdict {
  readonly verdict: 'valid' | 'violated' | 'unknown'
  readonly words: string
  readonly model: ModelName
  readonly keys: number
  /** Operations that matter: without failed ones and reads that nobody saw the end of. */
  readonly operations: number
  readonly configurations: number
  /** Keys for which the budget did not last. */
  readonly outOfBudget: readonly string[]
  readonly keysViolated: number
  /** Of the first keys that are violated. */
  readonly violations: readonly Evidence[]
}

/** Configurations between two looks at the host. */
const SLICE = 512
const ENTRIES_A_SLICE = 8192
const FIRST_ROUND = 20_000
const ROUND_FACTOR = 8
const KEYS_SHOWN_MAX = 20

/** Judges at one go. */
export function checkHistory(
  history: readonly HistoryEntry[],
  model: ModelName,
  budget: Partial<HistoryBudget> = {},
): HistoryVerdict {
  const steps = judgeHistory(history, model, budget)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Judges in slices of some milliseconds, for hosts that have other things to do. */
export function* judgeHistory(
  history: readonly HistoryEntry[],
  model: ModelName,
  budget: Partial<HistoryBudget> = {},
): Generator<void, HistoryVerdict> {
  const keys = yield* operationsByKey(history, model)
  const judge = new KeyJudge(model, { ...DEFAULT_BUDGET, ...budget })
  yield* judge.run(keys)
  return judge.verdict(keys)
}

/** Throws HistoryError. */
function* operationsByKey(
  history: readonly HistoryEntry[],
  model: ModelName,
): Generator<void, Map<string, Operation[]>> {
  const pairing = new Pairing(model)
  const keys = new Map<string, Operation[]>()
  const put = (operation: Operation) => {
    const list = keys.get(operation.key)
    if (list === undefined) keys.set(operation.key, [operation])
    else list.push(operation)
  }
  for (const [at, entry] of history.entries()) {
    const operation = pairing.add(entry, at)
    if (operation !== null) put(operation)
    if (at % ENTRIES_A_SLICE === ENTRIES_A_SLICE - 1) yield
  }
  pairing.rest().forEach(put)
  return keys
}

class KeyJudge {
  private readonly violated: string[] = []
  private readonly evidence: Evidence[] = []
  private readonly outOfBudget: string[] = []
  private configurations = 0
  private stopped = false

  constructor(
    private readonly model: ModelName,
    private readonly budget: HistoryBudget,
  ) {}

  *run(keys: ReadonlyMap<string, readonly Operation[]>): Generator<void, void> {
    let open: string[] = []
    for (const [key, operations] of keys) {
      const sound = judgeQuickly(operations)
      if (sound === null) open.push(key)
      else if (!sound) this.violated.push(key)
      yield
    }
    for (let most = FIRST_ROUND; open.length > 0; most *= ROUND_FACTOR) {
      const left: string[] = []
      for (const key of open) {
        const settled = yield* this.search(key, keys.get(key) ?? [], most)
        if (!settled) left.push(key)
      }
      open = left
    }
    for (const key of this.violated.slice(0, this.budget.evidenceMax)) {
      const limits = { model: this.model, shouldStop: () => this.asksToStop() }
      this.evidence.push(yield* gatherEvidence(key, keys.get(key) ?? [], limits))
    }
  }

  verdict(keys: ReadonlyMap<string, readonly Operation[]>): HistoryVerdict {
    const { model, configurations, outOfBudget } = this
    let operations = 0
    for (const list of keys.values()) operations += list.length
    const violations = this.evidence
    const keysViolated = this.violated.length
    const verdict = keysViolated > 0 ? 'violated' : outOfBudget.length > 0 ? 'unknown' : 'valid'
    const words = violations[0]?.words ?? this.wordsOf(operations, keys.size)
    const counts = { keys: keys.size, operations, configurations, keysViolated }
    return { verdict, words, model, ...counts, outOfBudget, violations }
  }

  private wordsOf(operations: number, keys: number): string {
    const what = `${operations} operations on ${keys} keys`
    if (this.violated.length > 0) return `no order for ${this.violated.length} of ${keys} keys`
    if (this.outOfBudget.length === 0) return `an order was found for ${what}`
    const shown = this.outOfBudget.slice(0, KEYS_SHOWN_MAX).map((key) => JSON.stringify(key))
    const more = this.outOfBudget.length > shown.length ? ', ...' : ''
    return `out of budget: ${what}, no answer for ${shown.join(', ')}${more}`
  }

  /** True: the key needs no other round. */
  private *search(
    key: string,
    operations: readonly Operation[],
    most: number,
  ): Generator<void, boolean> {
    const search = new Search(toProblem(operations, this.model), this.budget)
    while (search.state === 'searching' && search.entered < most) {
      const left = this.left(search.entered)
      if (left <= 0) break
      search.advance(Math.min(SLICE, left))
      yield
    }
    this.configurations += search.entered
    if (search.state === 'none') this.violated.push(key)
    else if (search.state !== 'found') {
      if (search.state === 'searching' && this.left(0) > 0) return false
      this.outOfBudget.push(key)
    }
    return true
  }

  /** Configurations that may still be entered, `entered` being counted elsewhere. */
  private left(entered: number): number {
    return this.asksToStop() ? 0 : this.budget.configurationsMax - this.configurations - entered
  }

  private asksToStop(): boolean {
    this.stopped ||= this.budget.shouldStop?.() === true
    return this.stopped
  }
}
