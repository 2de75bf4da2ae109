/**
 * Every state of one slot with three acceptors and two values, searched whole over the rules that
 * nodes run: `mayPromise`, `mayVote` and `chooseValue`. The counts are those of the abstract model
 * of PMS §2.2 (protocol §11): a changed count is a changed protocol.
 *
 * A state is what each acceptor remembers and the set of messages ever sent: nothing is lost, only
 * not yet received. No symmetry is used, and the first state counts.
 */
import { describe, expect, it } from 'vitest'
import { compareBallot, ZERO_BALLOT } from '../../src/core/paxos/ballot'
import type { Ballot } from '../../src/core/paxos/ballot'
import type { Value, Vote } from '../../src/core/paxos/message'
import { chooseValue, mayPromise, mayVote } from '../../src/core/paxos/rules'

const VALUES: readonly Value[] = ['v', 'w']
const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const

interface Rules {
  readonly mayPromise: typeof mayPromise
  readonly mayVote: typeof mayVote
  readonly chooseValue: typeof chooseValue
}
const RULES: Rules = { mayPromise, mayVote, chooseValue }

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

interface Found {
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

  constructor(
    ballots: number,
    private readonly rules: Rules,
  ) {
    this.ballots = Array.from({ length: ballots }, (_, at) => ({ round: at + 1, node: 1 }))
  }

  run(): Found {
    let violations = 0
    let chosen = 0
    const nobody: Acceptor = { promised: ZERO_BALLOT, vote: null }
    this.reach({ acceptors: [nobody, nobody, nobody], sent: 0n })
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
    if (VALUES.some((value) => this.has(state, `2a ${b} ${value}`))) this.votes(state, ballot)
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

  /** Phase 2(a): once a ballot, with what the promises of any pair allow. */
  private propose(state: State, ballot: Ballot): void {
    for (const pair of PAIRS) {
      const reports = pair.map((at) => this.reported(state, at, ballot))
      const [first, second] = reports
      if (first === undefined || second === undefined) continue
      const votes = [first, second].filter((vote) => vote !== null)
      const forced = this.rules.chooseValue(votes)
      const free = forced === null ? VALUES : [forced]
      for (const value of free) this.send(state, `2a ${ballot.round} ${value}`)
    }
  }

  /** What this acceptor said with its promise; undefined: it has not promised. */
  private reported(state: State, at: number, ballot: Ballot): Vote | null | undefined {
    if (this.has(state, this.promiseName(at, ballot, null))) return null
    for (const below of this.ballots) {
      for (const value of VALUES) {
        const vote = { ballot: below, value }
        if (this.has(state, this.promiseName(at, ballot, vote))) return vote
      }
    }
    return undefined
  }

  /** Phase 2(b). */
  private votes(state: State, ballot: Ballot): void {
    for (const value of VALUES) {
      if (!this.has(state, `2a ${ballot.round} ${value}`)) continue
      state.acceptors.forEach((_, at) => {
        const { promised } = this.acceptor(state, at)
        if (!this.rules.mayVote(promised, ballot)) return
        const after = { promised: ballot, vote: { ballot, value } }
        this.become(state, at, after, `2b ${at} ${ballot.round} ${value}`)
      })
    }
  }

  /** How many values a pair of votes at one ballot has chosen. */
  private chosenIn(state: State): number {
    return VALUES.filter((value) =>
      this.ballots.some(({ round }) =>
        PAIRS.some((pair) => pair.every((at) => this.has(state, `2b ${at} ${round} ${value}`))),
      ),
    ).length
  }

  private acceptor({ acceptors }: State, at: number): Acceptor {
    return acceptors[at] ?? { promised: ZERO_BALLOT, vote: null }
  }
}

const search = (ballots: number, changed: Partial<Rules> = {}): Found =>
  new Search(ballots, { ...RULES, ...changed }).run()

describe('3 acceptors, 2 values, every state', () => {
  it('S19: 1 ballot: 73 states, never two values chosen', () => {
    expect(search(1)).toMatchObject({ states: 73, violations: 0 })
  })

  it('S19: 2 ballots: 3,921 states, never two values chosen', () => {
    const found = search(2)
    expect(found).toMatchObject({ states: 3921, violations: 0 })
    expect(found.chosen).toBeGreaterThan(0)
  })

  it('S19: 3 ballots: 185,369 states, never two values chosen', () => {
    expect(search(3)).toMatchObject({ states: 185_369, violations: 0 })
  })

  it('S19: a proposer that ignores what was voted gets two values chosen', () => {
    expect(search(2, { chooseValue: () => null }).violations).toBeGreaterThan(0)
  })

  it('S18: an acceptor that accepts whatever it promised gets two values chosen', () => {
    expect(search(2, { mayVote: () => true }).violations).toBeGreaterThan(0)
  })

  it('S18: an acceptor that wants more than what it promised never lets a value be chosen', () => {
    const strict = (promised: Ballot, ballot: Ballot) => compareBallot(ballot, promised) > 0
    expect(search(2, { mayVote: strict })).toMatchObject({ violations: 0, chosen: 0 })
  })
})
