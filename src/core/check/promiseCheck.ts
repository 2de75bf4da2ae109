/**
 * I1 and I2: the promise of a node never goes down, restarts included, and no vote is below it.
 *
 * Facts tell promises and votes that are durable, so that a restart may not forget any of them. A
 * late fact of an earlier life proves nothing and is passed over.
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
    if (event.type !== 'promised' && event.type !== 'voted' && event.type !== 'recovered') return []
    const { by, life, seq } = event
    const ballot = event.type === 'recovered' ? event.promised : event.ballot
    const before = this.promises.get(by)
    if (before !== undefined && life < before.life) return []
    if (before === undefined || compareBallot(ballot, before.ballot) >= 0) {
      this.promises.set(by, { life, ballot, seq })
      return []
    }
    const promised = formatBallot(before.ballot)
    const evidence = [before.seq, seq]
    switch (event.type) {
      case 'recovered': {
        const words = `N${by} restarted with promise ${formatBallot(ballot)} and forgot ${promised}`
        return [{ invariant: 'I2', words, evidence }]
      }
      case 'promised': {
        const words = `N${by} promised ${formatBallot(ballot)} after it had promised ${promised}`
        return [{ invariant: 'I2', words, evidence }]
      }
      case 'voted': {
        const at = `at ${formatBallot(ballot)} in slot ${event.slot}`
        const words = `N${by} voted ${at} after it had promised ${promised}`
        return [{ invariant: 'I1', words, evidence }]
      }
    }
  }
}
