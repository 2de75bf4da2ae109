/**
 * Symmetry of the abstract model: acceptors are alike, and so are values. Of all states that differ
 * by names only, one stands for them: the smallest, word by word.
 *
 * Sound: quorums are majorities, and no rule or check looks at a name. Counts are then "distinct up
 *        to symmetry".
 * Cost:  a block of words is an acceptor, so its permutations are a sort; each order of the values
 *        is tried, by tables over sets of votes.
 */
import { assert } from '../../assert'
import type { AbstractModel } from './abstractModel'
import { symmetryFault } from './abstractBounds'
import type { Field } from './abstractLayout'

/** One order of the values. */
interface Order {
  /** By set of votes. */
  readonly votes: Uint16Array
  /** By what an acceptor remembers. */
  readonly memory: Uint16Array
}

export class Symmetry {
  private readonly orders: readonly Order[]
  private readonly tried: Uint32Array
  private readonly best: Uint32Array

  constructor(private readonly model: AbstractModel) {
    const { bounds, words } = model
    const fault = symmetryFault(bounds)
    assert(fault === null, fault ?? '')
    this.orders = permutations(bounds.values).map((order) => this.orderOf(order))
    this.tried = new Uint32Array(words)
    this.best = new Uint32Array(words)
  }

  /** Puts the smallest of the states that differ from `state` by names only in its place. */
  canonical(state: Uint32Array): void {
    const [, ...others] = this.orders
    this.best.set(state)
    this.sortAcceptors(this.best)
    for (const order of others) {
      this.rename(state, order)
      this.sortAcceptors(this.tried)
      if (isLess(this.tried, this.best)) this.best.set(this.tried)
    }
    state.set(this.best)
  }

  private orderOf(to: readonly number[]): Order {
    const { bounds, rules } = this.model
    const { values, ballots } = bounds
    const votesCount = ballots * values
    const moved = (each: number): number => each - (each % values) + (to[each % values] ?? 0)
    const votes = new Uint16Array(2 ** votesCount)
    for (let set = 0; set < votes.length; set += 1) {
      for (let each = 0; each < votesCount; each += 1) {
        if ((set & (1 << each)) !== 0) votes[set]! |= 1 << moved(each)
      }
    }
    const memory = Uint16Array.from({ length: rules.memories }, (_, held) => {
      const vote = held % (1 + votesCount)
      return vote === 0 ? held : held - vote + 1 + moved(vote - 1)
    })
    return { votes, memory }
  }

  /** Writes `state` with its values renamed into `tried`. */
  private rename(state: Uint32Array, { votes, memory }: Order): void {
    const { layout, bounds } = this.model
    const { tried } = this
    tried.fill(0)
    for (let a = 0; a < bounds.acceptors; a += 1) {
      const base = a * layout.block
      put(tried, base, layout.memory, memory[get(state, base, layout.memory)]!)
      put(tried, base, layout.votes, votes[get(state, base, layout.votes)]!)
      for (const field of layout.reports) {
        const report = get(state, base, field)
        put(tried, base, field, (report & 1) | (votes[report >>> 1]! << 1))
      }
    }
    const { shared, prepares, proposals, learned } = layout
    put(tried, shared, prepares, get(state, shared, prepares))
    put(tried, shared, proposals, votes[get(state, shared, proposals)]!)
    put(tried, shared, learned, votes[get(state, shared, learned)]!)
  }

  /** Insertion sort: there are at most five. */
  private sortAcceptors(state: Uint32Array): void {
    const { block } = this.model.layout
    const end = this.model.bounds.acceptors * block
    for (let at = block; at < end; at += block) {
      for (
        let from = at;
        from > 0 && isBlockLess(state, from, from - block, block);
        from -= block
      ) {
        for (let word = 0; word < block; word += 1) {
          const own = state[from + word]!
          state[from + word] = state[from - block + word]!
          state[from - block + word] = own
        }
      }
    }
  }
}

function get(state: Uint32Array, base: number, { word, shift, mask }: Field): number {
  return (state[base + word]! >>> shift) & mask
}

function put(state: Uint32Array, base: number, { word, shift }: Field, bits: number): void {
  state[base + word]! |= bits << shift
}

function isBlockLess(state: Uint32Array, one: number, other: number, block: number): boolean {
  for (let word = 0; word < block; word += 1) {
    const difference = state[one + word]! - state[other + word]!
    if (difference !== 0) return difference < 0
  }
  return false
}

function isLess(one: Uint32Array, other: Uint32Array): boolean {
  for (let word = 0; word < one.length; word += 1) {
    if (one[word]! !== other[word]!) return one[word]! < other[word]!
  }
  return false
}

/** All orders, the plain one first. */
function permutations(count: number): number[][] {
  if (count === 0) return [[]]
  return permutations(count - 1)
    .flatMap((rest) => rest.concat(count - 1).map((_, at) => rest.toSpliced(at, 0, count - 1)))
    .sort((a, b) => (a.join() < b.join() ? -1 : 1))
}
