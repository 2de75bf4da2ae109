/**
 * Layout of a packed state of the abstract model: words of 32 bits, no field across two of them.
 *
 * Shape:  one block of words for each acceptor, all alike, then one block for what all share. So a
 *         permutation of acceptors is one of blocks.
 *         Acceptor: what it remembers (an index, see `abstractRules`), its 2b messages as a set of
 *         votes (bit b*V+v), and for each ballot its 1b messages as a set of reports (bit 0: no
 *         vote; bit 1+b*V+v: that vote).
 *         Shared: the 1a messages (bit b), the 2a messages (bit b*V+v), and for a learner that
 *         counts wrongly the values that it said are chosen (bit v).
 */
import { flawsOf } from '../../paxos/flaws'
import type { AbstractBounds } from './abstractBounds'

export interface Field {
  /** Word within its block. */
  readonly word: number
  readonly shift: number
  /** Not shifted. */
  readonly mask: number
}

export interface Layout {
  /** Words of one acceptor. */
  readonly block: number
  /** First word of what all share. */
  readonly shared: number
  /** Words of a whole state. */
  readonly words: number
  readonly memory: Field
  readonly votes: Field
  /** By ballot. */
  readonly reports: readonly Field[]
  readonly prepares: Field
  readonly proposals: Field
  readonly learned: Field
}

const WORD_BITS = 32

/** Puts fields into words, first fit. */
class Packer {
  private readonly used: number[] = []

  place(bits: number): Field {
    let word = this.used.findIndex((taken) => taken + bits <= WORD_BITS)
    if (word < 0) word = this.used.push(0) - 1
    const shift = this.used[word] ?? 0
    this.used[word] = shift + bits
    return { word, shift, mask: 2 ** bits - 1 }
  }

  get words(): number {
    return this.used.length
  }
}

/** `memories`: how many things an acceptor can remember; `learner`: one is in the model. */
export function layOut(bounds: AbstractBounds, memories: number, learner: boolean): Layout {
  const { acceptors, values, ballots, mutant } = bounds
  const votesCount = ballots * values
  const own = new Packer()
  const memory = own.place(Math.max(1, Math.ceil(Math.log2(memories))))
  const votes = own.place(votesCount)
  // An acceptor votes below what it promises, unless accepting raises no promise.
  const reports = Array.from({ length: ballots }, (_, b) =>
    own.place(1 + (flawsOf(mutant).voteKeepsPromise ? votesCount : b * values)),
  )
  const common = new Packer()
  const prepares = common.place(ballots)
  const proposals = common.place(votesCount)
  const learned = common.place(learner ? values : 0)
  const shared = acceptors * own.words
  return {
    block: own.words,
    shared,
    words: shared + common.words,
    memory,
    votes,
    reports,
    prepares,
    proposals,
    learned,
  }
}
