/**
 * Trial: one simulated run with all its judges: the oracle over every event, the history of the
 * clients (I14), liveness and equal replicas in the end (I15, S31).
 *
 * Verdict: `violated` by any judge is violated; `unknown` when a judge ran out of budget or nothing
 *          was ever chosen, for then there was nothing to judge.
 * Stops:   at the first violation, unless asked to go on.
 */
import { checkHistory } from '../check/linear/judge'
import { Oracle } from '../check/oracle'
import type { InvariantView } from '../check/oracle'
import type { Violation } from '../check/violation'
import type { LabEvent } from '../event'
import type { HistoryEntry } from '../history'
import { DEFAULT_REPLICA } from '../paxos/config'
import type { Due } from '../sim/agenda'
import type { SimFaultKind, SimPlan } from '../sim/plan'
import type { SimStart } from '../sim/start'
import { World } from '../sim/world'
import type { SimEnd, StampsSoFar } from '../sim/world'

export type TrialVerdict = 'valid' | 'violated' | 'unknown'

export interface TrialOptions {
  readonly plan: SimPlan
  /** Sees every event in its order. */
  readonly onEvent?: (event: LabEvent) => void
  /** True: `sent` and `received` are told too; the run and its hash are the same. */
  readonly messages?: boolean
  /** True: the run goes on after a violation. */
  readonly goOn?: boolean
  readonly freeze?: boolean
  /** A recorded run to go on from: its events so far, for the judges, and its machines. */
  readonly fork?: {
    readonly events: Iterable<LabEvent>
    readonly start: readonly SimStart[]
    readonly after: StampsSoFar
  }
}

export interface TrialResult {
  readonly seed: number
  readonly verdict: TrialVerdict
  /** The first one is what ended the run. */
  readonly violations: readonly Violation[]
  /** Facts, and messages sent and received. */
  readonly events: number
  readonly ticks: number
  readonly hash: string
  readonly chosenSlots: number
  readonly operations: number
  readonly history: readonly HistoryEntry[]
  readonly checks: readonly InvariantView[]
  /** How often each kind of fault made a difference. */
  readonly faults: Readonly<Partial<Record<SimFaultKind, number>>>
  readonly healTicks: number | null
  /** Of a run that waits at a fork: what can come next. */
  readonly due: readonly Due[]
  /** Why it is `unknown`; empty otherwise. */
  readonly words: string
}

/** Configurations that the search of one history may enter: a trial is one of many. */
const HISTORY_BUDGET = { configurationsMax: 40_000_000, memoBytesMax: 64 * 1024 * 1024 }

export function runTrial(options: TrialOptions): TrialResult {
  const trial = new Trial(options)
  return trial.run()
}

class Trial {
  private readonly oracle: Oracle
  private readonly world: World
  private readonly violations: Violation[] = []

  constructor(private readonly options: TrialOptions) {
    const { plan, fork, messages, freeze } = options
    const { quorums, roles } = { ...DEFAULT_REPLICA, ...plan.config }
    const members = Array.from({ length: plan.nodes }, (_, index) => index + 1)
    const acceptors = (roles as SimPlan['config']['roles'])?.acceptors ?? members
    // Facts of different real nodes were recorded in no certain order.
    const order = fork === undefined ? 'total' : 'causal'
    this.oracle = new Oracle({ acceptors, system: quorums, order })
    for (const event of fork?.events ?? []) this.oracle.feed(event)
    this.world = new World({
      plan,
      sink: (event) => this.take(event),
      ...(messages === undefined ? {} : { messages }),
      ...(freeze === undefined ? {} : { freeze }),
      ...(fork === undefined ? {} : { start: fork.start, after: fork.after }),
    })
  }

  run(): TrialResult {
    const end = this.world.run()
    this.violations.push(...this.oracle.finish())
    for (const { invariant, words } of end.problems) {
      this.violations.push({ invariant, words, evidence: [] })
    }
    const unsure = this.judgeHistory(end)
    const { violations, oracle } = this
    const words = unsure || (oracle.chosenSlots === 0 ? 'no value was ever chosen' : '')
    const verdict = violations.length > 0 ? 'violated' : words === '' ? 'valid' : 'unknown'
    return {
      seed: this.options.plan.seed,
      verdict,
      violations,
      events: end.events,
      ticks: end.ticks,
      hash: end.hash,
      chosenSlots: oracle.chosenSlots,
      operations: end.operations,
      history: end.history,
      checks: oracle.views().map((view) => this.withFound(view)),
      faults: Object.fromEntries(end.strikes),
      healTicks: end.healTicks,
      due: end.due,
      words: verdict === 'unknown' ? words : '',
    }
  }

  /** What the world or a machine itself found, which no fact tells. */
  private withFound(view: InvariantView): InvariantView {
    const found = this.violations.find(({ invariant }) => invariant === view.id)
    if (found === undefined || view.state === 'violated') return view
    return { ...view, state: 'violated', words: found.words, evidence: found.evidence }
  }

  private take(event: LabEvent): void {
    const fresh = this.oracle.feed(event)
    this.options.onEvent?.(event)
    if (fresh.length === 0) return
    this.violations.push(...fresh)
    if (this.options.goOn !== true) this.world.stop()
  }

  /** Why the history could not be judged; empty if it was. A fork has only half of its history. */
  private judgeHistory({ history }: SimEnd): string {
    if (this.options.fork !== undefined) return ''
    const judged = checkHistory(history, 'kv', HISTORY_BUDGET)
    this.violations.push(...this.oracle.setHistory(judged))
    return judged.verdict === 'unknown' ? judged.words : ''
  }
}
