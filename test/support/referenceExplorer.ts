/**
 * A second explorer of the abstract model of protocol §11, as plain as it can be: states are
 * objects, the set of messages is a bigint, and a Set of texts knows what was seen. Slow, and it
 * shares nothing with the one that ships but the rules: their counts must agree.
 */
import { compareBallot, ZERO_BALLOT } from '../../src/core/paxos/ballot'
import type { Ballot } from '../../src/core/paxos/ballot'
import type { Value, Vote } from '../../src/core/paxos/message'
import { majorityOf } from '../../src/core/paxos/quorum'
import { chooseValue, mayPromise, mayVote } from '../../src/core/paxos/rules'

export interface ReferenceSizes {
  readonly acceptors: number
  readonly values: number
  readonly ballots: number
}

export interface ReferenceRules {
  readonly mayPromise: typeof mayPromise
  readonly mayVote: typeof mayVote
  readonly chooseValue: typeof chooseValue
}
const RULES: ReferenceRules = { mayPromise, mayVote, chooseValue }

interface Acceptor {
  readonly promised: Ballot
  readonly vote: Vote | null
}

/** Every message is a number, so that a set of them is the bits of a bigint. */
class Names {
  private readonly numbers = new Map<string, bigint>()

  bit(name: string): bigint {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const bit = 1n << BigInt(this.numbers.size)
    this.numbers.set(name, bit)
    return bit
  }
}

interface State {
  readonly acceptors: readonly Acceptor[]
  readonly sent: bigint
}

export interface ReferenceFound {
  readonly states: number
  /** States in which two values are chosen. */
  readonly violations: number
  /** States in which some value is chosen. */
  readonly chosen: number
}

class Search {
  private readonly names = new Names()
  private readonly seen = new Set<string>()
  private readonly open: State[] = []
  private readonly ballots: readonly Ballot[]
  private readonly values: readonly Value[]
  private readonly majorities: readonly (readonly number[])[]

  constructor(
    private readonly sizes: ReferenceSizes,
    private readonly rules: ReferenceRules,
  ) {
    const { acceptors, values, ballots } = sizes
    this.ballots = Array.from({ length: ballots }, (_, at) => ({ round: at + 1, node: 1 }))
    this.values = ['v', 'w', 'x', 'y'].slice(0, values)
    const places = Array.from({ length: acceptors }, (_, at) => at)
    this.majorities = subsets(places).filter((set) => set.length === majorityOf(acceptors))
  }

  run(): ReferenceFound {
    let violations = 0
    let chosen = 0
    const nobody: Acceptor = { promised: ZERO_BALLOT, vote: null }
    const acceptors = Array.from({ length: this.sizes.acceptors }, () => nobody)
    this.reach({ acceptors, sent: 0n })
    for (let state = this.open.pop(); state !== undefined; state = this.open.pop()) {
      const values = this.chosenIn(state)
      if (values > 1) violations += 1
      if (values > 0) chosen += 1
      for (const ballot of this.ballots) this.leave(state, ballot)
    }
    return { states: this.seen.size, violations, chosen }
  }

  private reach(state: State): void {
    const held = state.acceptors.map(({ promised, vote }) => {
      return `${promised.round}/${vote?.ballot.round ?? 0}${vote?.value ?? ''}`
    })
    const key = `${held.join(' ')} ${state.sent.toString(36)}`
    if (this.seen.has(key)) return
    this.seen.add(key)
    this.open.push(state)
  }

  private has({ sent }: State, name: string): boolean {
    return (sent & this.names.bit(name)) !== 0n
  }

  private leave(state: State, ballot: Ballot): void {
    const b = ballot.round
    if (!this.has(state, `1a ${b}`)) this.send(state, `1a ${b}`)
    else state.acceptors.forEach((_, at) => this.promise(state, at, ballot))
    if (this.values.some((value) => this.has(state, `2a ${b} ${value}`))) this.votes(state, ballot)
    else this.propose(state, ballot)
  }

  private send(state: State, name: string): void {
    this.reach({ ...state, sent: state.sent | this.names.bit(name) })
  }

  private become(state: State, at: number, acceptor: Acceptor, name: string): void {
    const acceptors = state.acceptors.map((old, index) => (index === at ? acceptor : old))
    this.reach({ acceptors, sent: state.sent | this.names.bit(name) })
  }

  /** Phase 1(b). An equal ballot is a retransmission: it changes nothing, so it is no step. */
  private promise(state: State, at: number, ballot: Ballot): void {
    const { promised, vote } = this.acceptor(state, at)
    const isFresh = compareBallot(ballot, promised) !== 0
    if (!isFresh || !this.rules.mayPromise(promised, ballot)) return
    this.become(state, at, { promised: ballot, vote }, this.promiseName(at, ballot, vote))
  }

  private promiseName(at: number, ballot: Ballot, vote: Vote | null): string {
    return `1b ${at} ${ballot.round} ${vote === null ? '-' : vote.ballot.round + vote.value}`
  }

  /** Phase 2(a): once a ballot, with what the promises of any majority allow. */
  private propose(state: State, ballot: Ballot): void {
    for (const majority of this.majorities) {
      const reports = majority.map((at) => this.reported(state, at, ballot))
      if (reports.includes(undefined)) continue
      const votes = reports.filter((vote) => vote !== null && vote !== undefined)
      const forced = this.rules.chooseValue(votes)
      const free = forced === null ? this.values : [forced]
      for (const value of free) this.send(state, `2a ${ballot.round} ${value}`)
    }
  }

  /** What this acceptor said with its promise; undefined: it has not promised. */
  private reported(state: State, at: number, ballot: Ballot): Vote | null | undefined {
    if (this.has(state, this.promiseName(at, ballot, null))) return null
    for (const below of this.ballots) {
      for (const value of this.values) {
        const vote = { ballot: below, value }
        if (this.has(state, this.promiseName(at, ballot, vote))) return vote
      }
    }
    return undefined
  }

  /** Phase 2(b). */
  private votes(state: State, ballot: Ballot): void {
    for (const value of this.values) {
      if (!this.has(state, `2a ${ballot.round} ${value}`)) continue
      state.acceptors.forEach((_, at) => {
        const { promised } = this.acceptor(state, at)
        if (!this.rules.mayVote(promised, ballot)) return
        const after = { promised: ballot, vote: { ballot, value } }
        this.become(state, at, after, `2b ${at} ${ballot.round} ${value}`)
      })
    }
  }

  /** How many values a majority of votes at one ballot has chosen. */
  private chosenIn(state: State): number {
    return this.values.filter((value) =>
      this.ballots.some(({ round }) =>
        this.majorities.some((set) =>
          set.every((at) => this.has(state, `2b ${at} ${round} ${value}`)),
        ),
      ),
    ).length
  }

  private acceptor({ acceptors }: State, at: number): Acceptor {
    return acceptors[at] ?? { promised: ZERO_BALLOT, vote: null }
  }
}

function subsets(places: readonly number[]): number[][] {
  const [first, ...rest] = places
  if (first === undefined) return [[]]
  return subsets(rest).flatMap((set) => [set, [first, ...set]])
}

export function referenceSearch(
  sizes: ReferenceSizes,
  changed: Partial<ReferenceRules> = {},
): ReferenceFound {
  return new Search(sizes, { ...RULES, ...changed }).run()
}
