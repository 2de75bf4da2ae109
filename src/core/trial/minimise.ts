/**
 * Minimiser: makes the plan of a failing run smaller while the same invariant still breaks.
 *
 * How:    every step is a run of its own, and the same each time. Settings go back to the shipped
 *         defaults; then fewer nodes, kinds of faults, clients and operations, and a shorter run;
 *         then single faults are left out by delta debugging (halves, quarters, …) until no one of
 *         them can go.
 * Source: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002).
 * Bounds: `trialsMax` runs; what was reached by then is the answer.
 */
import type { Link } from '../fault'
import type { SimFault, SimPlan } from '../sim/plan'
import { runTrial } from './trial'
import type { TrialResult } from './trial'

export interface Minimised {
  readonly plan: SimPlan
  readonly result: TrialResult
  /** Runs that it took. */
  readonly trials: number
}

export interface MinimiseOptions {
  readonly trialsMax?: number
  /** Asked before each run; true: stop with what was reached. */
  readonly shouldStop?: () => boolean
  readonly onTrial?: (trials: number, faults: number) => void
}

const TRIALS_MAX = 400

/** Null if the plan breaks nothing. */
export function minimise(plan: SimPlan, options: MinimiseOptions = {}): Minimised | null {
  const result = runTrial({ plan })
  const broken = result.violations[0]?.invariant
  if (broken === undefined) return null
  return new Minimiser({ plan, result, trials: 1 }, broken, options).run()
}

class Minimiser {
  constructor(
    private best: Minimised,
    private readonly broken: string,
    private readonly options: MinimiseOptions,
  ) {}

  run(): Minimised {
    for (let before = Infinity; size(this.best.plan) < before;) {
      before = size(this.best.plan)
      this.shorten()
      this.fewerNodes()
      this.fewerKinds()
      this.fewerFaults()
      this.plainSettings()
      this.fewerClients()
      this.plainTimes()
    }
    return this.best
  }

  /** True if the smaller plan breaks the same invariant: it is the best one now. */
  private takes(change: Partial<SimPlan>): boolean {
    const { trialsMax = TRIALS_MAX, shouldStop, onTrial } = this.options
    const trials = this.best.trials + 1
    if (trials > trialsMax || shouldStop?.() === true) return false
    const plan = { ...this.best.plan, ...change }
    const result = runTrial({ plan })
    this.best = { ...this.best, trials }
    onTrial?.(trials, this.best.plan.faults.length)
    if (result.violations[0]?.invariant !== this.broken) return false
    this.best = { plan, result, trials }
    return true
  }

  /** What came after the violation does not matter. */
  private shorten(): void {
    const { plan, result } = this.best
    if (result.ticks < plan.safetyTicks) {
      const safetyTicks = result.ticks + 1
      this.takes({ safetyTicks, faults: plan.faults.filter(({ at }) => at < safetyTicks) })
    }
    for (const share of [0.25, 0.5, 0.75]) {
      const safetyTicks = Math.floor(this.best.plan.safetyTicks * share)
      const faults = this.best.plan.faults.filter(({ at }) => at < safetyTicks)
      if (safetyTicks > 0 && this.takes({ safetyTicks, faults })) return
    }
  }

  private fewerNodes(): void {
    for (const nodes of [3, 5]) {
      const { plan } = this.best
      if (nodes >= plan.nodes) return
      const { quorums: _q, learnerMode: _l, roles: _r, ...config } = plan.config
      const faults = plan.faults.flatMap((planned) => {
        const fault = within(planned.fault, nodes)
        return fault === null ? [] : [{ ...planned, fault }]
      })
      if (this.takes({ nodes, config, faults })) return
    }
  }

  private fewerKinds(): void {
    if (this.best.plan.faults.length > 0 && this.takes({ faults: [] })) return
    for (const kind of new Set(this.best.plan.faults.map(({ fault }) => fault.kind))) {
      const faults = this.best.plan.faults.filter(({ fault }) => fault.kind !== kind)
      this.takes({ faults })
    }
  }

  private fewerFaults(): void {
    for (let parts = 2; this.best.plan.faults.length > 0;) {
      const { faults } = this.best.plan
      const length = Math.ceil(faults.length / parts)
      const smaller = Array.from({ length: parts }, (_, part) => [
        ...faults.slice(0, part * length),
        ...faults.slice((part + 1) * length),
      ]).some((rest) => rest.length < faults.length && this.takes({ faults: rest }))
      if (smaller) parts = Math.max(2, parts - 1)
      else if (length === 1) return
      else parts = Math.min(faults.length, parts * 2)
    }
  }

  /** The shipped defaults, one setting after another. */
  private plainSettings(): void {
    for (const name of Object.keys(this.best.plan.config)) {
      if (name === 'mutant') continue
      const config = Object.fromEntries(
        Object.entries(this.best.plan.config).filter(([other]) => other !== name),
      )
      this.takes({ config })
    }
  }

  private fewerClients(): void {
    const { clients } = this.best.plan
    const halves = (from: number): number[] => [1, Math.floor(from / 4), Math.floor(from / 2)]
    const smaller: Partial<SimPlan['clients']>[] = [
      ...(clients.sessions > 0 ? [{ sessions: 0 }] : []),
      ...(clients.answerLoss > 0 ? [{ answerLoss: 0 }] : []),
      ...(clients.readModes.length > 1 ? [{ readModes: ['log'] as const }] : []),
      ...(clients.reads > 0 ? [{ reads: 0 }] : []),
      ...halves(clients.keys).map((keys) => ({ keys })),
      ...halves(clients.clients).map((count) => ({ clients: count })),
      { opsMax: this.best.result.operations },
      ...halves(this.best.result.operations).map((opsMax) => ({ opsMax })),
    ]
    for (const change of smaller) {
      const now = this.best.plan.clients
      const next = { ...now, ...change }
      const shrinks = next.keys < now.keys || next.clients < now.clients || next.opsMax < now.opsMax
      const counts = 'keys' in change || 'clients' in change || 'opsMax' in change
      if (counts && (!shrinks || next.keys < 1 || next.clients < 1 || next.opsMax < 1)) continue
      this.takes({ clients: next })
    }
  }

  private plainTimes(): void {
    if (this.best.plan.roundGrains !== 0) this.takes({ roundGrains: 0 })
  }
}

function size({ nodes, faults, safetyTicks, config, clients }: SimPlan): number {
  const settings = Object.keys(config).length
  const people = clients.clients + clients.keys + clients.opsMax + clients.readModes.length
  return nodes * 1000 + faults.length * 100 + settings * 100 + people * 10 + safetyTicks
}

/** The fault among fewer nodes; null if it strikes none of them. */
function within(fault: SimFault, nodes: number): SimFault | null {
  if ('node' in fault) return fault.node <= nodes ? fault : null
  if (!('links' in fault)) return fault
  const links = fault.links.filter((link: Link) => link.from <= nodes && link.to <= nodes)
  const leads = fault.kind === 'partition' && fault.preset === 'isolateLeader'
  if (links.length === 0 && !leads) return null
  if (fault.kind !== 'partition') return { ...fault, links }
  const groups = fault.groups.map((group) => group.filter((node) => node <= nodes))
  return { ...fault, links, groups: groups.filter((group) => group.length > 0) }
}
