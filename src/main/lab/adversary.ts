/**
 * The FLP adversary: orders the frames of every link so that no ballot ever gets a quorum of votes,
 * and loses, damages and forges nothing. It is what Fischer, Lynch and Paterson say must exist for
 * a deterministic protocol, and why PMS §2.4 asks for randomness or real time to elect a proposer.
 *
 * Rule:   an `accept` (or heartbeat) of ballot b goes on to node q only when q has promised a
 *         higher one, which q's own `prepare` or `promise` has shown at the gate. Everything else
 *         goes on at the next pace. So each ballot has the vote of its owner at most, and each
 *         frame is delivered as soon as another bidder has come.
 * Needs:  two proposers with requests. One alone is not preempted: its accepts wait until
 *         `holdMsMax` is over (null: as long as the adversary works), then they go on and win.
 * Shows:  with `holdMsMax` above every wait of the policy it wins against all of them, a leader
 *         included, for no time limit holds in its network. With less, a random back-off sooner or
 *         later draws a wait that is longer, and a value is chosen. Safety depends on none of it.
 */
import type { GateFrame } from '../../core/event'
import { allLinks } from '../../core/fault'
import type { FrameMatch } from '../../core/fault'
import type { Ballot, NodeId } from '../../core/paxos/ballot'
import { compareBallot } from '../../core/paxos/ballot'
import { LabCallError } from '../../shared/api'
import type { AdversaryOptions, AdversaryView, GateAct } from '../../shared/gate'
import type { LabClock } from './clock'
import type { FaultBook } from './faultBook'
import type { Gate } from './gate'
import type { Links } from './links'

/** Frames that are due go on together, this often: a duel that people can follow. */
const PACE_MS = 10

const MATCH: FrameMatch = {
  types: ['prepare', 'promise', 'accept', 'accepted', 'nack', 'heartbeat'],
}

interface Waiting {
  readonly frame: GateFrame
  readonly sinceMs: number
}

export class Adversary {
  private play: Play | null = null
  private isStarting = false

  constructor(
    private readonly members: readonly NodeId[],
    private readonly clock: LabClock,
    private readonly links: Links,
    private readonly faults: FaultBook,
    private readonly gate: Gate,
  ) {}

  /** Answers the id of its hold. */
  async start(options: AdversaryOptions): Promise<string> {
    if (this.play !== null || this.isStarting) {
      throw new LabCallError('wrongState', 'an adversary is at work already')
    }
    this.isStarting = true
    try {
      const fault = await this.links.start({
        kind: 'hold',
        links: allLinks(this.members),
        match: MATCH,
        atEnd: 'release',
        adversary: options.kind,
      })
      this.play = new Play(fault, options, this.gate, this.clock)
      return fault
    } finally {
      this.isStarting = false
    }
  }

  /** What it holds goes on in order, and the protocol does what it does. */
  async stop(): Promise<void> {
    const fault = this.play?.fault
    const active = this.faults.links().find(({ id }) => id === fault)
    if (active === undefined) throw new LabCallError('wrongState', 'no adversary is at work')
    await this.links.end(active)
  }

  /** A hold ended, by whoever asked: without it there is no adversary. */
  faultEnded(fault: string): void {
    if (this.play?.fault === fault) this.close()
  }

  view(): Omit<AdversaryView, 'undecidedBallots'> | null {
    return this.play?.view() ?? null
  }

  close(): void {
    this.play?.close()
    this.play = null
  }
}

class Play {
  /** The highest ballot that each node has shown to have promised. */
  private readonly promised = new Map<NodeId, Ballot>()
  /** Frames that may go on, in the order of arrival. */
  private readonly due = new Map<number, GateFrame>()
  private readonly waiting = new Map<number, Waiting>()
  private readonly startedAtMs: number
  private readonly timer: NodeJS.Timeout
  private readonly stopListening: () => void
  private deliveries = 0
  private staleAccepts = 0
  private overdue = 0
  /** True: acts were missed, so that the gate must be asked what waits there. */
  private isBehind = true
  private isBusy = false

  constructor(
    readonly fault: string,
    private readonly options: AdversaryOptions,
    private readonly gate: Gate,
    private readonly clock: LabClock,
  ) {
    this.startedAtMs = clock.now()
    this.stopListening = gate.listen({
      onActs: (acts, skipped) => this.take(acts, skipped),
      onEmptied: () => this.forgetAll(),
    })
    this.timer = setInterval(() => void this.pace(), PACE_MS)
  }

  view(): Omit<AdversaryView, 'undecidedBallots'> {
    const { fault, startedAtMs, deliveries, staleAccepts, overdue } = this
    const held = this.waiting.size + this.due.size
    return { ...this.options, fault, startedAtMs, deliveries, staleAccepts, overdue, held }
  }

  close(): void {
    clearInterval(this.timer)
    this.stopListening()
  }

  private take(acts: readonly GateAct[], skipped: number): void {
    if (skipped > 0) this.isBehind = true
    for (const { act, frame } of acts) {
      if (frame.fault !== this.fault) continue
      if (act === 'held') this.meet(frame)
      else this.forget(frame.id)
    }
  }

  private meet(frame: GateFrame): void {
    this.learn(frame)
    const mayWin = frame.message === 'accept' || frame.message === 'heartbeat'
    if (mayWin && frame.ballot !== null) {
      this.waiting.set(frame.id, { frame, sinceMs: this.clock.now() })
    } else {
      this.due.set(frame.id, frame)
    }
  }

  private forget(id: number): void {
    this.waiting.delete(id)
    this.due.delete(id)
  }

  /** Whoever sends at a ballot has promised it, durably, before: it will refuse a lower one. */
  private learn({ message, ballot, link }: GateFrame): void {
    // A nack names the ballot that it refuses.
    if (ballot === null || message === 'nack') return
    const known = this.promised.get(link.from)
    if (known === undefined || compareBallot(ballot, known) > 0) {
      this.promised.set(link.from, ballot)
    }
  }

  private forgetAll(): void {
    this.waiting.clear()
    this.due.clear()
    this.isBehind = true
  }

  private async pace(): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    try {
      if (this.isBehind) await this.catchUp()
      this.findDue()
      const due = [...this.due.values()]
      this.due.clear()
      if (due.length === 0) return
      await this.gate.letGo('release', { kind: 'ids', ids: due.map(({ id }) => id) })
      this.deliveries += due.filter(({ message }) => message !== 'heartbeat').length
    } catch {
      // Somebody else let a frame go, or the switchboard is new: look again at the next pace.
      this.isBehind = true
    } finally {
      this.isBusy = false
    }
  }

  private async catchUp(): Promise<void> {
    // Frames that come while the answer is under way are met as usual: only these are in doubt.
    const known = new Set([...this.waiting.keys(), ...this.due.keys()])
    const { frames, total } = await this.gate.list(MATCH)
    for (const frame of frames) {
      if (frame.fault !== this.fault) continue
      const isNew = !this.waiting.has(frame.id) && !this.due.has(frame.id)
      if (isNew) this.meet(frame)
      known.delete(frame.id)
    }
    this.isBehind = total > frames.length
    for (const id of known) if (!this.isBehind) this.forget(id)
  }

  private findDue(): void {
    const { holdMsMax } = this.options
    const nowMs = this.clock.now()
    for (const [id, { frame, sinceMs }] of this.waiting) {
      const isStale = this.isStale(frame)
      const isOverdue = holdMsMax !== null && nowMs - sinceMs > holdMsMax
      if (!isStale && !isOverdue) continue
      this.waiting.delete(id)
      this.due.set(id, frame)
      if (!isStale) this.overdue += 1
      else if (frame.message === 'accept') this.staleAccepts += 1
    }
  }

  private isStale({ ballot, link }: GateFrame): boolean {
    const promised = this.promised.get(link.to)
    return ballot !== null && promised !== undefined && compareBallot(promised, ballot) > 0
  }
}
