/**
 * Looks for lassos: a way from the start to a cycle in which nothing is ever chosen although every
 * frame arrives, in order, and nobody crashes. Such a cycle can go on for ever.
 *
 * World:   links keep order and lose nothing; requests are made at the start; timers fire when they
 *          like, at the nodes that are named. Clocks stand still, so leases are not looked at.
 * Finite:  two states are one if they differ only by a number that is added to every round: a duel
 *          that goes on at higher rounds is where it was. Counts of bids and preemptions are left
 *          out; no rule reads them except the length of a back-off, which timers ignore here.
 * Fair:    on the cycle each link is empty once, or delivers. Timers owe nothing.
 * Bounded: links hold at most `linkFrames` frames. "No lasso" is said within these bounds only.
 */
import type { NodeId } from '../../paxos/ballot'
import { rolesOf } from '../../paxos/config'
import type { Message } from '../../paxos/message'
import { Quorums } from '../../paxos/quorum'
import { fingerprint, lowestRound } from './replicasFingerprint'
import { fairCycle } from './replicasCycle'
import type { Cycle, Edge } from './replicasCycle'
import { judge } from './replicasJudge'
import { FRAMES_FROM, REQUESTS_FROM, TIMER_NAMES, TIMERS_FROM } from './replicasNode'
import type { LocalStep } from './replicasNode'
import { toSchedule } from './replicasSchedule'
import type { ReplicasOptions } from './replicasTypes'
import type { Schedule } from '../../schedule'
import { World } from './replicasWorld'
import type { WorldStep } from './replicasWorld'

export interface LassoOptions extends Pick<ReplicasOptions, 'nodes' | 'requests' | 'config'> {
  readonly mutant: ReplicasOptions['mutant']
  /** Nodes whose timers may fire. */
  readonly timersAt?: readonly NodeId[]
  /** Frames that wait on one link at most; missing: 3. */
  readonly linkFrames?: number
  /** The search gives up after so many states; missing: 200,000. */
  readonly statesMax?: number
}

export interface Lasso {
  /** The way to the cycle, and three turns of it. */
  readonly schedule: Schedule
  readonly stemSteps: number
  readonly cycleSteps: number
  /** Ballots that begin in one turn. */
  readonly bids: number
}

export interface LassoResult {
  readonly states: number
  readonly transitions: number
  /** True if every state within the bounds was seen. */
  readonly complete: boolean
  readonly lasso: Lasso | null
}

const STATES_MAX = 200_000
const LINK_FRAMES = 3
const TURNS = 3
/** A cycle is looked for after so many states, and each time there are so many times as many. */
const LOOK_STATES = 500
const LOOK_FACTOR = 4

/** Local states, and the frames of each link in order. */
interface State {
  readonly locals: readonly number[]
  readonly links: readonly (readonly number[])[]
}

/** @throws RangeError if the bounds are no bounds. */
export function findLasso(options: LassoOptions): LassoResult {
  return new LassoSearch(options).run()
}

class LassoSearch {
  private readonly world: World
  private readonly quorums: Quorums
  private readonly states: State[] = []
  private readonly ids = new Map<string, number>()
  private readonly edges: Edge<WorldStep>[][] = []
  private readonly rounds = new Map<string, number>()
  private readonly texts = new Map<string, string>()
  private transitions = 0
  private complete = true

  constructor(private readonly options: LassoOptions) {
    this.world = new World({ ...options, clockStands: true })
    const { config, members } = this.world
    const { acceptors } = rolesOf({ roles: config.roles, members })
    this.quorums = new Quorums(config.quorums, acceptors)
  }

  run(): LassoResult {
    const { state, steps } = this.start()
    this.add(state)
    const { statesMax = STATES_MAX } = this.options
    let lookAt = LOOK_STATES
    let cycle: Cycle<WorldStep> | null = null
    for (let id = 0; id < this.states.length && cycle === null; id += 1) {
      if (this.states.length > statesMax) {
        this.complete = false
        break
      }
      this.expand(id)
      if (id < lookAt) continue
      lookAt *= LOOK_FACTOR
      cycle = this.cycle()
    }
    cycle ??= this.cycle()
    const { transitions, complete } = this
    return {
      states: this.states.length,
      transitions,
      complete: complete && this.edges.length === this.states.length,
      lasso: cycle && this.lassoOf(state, steps, cycle),
    }
  }

  /** In what is known of the graph so far. */
  private cycle(): Cycle<WorldStep> | null {
    const graph = this.states.map((_, id) => this.edges[id] ?? [])
    return fairCycle(graph, this.links.length, (id, link) => {
      return this.states[id]!.links[link]!.length === 0
    })
  }

  private get links(): readonly { readonly from: number; readonly to: number }[] {
    const { members } = this.world
    return members.flatMap((from) =>
      members.filter((to) => to !== from).map((to) => ({ from, to })),
    )
  }

  /** All requests have been made. */
  private start(): { state: State; steps: WorldStep[] } {
    const { locals, requests } = this.world
    const steps: WorldStep[] = []
    let state: State = { locals: [], links: this.links.map(() => []) }
    for (const local of locals) {
      const step = local.start()
      state = this.sent({ ...state, locals: [...state.locals, step.next] }, step)
    }
    requests.forEach(({ node }, index) => {
      const step: WorldStep = { kind: 'input', node: node - 1, what: REQUESTS_FROM + index }
      steps.push(step)
      state = this.perform(state, step)
    })
    return { state, steps }
  }

  private sent(state: State, { sent }: LocalStep): State {
    const links = state.links.map((frames) => [...frames])
    for (const id of sent) {
      const { from, to } = this.world.frames.get(id)
      links[this.links.findIndex((link) => link.from === from && link.to === to)]!.push(id)
    }
    return { ...state, links }
  }

  private perform(state: State, { kind, node, what }: WorldStep): State {
    const input = kind === 'deliver' ? FRAMES_FROM + what : what
    const step = this.world.locals[node]!.step(state.locals[node]!, input)
    const locals = state.locals.map((local, index) => (index === node ? step.next : local))
    const links = state.links.map((frames) => {
      return kind === 'deliver' && frames[0] === what ? frames.slice(1) : frames
    })
    return this.sent({ locals, links }, step)
  }

  private expand(id: number): void {
    const state = this.states[id]!
    const edges: Edge<WorldStep>[] = []
    this.edges.push(edges)
    for (const step of this.stepsFrom(state)) {
      this.transitions += 1
      const next = this.perform(state, step)
      const { linkFrames = LINK_FRAMES } = this.options
      if (next.links.some((frames) => frames.length > linkFrames) || this.isOver(next)) continue
      const bids = next.locals.map((local, node) => this.world.locals[node]!.get(local).bids)
      const before = state.locals.map((local, node) => this.world.locals[node]!.get(local).bids)
      const begun = bids.reduce((sum, count, node) => sum + count - before[node]!, 0)
      const link =
        step.kind === 'deliver' ? state.links.findIndex(([head]) => head === step.what) : -1
      edges.push({ to: this.add(next), step, link, bids: begun })
    }
  }

  private *stepsFrom({ locals, links }: State): Generator<WorldStep> {
    for (const [head] of links) {
      if (head === undefined) continue
      yield { kind: 'deliver', node: this.world.frames.get(head).to - 1, what: head }
    }
    for (const node of this.options.timersAt ?? []) {
      const { timers } = this.world.locals[node - 1]!.get(locals[node - 1]!)
      for (const timer of timers) {
        yield { kind: 'input', node: node - 1, what: TIMERS_FROM + TIMER_NAMES.indexOf(timer) }
      }
    }
  }

  /** A value is chosen, or a node is down: no lasso leads through here. */
  private isOver({ locals }: State): boolean {
    const states = locals.map((local, node) => this.world.locals[node]!.get(local))
    if (states.some(({ alive }) => !alive)) return true
    return (
      judge(
        states.map(({ ghost }) => ghost),
        this.quorums,
      ).chosenSlots > 0
    )
  }

  private add(state: State): number {
    const key = this.textOf(state)
    const known = this.ids.get(key)
    if (known !== undefined) return known
    this.ids.set(key, this.states.length)
    return this.states.push(state) - 1
  }

  private textOf({ locals, links }: State): string {
    const frames = links.flat()
    const rounds = [
      ...locals.map((local, node) =>
        this.round(`l${node}.${local}`, () => this.world.locals[node]!.lowestRound(local)),
      ),
      ...frames.map((id) => this.round(`f${id}`, () => lowestRound(this.message(id)))),
    ]
    const lowest = Math.min(...rounds)
    const off = Number.isFinite(lowest) ? lowest - 1 : 0
    const nodes = locals.map((local, node) =>
      this.text(`l${node}.${local}-${off}`, () => this.world.locals[node]!.textFrom(local, off)),
    )
    const waiting = links.map((ids) =>
      ids
        .map((id) =>
          this.text(`f${id}-${off}`, () => fingerprint(this.message(id), { roundsOff: off })),
        )
        .join(),
    )
    return [...nodes, ...waiting].join('|')
  }

  private message(id: number): Message {
    return this.world.frames.get(id).message
  }

  private round(key: string, make: () => number): number {
    const known = this.rounds.get(key) ?? make()
    this.rounds.set(key, known)
    return known
  }

  private text(key: string, make: () => string): string {
    const known = this.texts.get(key) ?? make()
    this.texts.set(key, known)
    return known
  }

  private lassoOf(
    start: State,
    steps: readonly WorldStep[],
    { stem, turn }: Cycle<WorldStep>,
  ): Lasso {
    const way = [...steps]
    let state = start
    // Rounds rise from turn to turn: a delivery is repeated by its link, not by its frame.
    for (const { link, step } of [...stem, ...Array.from({ length: TURNS }, () => turn).flat()]) {
      const head = link < 0 ? undefined : state.links[link]![0]
      const real = head === undefined ? step : { ...step, what: head }
      way.push(real)
      state = this.perform(state, real)
    }
    const words = `nothing is chosen, and the last ${turn.length} steps can go on for ever`
    const options = { ...this.options, flush: 'auto' } as const
    return {
      schedule: toSchedule(this.world, options, way, { invariant: null, words }),
      stemSteps: steps.length + stem.length,
      cycleSteps: turn.length,
      bids: turn.reduce((sum, { bids }) => sum + bids, 0),
    }
  }
}
