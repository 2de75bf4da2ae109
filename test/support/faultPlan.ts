/** Which faults strike in a durability run, whom and when: drawn from a seed, all beforehand. */
import type { Prng } from '../../src/core/sim/prng'

export interface PlannedFault {
  readonly kind: 'kill' | 'powerLoss'
  /** Whom it strikes, of those that run then. */
  readonly victims: readonly number[]
  /** The leader takes the place of the first victim. */
  readonly leaderFirst: boolean
  /** Acknowledged writes to wait for before it strikes, and before the restart. */
  readonly writesBefore: number
  readonly writesWhileDown: number
  /** Kills only: killed so often, each time as soon as it is ready again. */
  readonly times: number
  /** Kills of one node only: it is restarted after the next fault. */
  readonly staysDown: boolean
  /** Power losses only. */
  readonly tornTail: boolean
  /** Power losses only: the victims stand still between write and flush when the power goes. */
  readonly stalls: boolean
}

export interface PlanOptions {
  readonly prng: Prng
  readonly kills: number
  readonly powerLosses: number
}

const ALL = [1, 2, 3, 4, 5]
/** How many nodes lose power, in turn: all five, one, a majority, and so on. */
const POWER_LOSS_SIZES = [5, 1, 3, 5, 4, 2]

export function planFaults({ prng, kills, powerLosses }: PlanOptions): PlannedFault[] {
  const plan = [
    ...Array.from({ length: kills }, () => killOf(prng)),
    ...Array.from({ length: powerLosses }, (_, index) => powerLossOf(prng, index)),
  ]
  return shuffled(prng, plan)
}

function killOf(prng: Prng): PlannedFault {
  const dice = prng.between(1, 20)
  const size = dice === 1 ? 5 : dice <= 3 ? 3 : dice <= 7 ? 2 : 1
  return {
    ...common(prng, 'kill', size),
    times: prng.between(1, 8) === 1 ? 2 : 1,
    staysDown: size === 1 && prng.between(1, 4) === 1,
    tornTail: false,
    stalls: false,
  }
}

function powerLossOf(prng: Prng, index: number): PlannedFault {
  const size = POWER_LOSS_SIZES[index % POWER_LOSS_SIZES.length] ?? 1
  const [tornTail, stalls] = [prng.between(1, 3) > 1, prng.between(1, 2) === 1]
  return { ...common(prng, 'powerLoss', size), times: 1, staysDown: false, tornTail, stalls }
}

function common(prng: Prng, kind: PlannedFault['kind'], size: number) {
  return {
    kind,
    victims: shuffled(prng, ALL).slice(0, size),
    leaderFirst: prng.between(1, 2) === 1,
    writesBefore: prng.between(20, 200),
    writesWhileDown: prng.between(1, 60),
  }
}

function shuffled<T>(prng: Prng, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: prng.uint32() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item)
}
