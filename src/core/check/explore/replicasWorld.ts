/**
 * World: nodes, waiting frames and what is left of each budget; which steps there are from a state,
 * and where they lead. A state is a row: local state of each node, set of frames, budget.
 *
 * Order:   any frame that waits may be the next; a crash and its restart are one step, since a node
 *          that is down does what a node does that nothing reaches.
 * Less:    a delivery that changes nothing at the receiver and sends nothing is no step, because
 *          the frame may as well wait for ever; of two equal frames one is taken.
 */
import { DEFAULT_REPLICA } from '../../paxos/config'
import type { ReplicaConfig } from '../../paxos/config'
import { NODE_ID_MAX } from '../../paxos/quorum'
import { Budgets } from './replicasBudgets'
import type { BudgetName } from './replicasBudgets'
import { Frames, FrameSets } from './replicasFrames'
import {
  FRAMES_FROM,
  INPUT,
  LocalStates,
  REQUESTS_FROM,
  REQUESTS_MAX,
  TIMER_NAMES,
  TIMERS_FROM,
} from './replicasNode'
import type { ReplicasOptions, WorldRequest } from './replicasTypes'

/** Small worlds: one decree, no timer that must fire for a value to be chosen. */
export const WORLD_CONFIG = {
  mode: 'single',
  policy: { kind: 'backoff', backoff: { kind: 'fixed', ticks: 10 } },
  snapshotSlots: 0,
} as const satisfies Partial<ReplicaConfig>

export type StepKind = 'deliver' | 'drop' | 'duplicate' | 'input'

/** `what`: a frame, or an input of `node` (an index from 0). */
export interface WorldStep {
  readonly kind: StepKind
  readonly node: number
  readonly what: number
}

export class World {
  readonly members: readonly number[]
  readonly requests: readonly WorldRequest[]
  readonly config: Omit<ReplicaConfig, 'node' | 'members'>
  readonly frames = new Frames()
  readonly sets = new FrameSets()
  readonly locals: readonly LocalStates[]
  readonly width: number
  private readonly budgets: Budgets
  private readonly withheld: ReadonlySet<string>
  private readonly byHand: boolean

  /** @throws RangeError if the bounds are no bounds. */
  constructor(options: ReplicasOptions & { readonly clockStands?: boolean }) {
    const { nodes, withhold = [], flush = 'auto' } = options
    if (!Number.isInteger(nodes) || nodes < 1 || nodes > NODE_ID_MAX) {
      throw new RangeError(`a world has 1 to ${NODE_ID_MAX} nodes, not ${nodes}`)
    }
    this.members = Array.from({ length: nodes }, (_, index) => index + 1)
    this.requests = requestsOf(options)
    this.config = {
      ...DEFAULT_REPLICA,
      ...WORLD_CONFIG,
      ...options.config,
      mutant: options.mutant,
    }
    this.budgets = new Budgets(options, this.requests)
    this.withheld = new Set(withhold)
    this.byHand = flush === 'byHand'
    this.locals = this.members.map((node) => {
      const config = { ...this.config, node, members: this.members }
      return new LocalStates(config, flush, this.requests, this.frames, options.clockStands)
    })
    this.width = nodes + 2
  }

  /** What differs from the shipped defaults: the configuration of a schedule. */
  configOf(options: ReplicasOptions) {
    return { ...WORLD_CONFIG, ...options.config, mutant: options.mutant }
  }

  start(row: Int32Array): void {
    const sent: number[] = []
    this.locals.forEach((local, index) => {
      const step = local.start()
      row[index] = step.next
      sent.push(...step.sent)
    })
    row[this.members.length] = this.sets.change(0, -1, sent)
    row[this.members.length + 1] = this.budgets.start
  }

  /** Every step from `row`; `next` is filled for each and must be copied. */
  *steps(row: Int32Array, next: Int32Array, mayDeliver: boolean): Generator<WorldStep> {
    const { length } = this.members
    const set = row[length]!
    let last = -1
    for (const frame of this.sets.get(set)) {
      if (frame === last) continue
      last = frame
      yield* this.frameSteps(row, next, frame, mayDeliver)
    }
    for (let node = 0; node < length; node += 1) {
      const budget = row[length + 1]!
      for (const input of this.inputs(node, row[node]!, budget, mayDeliver)) {
        next.set(row)
        const spent = this.spentBy(input)
        if (spent !== null) next[length + 1] = this.budgets.spend(budget, spent)
        this.move(next, node, input, -1)
        yield { kind: 'input', node, what: input }
      }
    }
  }

  private *frameSteps(
    row: Int32Array,
    next: Int32Array,
    frame: number,
    mayDeliver: boolean,
  ): Generator<WorldStep> {
    const { length } = this.members
    const budget = row[length + 1]!
    const { to, message } = this.frames.get(frame)
    const node = to - 1
    if (mayDeliver && !this.withheld.has(message.type)) {
      const step = this.locals[node]!.step(row[node]!, FRAMES_FROM + frame)
      if (step.next !== row[node]! || step.sent.length > 0) {
        next.set(row)
        this.move(next, node, FRAMES_FROM + frame, frame)
        yield { kind: 'deliver', node, what: frame }
        if (this.budgets.has(budget, 'duplicates')) {
          next.set(row)
          next[length + 1] = this.budgets.spend(budget, 'duplicates')
          this.move(next, node, FRAMES_FROM + frame, -1)
          yield { kind: 'duplicate', node, what: frame }
        }
      }
    }
    if (!this.budgets.has(budget, 'losses')) return
    next.set(row)
    next[length] = this.sets.change(row[length]!, frame, [])
    next[length + 1] = this.budgets.spend(budget, 'losses')
    yield { kind: 'drop', node, what: frame }
  }

  private move(next: Int32Array, node: number, input: number, taken: number): void {
    const { length } = this.members
    const step = this.locals[node]!.step(next[node]!, input)
    next[node] = step.next
    next[length] = this.sets.change(next[length]!, taken, step.sent)
  }

  /** Inputs of a node that no frame brings, as far as the budget goes. */
  private *inputs(
    node: number,
    local: number,
    budget: number,
    mayDeliver: boolean,
  ): Generator<number> {
    const { alive, timers, flushWaits } = this.locals[node]!.get(local)
    if (!alive) return
    const request = this.budgets.nextRequest(budget, node + 1)
    if (request !== null) yield REQUESTS_FROM + request
    if (this.byHand && flushWaits && mayDeliver) yield INPUT.flush
    if (this.budgets.has(budget, 'timers')) {
      for (const timer of timers) yield TIMERS_FROM + TIMER_NAMES.indexOf(timer)
    }
    if (this.budgets.has(budget, 'elections')) yield INPUT.elect
    if (this.budgets.has(budget, 'crashes')) yield INPUT.crash
    if (this.budgets.has(budget, 'wipes')) yield INPUT.wipe
  }

  private spentBy(input: number): BudgetName | number | null {
    if (input >= REQUESTS_FROM) return input - REQUESTS_FROM
    if (input >= TIMERS_FROM) return 'timers'
    if (input === INPUT.elect) return 'elections'
    if (input === INPUT.crash) return 'crashes'
    return input === INPUT.wipe ? 'wipes' : null
  }
}

function requestsOf({ requests, nodes }: ReplicasOptions): readonly WorldRequest[] {
  const all =
    typeof requests === 'number'
      ? Array.from({ length: requests }, (_, index) => ({
          node: (index % nodes) + 1,
          args: ['SET', 'x', String.fromCharCode(97 + (index % 26))],
        }))
      : requests
  if (all.length > REQUESTS_MAX) throw new RangeError(`at most ${REQUESTS_MAX} requests`)
  const stranger = all.find(({ node }) => !(node >= 1 && node <= nodes))
  if (stranger !== undefined) throw new RangeError(`a request at node ${stranger.node}`)
  return all
}
