/**
 * I1 and I2: within one life of a node, its promise never goes down, and no vote is below it.
 * Across a restart only what had left the node must be remembered; that needs storage offsets.
 */
import type { LabEvent } from '../event'
import { compareBallot, formatBallot } from '../paxos/ballot'
import type { Ballot } from '../paxos/ballot'
import type { Violation } from './violation'

interface Promise {
  readonly life: number
  readonly ballot: Ballot
  readonly seq: number
}

export class PromiseCheck {
  private readonly promises = new Map<number, Promise>()

  feed(event: LabEvent): readonly Violation[] {
    if (event.type === 'recovered') {
      const { by, life, seq, promised } = event
      this.promises.set(by, { life, ballot: promised, seq })
      return []
    }
    if (event.type !== 'promised' && event.type !== 'voted') return []
    const { by, life, seq, ballot } = event
    const before = this.promises.get(by)
    if (before === undefined || before.life !== life || compareBallot(ballot, before.ballot) >= 0) {
      this.promises.set(by, { life, ballot, seq })
      return []
    }
    const promised = formatBallot(before.ballot)
    const evidence = [before.seq, seq]
    if (event.type === 'promised') {
      const words = `N${by} promised ${formatBallot(ballot)} after it had promised ${promised}`
      return [{ invariant: 'I2', words, evidence }]
    }
    const words = `N${by} voted at ${formatBallot(ballot)} in slot ${event.slot} after it had promised ${promised}`
    return [{ invariant: 'I1', words, evidence }]
  }
}
