/**
 * Invariants: the live checks over the facts of all nodes, a pure fold.
 *
 * "Chosen" is computed here, from votes alone, never taken from a node's claim. What is checked does
 * not depend on the order in which facts of different nodes arrive; within a node and life, facts
 * come in order. Wording never claims proof.
 *
 * Bounds: tallies are kept for the newest `TALLY_SLOTS_MAX` slots, promises for the newest
 *         `BALLOTS_MAX` ballots, digests for the newest `DIGESTS_MAX` watermarks; what is older is
 *         final and only compared.
 */
import type { LabEvent } from '../event'
import type { NodeId } from '../paxos/ballot'
import { MAJORITY, Quorums } from '../paxos/quorum'
import type { QuorumSystem } from '../paxos/quorum'
import { Agreement } from './agreement'
import { DigestCheck } from './digestCheck'
import { P2c } from './p2c'
import { PromiseCheck } from './promiseCheck'
import { ReadCheck } from './readCheck'
import type { Violation } from './violation'

/** One invariant as the checks panel shows it. */
export interface InvariantView {
  readonly id: string
  readonly title: string
  readonly state: 'holds' | 'violated' | 'notEnoughData' | 'idle'
  readonly words: string
  readonly evidence: readonly number[]
}

const TITLES: Readonly<Record<string, string>> = {
  I1: 'No vote below a promise (P1a)',
  I2: 'A promise never goes down',
  I5: 'One value per slot and ballot',
  I6: 'Each proposal rests on a quorum that promised (P2c)',
  I7: 'No witness of a proposal votes below it later (P2c)',
  I8: 'At most one value chosen per slot',
  I10: 'A reader says chosen only of what a quorum voted',
  I12: 'Equal logs give equal digests',
}

export class Invariants {
  private readonly promises = new PromiseCheck()
  private readonly digests = new DigestCheck()
  private readonly agreement: Agreement
  private readonly p2c: P2c
  private readonly reads: ReadCheck
  private readonly found = new Map<string, Violation>()
  private events = 0
  private gapAt: number | null = null

  /** Judges with the quorum system of the run; by itself a majority of the acceptors. */
  constructor(acceptors: readonly NodeId[], system: QuorumSystem = MAJORITY) {
    const quorums = new Quorums(system, acceptors)
    this.agreement = new Agreement(quorums)
    this.p2c = new P2c(quorums, this.agreement)
    this.reads = new ReadCheck(quorums)
  }

  /** Folds one event; answers the violations that it completed, each invariant once. */
  feed(event: LabEvent): readonly Violation[] {
    this.events += 1
    if (event.type === 'factsDropped') this.gapAt ??= event.seq
    const fresh = [
      ...this.promises.feed(event),
      ...this.agreement.feed(event),
      ...this.p2c.feed(event),
      ...this.reads.feed(event),
      ...this.digests.feed(event),
    ].filter(({ invariant }) => !this.found.has(invariant))
    for (const violation of fresh) this.found.set(violation.invariant, violation)
    return fresh
  }

  /** Slots that a phase-2 quorum voted, as far as the facts show: the "sometimes" of a run. */
  get chosenSlots(): number {
    return this.agreement.chosenSlots
  }

  views(): InvariantView[] {
    return Object.entries(TITLES).map(([id, title]) => {
      const violation = this.found.get(id)
      if (violation !== undefined) {
        return {
          id,
          title,
          state: 'violated',
          words: violation.words,
          evidence: violation.evidence,
        }
      }
      if (this.gapAt !== null) {
        const words = `Facts were lost at event ${this.gapAt}: not enough data`
        return { id, title, state: 'notEnoughData', words, evidence: [this.gapAt] }
      }
      if (this.chosenSlots === 0) {
        return { id, title, state: 'idle', words: 'No value was chosen yet', evidence: [] }
      }
      const words = `No violation in ${this.events} events`
      return { id, title, state: 'holds', words, evidence: [] }
    })
  }
}
