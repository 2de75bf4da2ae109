/**
 * Forks of a simulated run: equal up to a moment, byte for byte, then with another seed, a fault of
 * one's own, or another choice of what happens next.
 *
 * Moment: all that is due at it or before it has happened. Then the fork is told, as an act of a
 *         person: the first event that differs.
 * Choice: what is chosen comes at the instant of what was due next, so that time never goes back;
 *         a node that has received something takes it in at once.
 * Errors: ForkError: the run was over before, or its faults were, or there is no such happening.
 */
import type { LabFact } from '../event'
import type { Agenda, Due, DueWhat, Happening } from './agenda'
import { GRAINS_PER_TICK, toMs } from './agenda'
import type { FaultDriver } from './faults'
import type { SimFault, SimFork, SimPlan } from './plan'
import type { Chance } from './prng'

/** The run cannot fork there. */
export class ForkError extends Error {
  override readonly name = 'ForkError'
}

/** What forks change of a world. */
interface ForkedWorld {
  readonly options: { readonly plan: SimPlan }
  readonly agenda: Agenda
  readonly faults: FaultDriver
  readonly workload: { readonly resting: boolean }
  tell(fact: LabFact): void
  stop(): void
}

/** Rounds that one choice sets off; more would be a machine that talks to itself. */
const ROUNDS_MAX = 100

export class Forks {
  /** What can come next, where the run waits. */
  due: readonly Due[] = []
  private readonly waiting: SimFork[]
  private waits = false

  constructor(
    private readonly world: ForkedWorld,
    private readonly chance: Chance,
  ) {
    const forks = world.options.plan.forks ?? []
    this.waiting = [...forks]
    const isByHand = forks.some(({ next, hold }) => hold === true || next !== undefined)
    if (isByHand) world.agenda.keepNames()
  }

  /** What happens next, up to `until`, as `Agenda.take`; forks come in between. */
  take(until: number): Happening | null {
    const { agenda } = this.world
    for (;;) {
      const [fork] = this.waiting
      if (fork === undefined || fork.atGrains >= until) return agenda.take(until)
      const happening = agenda.take(Math.max(agenda.now, fork.atGrains))
      if (happening !== null) return happening
      this.waiting.shift()
      this.apply(fork)
      if (this.waits) return null
    }
  }

  /** @throws ForkError if the run was over before its last fork */
  finish(): void {
    const [fork] = this.waiting
    if (fork === undefined || this.waits) return
    const over = secondsOf(this.world.agenda.now)
    const at = secondsOf(fork.atGrains)
    throw new ForkError(`The run was over at ${over} s: it cannot fork at ${at} s.`)
  }

  private apply(fork: SimFork): void {
    const { world } = this
    if (world.workload.resting && (fork.fault !== undefined || isByHand(fork))) {
      const at = secondsOf(fork.atGrains)
      const why = 'the faults of this run are over, and it is seen whether all is answered'
      throw new ForkError(`At ${at} s ${why}: from there only another seed can be had.`)
    }
    world.tell({ type: 'acted', act: forkAct(world.options.plan.seed, fork), actor: 'person' })
    if (fork.quiet === true) world.faults.quiet = true
    if (fork.seed !== undefined) this.chance.reseed(fork.seed)
    if (fork.fault !== undefined) {
      const { fault, ticks } = fork.fault
      const now = Math.floor(world.agenda.now / GRAINS_PER_TICK)
      world.faults.begin(fault, ticks === null ? null : now + ticks)
    }
    for (const order of fork.next ?? []) this.choose(order)
    if (fork.hold !== true) return
    this.waits = true
    this.due = world.agenda.due()
    world.stop()
  }

  private choose(order: number): void {
    const { agenda } = this.world
    const chosen = agenda.due().find((one) => one.order === order)
    const happening = agenda.choose(order)
    if (happening === null || chosen === undefined) {
      throw new ForkError(`Nothing with number ${order} is due at ${secondsOf(agenda.now)} s.`)
    }
    const act = `by hand: ${dueWords(chosen.what)}`
    this.world.tell({ type: 'acted', act, actor: 'person' })
    happening()
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds += 1) {
      const round = agenda.due().find(({ what }) => what?.kind === 'round')
      if (round === undefined) return
      agenda.choose(round.order)?.()
    }
  }
}

function isByHand({ next, hold }: SimFork): boolean {
  return hold === true || next !== undefined
}

/** `seed 7`, or `seed 7, forked at 4.25 s (seed 9), at 6 s (kill of N2)`. */
export function forkedWords(seed: number, forks: readonly SimFork[] = []): string {
  if (forks.length === 0) return `seed ${seed}`
  const parts = forks.map((fork) => {
    const steps = fork.next?.length ?? 0
    const byHand = steps > 0 ? [`${steps} ${steps === 1 ? 'step' : 'steps'}`] : []
    const words = [...changes(fork), ...byHand].join(', ') || 'by hand'
    return `at ${secondsOf(fork.atGrains)} s (${words})`
  })
  return `seed ${seed}, forked ${parts.join(', ')}`
}

/** `forked from seed 7 at 4.25 s: seed 9, kill of N2`. Steps by hand are told one by one. */
function forkAct(from: number, fork: SimFork): string {
  const words = changes(fork).join(', ') || 'by hand'
  return `forked from seed ${from} at ${secondsOf(fork.atGrains)} s: ${words}`
}

function changes({ seed, fault, quiet }: SimFork): string[] {
  return [
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(fault === undefined ? [] : [simFaultWords(fault.fault)]),
    ...(quiet === true ? ['no planned faults'] : []),
  ]
}

/** `kill of N2`, `cut of 1>2 2>1`. */
function simFaultWords(fault: SimFault): string {
  if (fault.kind === 'partition') return `partition ${fault.preset}`
  if ('node' in fault) return `${fault.kind} of N${fault.node}`
  if (!('links' in fault)) return `${fault.kind} ${fault.policy.kind}`
  return `${fault.kind} of ${fault.links.map(({ from, to }) => `${from}>${to}`).join(' ')}`
}

/** `accept N1 to N2`, `N3: election`. */
export function dueWords(what: DueWhat | null): string {
  if (what === null) return 'what is due'
  if (what.kind === 'message') return `${what.message} N${what.from} to N${what.to}`
  if (what.kind === 'timer') return `timer ${what.timer} of N${what.node}`
  return what.kind === 'flush' ? `flush of N${what.node}` : `N${what.node} works`
}

function secondsOf(grains: number): string {
  return String(toMs(grains) / 1000)
}
