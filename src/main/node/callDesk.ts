/**
 * Carries out the calls of the lab, each with one answer. What goes through the machine is answered
 * when the machine has answered; a node that is paused refuses what it could not do now.
 */
import type { MachineInput, MachineReply, ReadAnswer, SlotView } from '../../core/machineTypes'
import type { NodeStatus } from '../../core/event'
import type { FailpointArm, SlowSetting, StorageFault } from '../../core/fault'
import type { ClockSetting, HandAct, NodeAnswer, NodeCall, RecordView } from '../../shared/control'
import { FRAME_BYTES_MAX } from '../../shared/frame'
import type { StepAct } from '../../shared/stepping'
import { Deadlines } from './deadlines'
import { FailpointError, failpoints } from './failpoints'

/** Proposals and reads of the lab that may wait at once. */
export const CALLS_MAX = 1000
/** A slot view that would not fit is left to the next page; an escaped byte takes six. */
const SLOTS_CHARS_MAX = FRAME_BYTES_MAX / 8

export interface CallDeskParts {
  readonly requestDeadlineMs: number
  readonly newTag: () => number
  readonly push: (input: MachineInput) => void
  readonly answer: (call: number, answer: NodeAnswer) => void
  readonly status: () => NodeStatus
  readonly slots: (from: number, count: number) => SlotView[]
  readonly setClock: (clock: ClockSetting) => void
  readonly setSlow: (slow: SlowSetting | null) => void
  readonly setStorageFaults: (faults: readonly StorageFault[]) => void
  readonly records: (fromOffset: number, count: number) => RecordView[]
  /** Refused unless the node is driven by hand. */
  readonly hand: (act: HandAct) => NodeAnswer
  readonly step: (act: StepAct) => NodeAnswer
  readonly isPaused: () => boolean
  readonly pause: () => void
  readonly resume: () => void
}

interface Waiting {
  readonly call: number
  readonly atMs: number
  abandoned: boolean
}

const DONE: NodeAnswer = { kind: 'done' }

export class CallDesk {
  private readonly proposals = new Map<number, Waiting>()
  private readonly reads = new Map<number, Waiting>()
  private readonly deadlines = new Deadlines()

  constructor(private readonly parts: CallDeskParts) {}

  /** As `ClientPort.holdDeadlines`. */
  holdDeadlines(held: boolean): void {
    this.deadlines.hold(held)
  }

  onCall(call: number, body: NodeCall): void {
    const { parts } = this
    switch (body.action) {
      case 'status':
        return parts.answer(call, { kind: 'status', status: parts.status() })
      case 'slots':
        return parts.answer(call, { kind: 'slots', slots: this.slots(body.from, body.count) })
      case 'setClock':
        parts.setClock(body.clock)
        return parts.answer(call, DONE)
      case 'setSlow':
        parts.setSlow(body.slow)
        return parts.answer(call, DONE)
      case 'setStorageFaults':
        parts.setStorageFaults(body.faults)
        return parts.answer(call, DONE)
      case 'armFailpoints':
        return this.armFailpoints(call, body.arms)
      case 'failpointHits':
        return parts.answer(call, { kind: 'failpoints', hits: failpoints.hits })
      case 'records':
        return this.records(call, body.fromOffset, body.count)
      case 'hand':
        return parts.answer(call, parts.hand(body.hand))
      case 'step':
        return parts.answer(call, parts.step(body.step))
      case 'pause':
        parts.pause()
        return parts.answer(call, DONE)
      case 'resume':
        parts.resume()
        return parts.answer(call, DONE)
      default:
        if (parts.isPaused()) return parts.answer(call, refusal('the node is paused'))
        return this.step(call, body)
    }
  }

  onReplies(replies: readonly MachineReply[]): void {
    if (this.proposals.size === 0) return
    for (const reply of replies) {
      const waiting = this.proposals.get(reply.tag)
      if (!waiting) continue
      this.proposals.delete(reply.tag)
      this.parts.answer(waiting.call, answerOf(reply))
    }
  }

  onReads(reads: readonly ReadAnswer[]): void {
    for (const { tag, result } of reads) {
      const waiting = this.reads.get(tag)
      if (!waiting) continue
      this.reads.delete(tag)
      this.parts.answer(waiting.call, { kind: 'read', result })
    }
  }

  /** Abandons proposals past their deadline. Reads end by their own timer. */
  sweep(nowMs: number): void {
    if (this.parts.isPaused()) return
    if (!this.deadlines.canPass(nowMs, this.parts.requestDeadlineMs)) return
    const tags: number[] = []
    for (const [tag, waiting] of this.proposals) {
      if (nowMs - waiting.atMs < this.parts.requestDeadlineMs) break
      if (!waiting.abandoned) tags.push(tag)
      waiting.abandoned = true
    }
    if (tags.length > 0) this.parts.push({ type: 'abandon', tags })
  }

  private step(call: number, body: NodeCall): void {
    const { parts } = this
    switch (body.action) {
      case 'propose': {
        const tag = this.wait(this.proposals, call)
        if (tag !== null) parts.push({ type: 'propose', tag, args: body.args })
        return
      }
      case 'read': {
        const tag = this.wait(this.reads, call)
        if (tag !== null) parts.push({ type: 'read', tag, subject: body.subject, mode: body.mode })
        return
      }
      case 'setPolicy':
        parts.push({ type: 'setPolicy', policy: body.policy })
        return parts.answer(call, DONE)
      case 'startElection':
      case 'stepDown':
        parts.push({ type: body.action })
        return parts.answer(call, DONE)
      default:
        return
    }
  }

  private armFailpoints(call: number, arms: readonly FailpointArm[]): void {
    try {
      failpoints.disarm()
      for (const arm of arms) failpoints.arm(arm)
      this.parts.answer(call, DONE)
    } catch (error) {
      if (!(error instanceof FailpointError)) throw error
      this.parts.answer(call, refusal(error.message))
    }
  }

  private records(call: number, fromOffset: number, count: number): void {
    try {
      const views = this.parts.records(fromOffset, count)
      this.parts.answer(call, { kind: 'records', records: fitting(views) })
    } catch (error) {
      this.parts.answer(call, refusal(error instanceof Error ? error.message : String(error)))
    }
  }

  private wait(map: Map<number, Waiting>, call: number): number | null {
    if (this.proposals.size + this.reads.size >= CALLS_MAX) {
      this.parts.answer(call, refusal(`${CALLS_MAX} calls wait at this node`))
      return null
    }
    const tag = this.parts.newTag()
    map.set(tag, { call, atMs: performance.now(), abandoned: false })
    return tag
  }

  private slots(from: number, count: number): SlotView[] {
    return fitting(this.parts.slots(from, count))
  }
}

/** The first views, as many as a frame has room for; at least one. */
function fitting<View>(views: readonly View[]): View[] {
  let chars = 0
  const fit = views.findIndex((view) => (chars += JSON.stringify(view).length) > SLOTS_CHARS_MAX)
  return fit < 0 ? [...views] : views.slice(0, Math.max(1, fit))
}

function answerOf(reply: MachineReply): NodeAnswer {
  switch (reply.outcome) {
    case 'done':
      return { kind: 'reply', resp: reply.resp }
    case 'unknown':
      return { kind: 'unknown', words: reply.words }
    case 'notSent':
      return refusal(reply.words)
  }
}

function refusal(words: string): NodeAnswer {
  return { kind: 'error', words }
}
