/**
 * What a check of a lesson can measure: folds of `core/measure` over recorded events alone, so that
 * a file gives the same figures as the run gave. States go on through a run; the others begin with
 * the mark of a step.
 *
 * Order: events in the order of the record.
 * Cost:  O(1) per event, but for events about nodes and faults; memory is that of the folds.
 */
import type { LabEvent, LabOwnEvent, LinkTraffic, NodeEvent } from '../core/event'
import { Histogram } from '../core/measure/histogram'
import { LeaderSpans } from '../core/measure/leaderSpans'
import { Liveness } from '../core/measure/liveness'
import { Reach } from '../core/measure/reach'
import { SlotWork } from '../core/measure/slotWork'
import { Stairs } from '../core/measure/stairs'
import { ZERO_BALLOT } from '../core/paxos/ballot'
import type { NodeId, Slot } from '../core/paxos/ballot'
import type { MeasureValue } from './condition'
import { HuntFigures } from './lessonHunt'

/** Every measure, with its meaning. */
export const LESSON_MEASURES = {
  undecidedBallots: 'ballots begun since a value was last chosen',
  undecidedBallotsMax: 'the most of them in this step',
  bids: 'ballots begun in this step',
  preemptions: 'ballots of this step that a higher one preempted',
  chosenSlots: 'slots chosen in this step',
  acked: 'client requests of this step that were answered with success',
  failed: 'client requests of this step that were answered with an error',
  unknown: 'client requests of this step whose outcome is unknown',
  ballotsPerSlot: 'bids by chosen slots; needs 10 slots',
  toldPerAccept:
    'messages that tell nodes of votes and chosen values (accepted, chosen), for each accept ' +
    'that all other acceptors were sent; needs 10 of these',
  medianChoosePercent:
    'median time from the first proposal to the choice, in percent of the step; needs 10 slots',
  leaders: 'nodes that believe to lead, now',
  nodesDown: 'nodes that have ended, now',
  nodesPaused: 'nodes that stand still, now',
  faults: 'faults that have not ended',
  framesHeld: 'frames that wait at the gate, now',
  droppedFrames: 'frames of this step that were lost on their links',
  quorum: '"yes" if some node reaches a quorum, by what is broken now, else "no"',
  breaks:
    'violations found in this step, and one more for two requests without success while nothing ' +
    'was chosen, no fault was there, no frame was held and a quorum was in reach throughout',
  effort:
    'injected faults and steps (faults ended, requests, acts, deliveries by hand) of this step, ' +
    'until it breaks',
  unnamed: 'letter of the unnamed mutant that runs now, else "none"',
} as const

export type LessonMeasure = keyof typeof LESSON_MEASURES

/** `grows`: never goes down in a step; `state`: comes and goes; `figure`: by all of the step. */
export const MEASURE_KINDS: Readonly<Record<LessonMeasure, 'grows' | 'state' | 'figure'>> = {
  undecidedBallots: 'state',
  undecidedBallotsMax: 'grows',
  bids: 'grows',
  preemptions: 'grows',
  chosenSlots: 'grows',
  acked: 'grows',
  failed: 'grows',
  unknown: 'grows',
  ballotsPerSlot: 'figure',
  toldPerAccept: 'figure',
  medianChoosePercent: 'figure',
  leaders: 'state',
  nodesDown: 'state',
  nodesPaused: 'state',
  faults: 'state',
  framesHeld: 'state',
  droppedFrames: 'grows',
  quorum: 'state',
  breaks: 'grows',
  effort: 'grows',
  unnamed: 'state',
}

/** What is lost can only make these smaller: what they reached, they reached. */
export const SURE_AFTER_LOSS: ReadonlySet<LessonMeasure> = new Set([
  ...(['bids', 'preemptions', 'chosenSlots', 'acked', 'failed', 'unknown'] as const),
  ...(['droppedFrames'] as const),
])

/** A figure of fewer slots says nothing yet. */
const SLOTS_MIN = 10

/** How it stands in a run, from its beginning on. */
export class RunStates {
  /** Highest slot that was said to be chosen. */
  top: Slot = 0
  acceptors = 0
  framesHeld = 0
  unnamed = 'none'
  private reach = new Reach()
  private spans = new LeaderSpans()
  private readonly leading = new Set<NodeId>()
  private readonly faults = new Set<string>()

  feed(event: LabEvent): void {
    if (event.by === 'lab') this.feedLab(event)
    else this.feedNode(event)
  }

  get leaders(): number {
    return this.leading.size
  }

  get faultCount(): number {
    return this.faults.size
  }

  get quorum(): 'yes' | 'no' {
    return this.reach.quorumPossible ? 'yes' : 'no'
  }

  nodesIn(state: 'down' | 'paused'): number {
    return this.reach.views().filter((view) => view.node !== 0 && view.state === state).length
  }

  private feedNode(event: NodeEvent): void {
    const { atMs, by: node } = event
    switch (event.type) {
      case 'bid':
        this.spans.preparing(atMs, node, event.ballot)
        break
      case 'elected':
        this.spans.leading(atMs, node, event.ballot)
        break
      case 'preempted':
      case 'steppedDown':
        this.spans.gaveUp(atMs, node, event.ballot)
        break
      case 'followed':
        this.spans.followed(atMs, node, event.ballot)
        break
      case 'chosen':
        this.top = Math.max(this.top, event.slot + event.count - 1)
        return
      default:
        return
    }
    this.follow()
  }

  private feedLab(event: LabOwnEvent): void {
    const { atMs } = event
    switch (event.type) {
      case 'clusterStarted':
        this.begin()
        this.unnamed = event.unnamed ?? 'none'
        this.acceptors = (event.roles?.acceptors ?? event.members).length
        this.reach.started(event.members, event.quorums, event.roles)
        return
      case 'clusterStopped':
        this.spans.stopped(atMs)
        this.reach.stopped()
        break
      case 'nodeReady':
        this.spans.ready(atMs, event.node)
        this.reach.ready(event.node)
        break
      case 'nodeExited':
        this.spans.exited(atMs, event.node)
        this.reach.exited(event.node)
        break
      case 'faultStarted':
        this.faults.add(event.fault.id)
        this.reach.faultStarted(event.fault)
        return
      case 'faultEnded':
        this.faults.delete(event.fault.id)
        this.reach.faultEnded(event.fault)
        return
      case 'frameHeld':
        this.framesHeld += 1
        return
      case 'frameReleased':
      case 'frameDropped':
        this.framesHeld -= 1
        return
      default:
        return
    }
    this.follow()
  }

  private begin(): void {
    this.top = 0
    this.framesHeld = 0
    this.reach = new Reach()
    this.spans = new LeaderSpans()
    this.leading.clear()
    this.faults.clear()
  }

  /** Who leads, by the spans that have changed: of one node the last one counts. */
  private follow(): void {
    for (const { node, kind, toMs } of this.spans.take()) {
      if (kind !== 'leading') continue
      if (toMs === null) this.leading.add(node)
      else this.leading.delete(node)
    }
  }
}

/** Figures since the mark of a step. */
export class StepFigures {
  private readonly liveness = new Liveness()
  private readonly stairs = new Stairs()
  private readonly slots = new SlotWork()
  private readonly times = new Histogram()
  private readonly clients = { acked: 0, failed: 0, unknown: 0 }
  /** Messages between nodes: accepts, and what told of votes and values. */
  private readonly sent = { accepts: 0, told: 0 }
  private dropped = 0
  private readonly hunt: HuntFigures
  private readonly top: Slot
  private readonly fromMs: number
  private nowMs: number

  constructor(
    private readonly run: RunStates,
    atMs: number,
  ) {
    this.hunt = new HuntFigures(run)
    this.fromMs = atMs
    this.nowMs = atMs
    this.top = run.top
    // What was chosen before is not chosen in this step, whoever tells of it later.
    if (this.top === 0) return
    this.liveness.chosen(atMs, ZERO_BALLOT, 1, this.top)
    this.slots.chosen(atMs, ZERO_BALLOT, 1, this.top)
  }

  feed(event: LabEvent): void {
    const { atMs } = event
    this.nowMs = atMs
    this.hunt.feed(event)
    switch (event.type) {
      case 'bid':
        this.slots.bid(atMs, event.ballot, event.reason)
        if (this.stairs.bid(atMs, event.ballot)) this.liveness.bid(atMs, event.ballot)
        return
      case 'preempted':
        if (this.stairs.preempted(atMs, event.ballot, event.rival)) this.liveness.preempted()
        return
      case 'issued':
        this.slots.issued(atMs, event.ballot, event.slot, event.count)
        return
      case 'chosen':
        this.liveness.chosen(atMs, event.ballot, event.slot, event.count)
        for (const { ms } of this.slots.chosen(atMs, event.ballot, event.slot, event.count)) {
          if (ms !== null) this.times.add(ms)
        }
        return
      case 'clientReplied':
        this.clients[event.outcome === 'ok' ? 'acked' : REPLIES[event.outcome]] += 1
        return
      case 'loadSampled':
        this.clients.acked += event.acked
        this.clients.failed += event.failed
        this.clients.unknown += event.unknown
        return
      case 'trafficSampled':
        for (const link of event.links) this.addLink(link)
        return
      default:
        return
    }
  }

  value(measure: LessonMeasure): MeasureValue {
    switch (measure) {
      case 'acked':
      case 'failed':
      case 'unknown':
        return this.clients[measure]
      case 'leaders':
        return this.run.leaders
      case 'faults':
        return this.run.faultCount
      case 'framesHeld':
        return this.run.framesHeld
      case 'droppedFrames':
        return this.dropped
      case 'quorum':
        return this.run.quorum
      case 'nodesDown':
        return this.run.nodesIn('down')
      case 'nodesPaused':
        return this.run.nodesIn('paused')
      case 'toldPerAccept':
        return this.toldPerAccept()
      case 'breaks':
        return this.hunt.breaks
      case 'effort':
        return this.hunt.effort
      case 'unnamed':
        return this.run.unnamed
      default:
        return this.progress(measure)
    }
  }

  /** A node's words to itself cost no message. */
  private addLink({ from, to, types, dropped }: LinkTraffic): void {
    this.dropped += dropped
    if (from === to) return
    this.sent.accepts += types.accept ?? 0
    this.sent.told += (types.accepted ?? 0) + (types.chosen ?? 0)
  }

  /** What is sent again is told again: by slots it would grow with the load of the machine. */
  private toldPerAccept(): number | null {
    const { accepts, told } = this.sent
    const rounds = accepts / Math.max(1, this.run.acceptors - 1)
    return rounds < SLOTS_MIN ? null : rounded(told / rounds)
  }

  private progress(
    measure:
      | 'undecidedBallots'
      | 'undecidedBallotsMax'
      | 'bids'
      | 'preemptions'
      | 'chosenSlots'
      | 'ballotsPerSlot'
      | 'medianChoosePercent',
  ): MeasureValue {
    const view = this.liveness.view(true)
    const chosenSlots = view.chosenSlots - this.top
    switch (measure) {
      case 'chosenSlots':
        return chosenSlots
      case 'ballotsPerSlot':
        return chosenSlots < SLOTS_MIN ? null : rounded(view.bids / chosenSlots)
      case 'medianChoosePercent': {
        const median = this.times.count < SLOTS_MIN ? null : this.times.quantile(0.5)
        const spanMs = this.nowMs - this.fromMs
        return median === null || spanMs <= 0 ? null : rounded((100 * median) / spanMs)
      }
      default:
        return view[measure]
    }
  }
}

const REPLIES = { error: 'failed', unknown: 'unknown' } as const

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
