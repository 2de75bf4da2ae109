/**
 * Stepping: step mode of a whole cluster that runs (docs/stepping.md). Every frame waits at the
 * gate, and every timer, clock and client request at its node; then one thing happens at a time,
 * and a step is over when all that it caused has happened and is in the record.
 *
 * Time:   stands still, for all nodes alike. A timer that fires has run what was left of it: so
 *         much time is over at every node then, as leases demand.
 * Leaves: when it is asked to, or when its hold ends by whatever hand. Frames go on in the order of
 *         the gate, then timers run on and requests are taken. A node that starts meanwhile comes
 *         up as the others are.
 * Errors: LabCallError: `wrongState` outside of step mode or beside an adversary, `badArgument` for
 *         what does not wait, `timedOut` when a node does not come to rest.
 */
import type { LabFact } from '../../core/event'
import { allLinks } from '../../core/fault'
import { LabCallError } from '../../shared/api'
import type {
  StepAct,
  StepChoice,
  StepChoices,
  SteppedNode,
  SteppingView,
  StepReport,
} from '../../shared/stepping'
import { STEP_EVENTS_MAX, STEP_SCRIPT_MAX } from '../../shared/stepping'
import type { Member } from './member'
import type { SteppedSession } from './stepSession'
import { StepActs } from './stepActs'
import { StepRest } from './stepRest'

/** Calls that wait for the step before them. */
const STEP_CALLS_MAX = 100
const SAMPLES: readonly string[] = ['statusSampled', 'trafficSampled', 'loadSampled']

interface Play {
  fault: string
  readonly startedAtMs: number
  steps: number
  script: string[]
}

type StepActor = 'person' | 'scenario'

export class Stepping {
  private play: Play | null = null
  private queue: Promise<void> = Promise.resolve()
  private waiting = 0
  private isClosed = false
  private leftAtMs = -Infinity
  private readonly rest: StepRest
  private readonly acts: StepActs

  constructor(private readonly session: SteppedSession) {
    this.rest = new StepRest(session, () => this.isClosed)
    this.acts = new StepActs(session, this.rest)
  }

  /** Nodes that start now come up in step mode. */
  get isOn(): boolean {
    return this.play !== null && !this.isClosed
  }

  /** As `HeldTo`: in step mode nobody who waits for a node is given up. */
  get heldToMs(): number {
    return this.isOn ? Infinity : this.leftAtMs
  }

  view(): SteppingView | null {
    if (this.play === null) return null
    const { fault, startedAtMs, steps } = this.play
    return { fault, startedAtMs, steps, nodes: this.nodes() }
  }

  async start(by: StepActor): Promise<void> {
    await this.inTurn(async () => {
      const { session } = this
      if (this.play !== null) throw new LabCallError('wrongState', 'step mode is on already')
      if (session.options.direct) {
        const words = 'direct mode: nodes dial each other, there is no gate between them'
        throw new LabCallError('directMode', words)
      }
      if (session.options.hand !== undefined) {
        throw new LabCallError('wrongState', 'these nodes are driven by hand already')
      }
      if (session.adversary() !== null) {
        throw new LabCallError('wrongState', 'an adversary orders the frames: stop it first')
      }
      const { storm } = session
      if (storm.view()?.end === null) throw new LabCallError('wrongState', 'a storm blows: stop it')
      if (session.load !== null) session.setLoad(null)
      await this.begin(session.run.nowMs, by)
    })
  }

  async stop(by: StepActor): Promise<void> {
    await this.inTurn(async () => {
      this.playOrThrow()
      await this.leave(by)
    })
  }

  async choices(): Promise<StepChoices> {
    return await this.inTurn(async () => {
      const { steps } = this.playOrThrow()
      await this.rest.settle()
      const { frames, total } = await this.session.cluster.gate.list({})
      return { steps, frames, framesTotal: total, nodes: this.nodes() }
    })
  }

  async perform(choice: StepChoice, by: StepActor): Promise<StepReport> {
    return await this.inTurn(async () => {
      const play = this.playOrThrow()
      const { session } = this
      const { timeline } = session.run
      await this.rest.settle()
      const act = await this.acts.prepare(choice)
      const number = play.steps + 1
      play.steps = number
      const step = `step ${number}: ${act.words}`
      timeline.flush()
      session.tell({ type: 'acted', act: step, actor: by })
      timeline.flush()
      const from = timeline.count + 1
      const lost = await act.perform()
      this.remember(play, act.script)
      await this.rest.settle()
      // Answers to the lab's own commands have come by the time that this one has.
      const { total } = await session.cluster.gate.list({})
      timeline.flush()
      session.changed()
      return { number, step, lost, ...(await this.caused(from)), framesTotal: total }
    })
  }

  /** @throws LabCallError while step mode is on: `what` would move by itself. */
  refuse(what: string): void {
    if (this.isOn) throw new LabCallError('wrongState', `step mode is on: ${what} would move alone`)
  }

  script(): readonly string[] {
    return this.playOrThrow().script
  }

  /** Every fact of the lab: some say that step mode must follow. */
  note(fact: LabFact): void {
    const { play } = this
    if (fact.type === 'nodeReady') {
      // It may have been started just before step mode was switched on, or off.
      const kind = this.isOn ? 'on' : 'off'
      const member = this.session.cluster.member(fact.node)
      if (play !== null || member.stepView !== null) void this.tellNode(member, { kind })
      if (play !== null) this.remember(play, `restart ${fact.node}`)
    } else if (fact.type === 'faultStarted' && play !== null) {
      const { fault } = fact.fault
      if (fault.kind === 'kill' || fault.kind === 'stop') {
        this.remember(play, `${fault.kind} ${fault.node}`)
      }
    } else if (fact.type === 'faultEnded' && play?.fault === fact.fault.id) {
      this.endPlay()
      this.inTurn(() => this.restore('person')).catch((error: unknown) => this.complain(error))
    }
  }

  /** The cluster stops: nothing is restored, and whatever waits is told so. */
  close(): void {
    this.isClosed = true
  }

  private async begin(startedAtMs: number, by: StepActor): Promise<void> {
    const { session } = this
    const { cluster, identity } = session
    const links = allLinks(identity.members)
    const hold = { kind: 'hold', links, match: {}, atEnd: 'release', stepping: true } as const
    const play: Play = { fault: '', startedAtMs, steps: 0, script: ['step on'] }
    this.play = play
    try {
      // Nodes first: what is on its way still arrives, and little of it waits at the gate.
      await Promise.all(cluster.members.map((member) => this.tellNode(member, { kind: 'on' })))
      play.fault = await cluster.links.start(hold)
      await this.rest.settle()
    } catch (error) {
      await this.leave(by)
      throw error
    }
    session.tell({ type: 'acted', act: 'step mode: on', actor: by })
    session.run.timeline.flush()
    session.changed()
  }

  private endPlay(): void {
    this.play = null
    this.leftAtMs = performance.now()
  }

  private async leave(by: StepActor): Promise<void> {
    const fault = this.play?.fault
    this.endPlay()
    const { cluster } = this.session
    const active = cluster.faults.links().find(({ id }) => id === fault)
    try {
      if (active !== undefined) await cluster.links.end(active)
    } catch (error) {
      // The nodes must go on whatever became of the switchboard.
      this.complain(error)
    }
    await this.restore(by)
  }

  private async restore(by: StepActor): Promise<void> {
    const { session } = this
    const { members } = session.cluster
    const ends = await Promise.allSettled(
      members.map((member) => this.tellNode(member, { kind: 'off' })),
    )
    for (const member of members) member.stepView = null
    for (const end of ends) if (end.status === 'rejected') this.complain(end.reason)
    session.tell({ type: 'acted', act: 'step mode: off', actor: by })
    session.changed()
  }

  /** A node that cannot answer hears it when it goes on; nobody waits for that. */
  private async tellNode(member: Member, step: StepAct): Promise<void> {
    if (member.state === 'paused' || member.state === 'starting') {
      member.call({ action: 'step', step }).catch(() => {})
      return
    }
    if (!member.answers) return
    try {
      await member.call({ action: 'step', step })
    } catch (error) {
      if (member.answers) throw error
    }
  }

  private async caused(from: number): Promise<Pick<StepReport, 'events' | 'eventsTotal'>> {
    const { run } = this.session
    const to = Math.min(run.eventCount, from + 9_999)
    const all = to < from ? [] : await run.read(from, to)
    const events = all.filter(({ type }) => !SAMPLES.includes(type))
    return { events: events.slice(0, STEP_EVENTS_MAX), eventsTotal: events.length }
  }

  private nodes(): SteppedNode[] {
    return this.session.cluster.members.flatMap(({ node, stepView }) => {
      if (stepView === null) return []
      const { timers, requests, requestsTotal } = stepView
      return [{ node, timers, requests, requestsTotal }]
    })
  }

  private remember(play: Play, line: string): void {
    play.script.push(line)
    if (play.script.length > 2 * STEP_SCRIPT_MAX) play.script = play.script.slice(-STEP_SCRIPT_MAX)
  }

  private playOrThrow(): Play {
    if (this.play !== null) return this.play
    throw new LabCallError('wrongState', 'step mode is off')
  }

  private complain(error: unknown): void {
    if (this.isClosed) return
    const why = error instanceof Error ? error.message : String(error)
    const words = `step mode was not left everywhere: ${why}`
    this.session.tell({ type: 'labNote', level: 'error', words })
  }

  /** One call at a time, in the order of asking. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= STEP_CALLS_MAX) {
      throw new LabCallError('overloaded', `${STEP_CALLS_MAX} calls wait for the step before them`)
    }
    this.waiting += 1
    const before = this.queue
    let done = (): void => {}
    this.queue = new Promise((resolve) => (done = resolve))
    await before
    try {
      return await work()
    } finally {
      this.waiting -= 1
      done()
    }
  }
}
