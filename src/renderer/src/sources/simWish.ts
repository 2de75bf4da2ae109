/** What a person wishes of a simulated run, and what the run is then made of. Plain data. */
import type { MutantId } from '../../../core/paxos/mutant'
import type { Due } from '../../../core/sim/agenda'
import type { SimFaultKind, SimFork } from '../../../core/sim/plan'

export interface SimWish {
  readonly seed: number
  /** Null: the seed draws 3, 5 or 7. */
  readonly nodes: 3 | 5 | 7 | null
  /** Null: the seed draws them; empty: none. */
  readonly faults: readonly SimFaultKind[] | null
  readonly mutant: MutantId | null
  /** Virtual seconds of faults; null: the seed draws 5 to 15. */
  readonly seconds: number | null
  /** Moments from which it goes on in another way, earliest first; missing: none. */
  readonly forks?: readonly SimFork[]
  /** True: seed after seed, until one is violated; at most HUNT_SEEDS_MAX. */
  readonly hunt: boolean
}

/** What a simulated run is made of, so that it can be made again with another future. */
export interface SimulatedPart {
  readonly wish: SimWish
  /** Ms up to which its faults go. */
  readonly safetyMs: number
  /** Ms at which it was over: nothing forks there, or later. */
  readonly endMs: number
  /** What is due where it is held, earliest first; null: it went on to its end. */
  readonly due: readonly Due[] | null
}
