/**
 * Budgets: how much is left of everything that a world bounds, packed into one whole number: one
 * digit of a mixed base for each kind, then one bit for each request that was made.
 *
 * Order: requests of one node are made in the order in which they are listed; other orders of
 *        equal commands would be the same world with other names.
 */
import type { NodeId } from '../../paxos/ballot'
import type { ReplicasOptions, WorldRequest } from './replicasTypes'

const NAMES = ['losses', 'duplicates', 'crashes', 'wipes', 'timers', 'elections'] as const

export type BudgetName = (typeof NAMES)[number]

/** The packed number must fit a cell of a row. */
const PACKED_MAX = 2 ** 31 - 1

export class Budgets {
  readonly start: number
  private readonly unit: Readonly<Record<BudgetName, number>>
  private readonly base: Readonly<Record<BudgetName, number>>
  private readonly requestUnit: number

  /** @throws RangeError if they are no budgets, or too large to pack. */
  constructor(
    options: ReplicasOptions,
    private readonly requests: readonly WorldRequest[],
  ) {
    let unit = 1
    let start = 0
    const units: Partial<Record<BudgetName, number>> = {}
    const bases: Partial<Record<BudgetName, number>> = {}
    for (const name of NAMES) {
      const count = options[name] ?? 0
      if (!Number.isInteger(count) || count < 0) {
        throw new RangeError(`${name} is ${count}, not a whole number from 0`)
      }
      units[name] = unit
      bases[name] = count + 1
      start += count * unit
      unit *= count + 1
    }
    this.unit = { ...ZERO, ...units }
    this.base = { ...ZERO, ...bases }
    this.requestUnit = unit
    this.start = start
    if (unit * 2 ** requests.length > PACKED_MAX) {
      throw new RangeError('the bounds are too large: fewer requests, timers or faults')
    }
  }

  has(packed: number, name: BudgetName): boolean {
    return Math.floor(packed / this.unit[name]) % this.base[name] > 0
  }

  /** The number of the next request of this node; null if all were made. */
  nextRequest(packed: number, node: NodeId): number | null {
    const made = Math.floor(packed / this.requestUnit)
    const next = this.requests.findIndex(
      (request, index) => request.node === node && (made & (1 << index)) === 0,
    )
    return next < 0 ? null : next
  }

  /** A number names a request. */
  spend(packed: number, what: BudgetName | number): number {
    if (typeof what === 'number') return packed + this.requestUnit * 2 ** what
    return packed - this.unit[what]
  }
}

const ZERO: Readonly<Record<BudgetName, number>> = {
  losses: 0,
  duplicates: 0,
  crashes: 0,
  wipes: 0,
  timers: 0,
  elections: 0,
}
