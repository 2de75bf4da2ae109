/**
 * Search: is there an order of the operations of one key that real time allows and that the key
 * explains? Depth first, with a memo of configurations, in steps that a host may spread over time.
 *
 * Source: Wing and Gong (1993), with Lowe's memo (2017): a configuration is what is linearized and
 *         the state. What ended before the front is linearized, so that the front, the lanes of
 *         what is linearized beyond it and the state say it all.
 * Cuts, each of which keeps at least one order if there is any:
 *         an operation that only observes is taken as soon as it is possible;
 *         of operations of one kind the one that ends first is taken first;
 *         an indefinite operation is only taken if the next one notices it.
 */
import { ABSENT, IMPOSSIBLE } from './automaton'
import { Memo } from './memo'
import { MoveFinder } from './moves'
import type { Move } from './moves'
import type { Operation } from './operations'
import type { Problem } from './problem'

export type SearchState = 'searching' | 'found' | 'none' | 'outOfMemory'

/** The most that could be placed, and where it ended. */
export interface Partial {
  /** In the order of the linearization. */
  readonly order: readonly Operation[]
  /** Values of the key in the ends that were reached with as many operations, in words. */
  readonly states: readonly string[]
  /** It has to be next there and cannot be. */
  readonly stuck: Operation
}

/** A moment at which nothing that must be placed was pending, and what the key can be there. */
export interface QuietPoint {
  /** Place in the history of the last completion before it. */
  readonly place: number
  readonly values: ReadonlySet<number>
}

export interface SearchOptions {
  readonly memoBytesMax: number
  /** Value at the beginning. */
  readonly start?: number
  /** Keeps what evidence needs. */
  readonly traces?: boolean
}

/** A configuration after everything that needs no choice. */
interface Frame {
  /** Moves that were not tried yet, the best last. */
  readonly moves: Move[]
  /** Length of the trail. */
  readonly trail: number
  readonly value: number
  readonly before: number
}

const NONE = -1
const STATES_SHOWN_MAX = 5

export class Search {
  state: SearchState = 'searching'
  /** Configurations entered. */
  entered = 0
  private found: Partial | null = null
  private foundPlaced = -1
  /** By how many operations are placed there. */
  private readonly quiet = new Map<number, Set<number>>()
  private readonly memo = new Memo()
  private readonly frames: Frame[] = []
  /** Everything placed, in order. */
  private readonly trail: Move[] = []
  private value: number
  /** Value before the last move if that was indefinite and nobody noticed it yet; else NONE. */
  private before = NONE
  private placed = 0
  /** Everything before it in the order of completions is placed. */
  private front = 0
  private readonly done: Uint8Array
  private readonly laneBits: Uint16Array
  private readonly used: Uint32Array
  /** Unplaced operations by invocation, in a ring that begins and ends at `head`. */
  private readonly head: number
  private readonly next: Int32Array
  private readonly previous: Int32Array
  private readonly moveFinder: MoveFinder

  constructor(
    private readonly problem: Problem,
    private readonly options: SearchOptions,
  ) {
    const count = (this.head = problem.operations.length)
    this.next = Int32Array.from({ length: count + 1 }, (_, at) => (at + 1) % (count + 1))
    this.previous = Int32Array.from({ length: count + 1 }, (_, at) => (at + count) % (count + 1))
    this.done = new Uint8Array(count)
    this.laneBits = new Uint16Array(Math.ceil(problem.laneCount / 16))
    this.used = new Uint32Array(problem.optionals.length)
    this.moveFinder = new MoveFinder(problem)
    this.value = options.start ?? ABSENT
    this.enter()
  }

  get bytes(): number {
    return this.memo.bytes + this.problem.automaton.bytes
  }

  /** The most that could be placed so far; null unless it was asked for. */
  get partial(): Partial | null {
    return this.found
  }

  /** The first first; all of them once the search has ended. */
  quietPoints(): QuietPoint[] {
    const points = [...this.quiet].sort(([one], [other]) => one - other)
    return points.map(([placed, values]) => ({ place: this.quietPlace(placed), values }))
  }

  /** Enters at most so many configurations more. */
  advance(configurations: number): SearchState {
    const end = this.entered + configurations
    while (this.state === 'searching' && this.entered < end) {
      if (this.memo.isFull || this.bytes > this.options.memoBytesMax) this.state = 'outOfMemory'
      else this.turn()
    }
    return this.state
  }

  private turn(): void {
    const frame = this.frames.at(-1)
    if (frame === undefined) {
      this.state = 'none'
      return
    }
    while (this.trail.length > frame.trail) this.untake(this.trail.pop() ?? 0)
    this.value = frame.value
    this.before = frame.before
    const move = frame.moves.pop()
    if (move === undefined) {
      this.frames.pop()
      return
    }
    this.take(move)
    this.enter()
  }

  private enter(): void {
    this.entered += 1
    this.observe()
    if (this.placed === this.head) {
      this.state = 'found'
      return
    }
    if (!this.memo.add(this.key(), this.used)) return
    const { value, before } = this
    const front = this.problem.byRet[this.front] ?? 0
    const moves = this.moveFinder.find({ value, before, front, used: this.used, next: this.next })
    if (this.options.traces === true) this.trace(front, moves.length === 0)
    this.frames.push({ moves, trail: this.trail.length, value, before })
  }

  /** What only observes and is possible now is best taken now. */
  private observe(): void {
    const { automaton, kinds, observes, calls } = this.problem
    let at = this.next[this.head] ?? 0
    while (at !== this.head && (calls[at] ?? 0) < this.deadline()) {
      const after = this.next[at] ?? 0
      if (observes[at] === 1 && automaton.step(this.value, kinds[at] ?? 0) !== IMPOSSIBLE) {
        this.before = NONE
        this.place(at)
        this.trail.push(at)
      }
      at = after
    }
  }

  /** What is invoked after it must not be placed yet. */
  private deadline(): number {
    return this.problem.rets[this.problem.byRet[this.front] ?? this.head] ?? Infinity
  }

  private take(move: Move): void {
    const { automaton, kinds, optionals } = this.problem
    if (move < 0) {
      const group = -1 - move
      this.before = this.value
      this.value = automaton.step(this.value, optionals[group]?.kind ?? 0)
      this.used[group] = (this.used[group] ?? 0) + 1
    } else {
      this.before = NONE
      this.value = automaton.step(this.value, kinds[move] ?? 0)
      this.place(move)
    }
    this.trail.push(move)
  }

  private untake(move: Move): void {
    if (move < 0) this.used[-1 - move] = (this.used[-1 - move] ?? 0) - 1
    else this.unplace(move)
  }

  private place(at: number): void {
    const [before, after] = [this.previous[at] ?? 0, this.next[at] ?? 0]
    this.next[before] = after
    this.previous[after] = before
    this.placed += 1
    this.done[at] = 1
    this.flipLane(at)
    const { byRet } = this.problem
    for (; this.front < this.head; this.front += 1) {
      const first = byRet[this.front] ?? 0
      if (this.done[first] === 0) break
      this.flipLane(first)
    }
  }

  private unplace(at: number): void {
    const { byRet, placeByRet } = this.problem
    const place = placeByRet[at] ?? 0
    if (place < this.front) {
      // It was the front: all that ended after it is beyond the front again.
      for (let each = place + 1; each < this.front; each += 1) this.flipLane(byRet[each] ?? 0)
      this.front = place
    } else this.flipLane(at)
    this.done[at] = 0
    this.placed -= 1
    this.next[this.previous[at] ?? 0] = at
    this.previous[this.next[at] ?? 0] = at
  }

  private flipLane(at: number): void {
    const lane = this.problem.lanes[at] ?? 0
    this.laneBits[lane >> 4] = (this.laneBits[lane >> 4] ?? 0) ^ (1 << (lane & 15))
  }

  private key(): string {
    const { front, value, before } = this
    const head = [front, front >> 16, value, value >> 16, before, before >> 16]
    return String.fromCharCode(...head, ...this.laneBits)
  }

  private trace(front: number, isDeadEnd: boolean): void {
    if (isDeadEnd && this.placed >= this.foundPlaced) this.deadEnd(front)
    // What is indefinite can as well take effect after the quiet point.
    if (this.placed !== this.front || this.before !== NONE) return
    const first = this.problem.calls[this.next[this.head] ?? 0] ?? 0
    if (first < this.quietPlace(this.placed)) return
    const values = this.quiet.get(this.placed) ?? new Set()
    this.quiet.set(this.placed, values.add(this.value))
  }

  private quietPlace(placed: number): number {
    const last = this.problem.byRet[placed - 1]
    return last === undefined ? -1 : (this.problem.rets[last] ?? -1)
  }

  private deadEnd(front: number): void {
    const { automaton, operations } = this.problem
    const stuck = operations[front]
    if (stuck === undefined) return
    const state = automaton.describe(this.value)
    if (this.placed > this.foundPlaced || this.found === null) {
      this.foundPlaced = this.placed
      this.found = { order: this.order(), states: [state], stuck }
      return
    }
    const { states } = this.found
    if (states.includes(state) || states.length >= STATES_SHOWN_MAX) return
    this.found = { ...this.found, states: [...states, state] }
  }

  private order(): Operation[] {
    const counts = new Map<number, number>()
    return this.trail.flatMap((move) => {
      if (move >= 0) return this.problem.operations[move] ?? []
      const nth = counts.get(move) ?? 0
      counts.set(move, nth + 1)
      return this.problem.optionals[-1 - move]?.operations[nth] ?? []
    })
  }
}
