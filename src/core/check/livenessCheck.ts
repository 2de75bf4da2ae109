/**
 * I15, bounded: while a quorum works, the time without a newly chosen slot stays below a bound as
 * long as requests wait; and every request is done in time once the faults have stopped (S31).
 *
 * Looks at: `submitted` and `answered`, slots that become chosen, nodes that start and end, faults.
 *         A quorum works as `ConnectedCore` says; only requests taken by one of its nodes count.
 * Off unless bounds are given: what is long is for whoever knows timing and policy to say.
 * Units:  lab time in ms, of the events themselves.
 * Says nothing of cycles: a run that is undecided for ever within the bound is not seen.
 */
import type { LabEvent } from '../event'
import type { NodeId } from '../paxos/ballot'
import { hasNode } from '../paxos/quorum'
import type { Quorums } from '../paxos/quorum'
import { ConnectedCore } from './connectedCore'
import { RequestSets } from './seqSet'
import type { Report } from './violation'

export const WAITING_RUNS_MAX = 100_000

export interface LivenessBounds {
  /** Longest time without a newly chosen slot while requests wait; missing: not judged. */
  readonly stallMsMax?: number
  /** Every request is done so long after it was taken, and faults stopped; missing: not judged. */
  readonly completeMsMax?: number
  /** After so long a client gives its request up; missing: never. */
  readonly deadlineMs?: number
}

/** Requests of one event. */
interface Run {
  readonly session: string
  next: number
  readonly through: number
  readonly by: NodeId
  readonly life: number
  readonly seq: number
  readonly atMs: number
}

export class LivenessCheck {
  /** Longest time that was seen without a newly chosen slot while requests waited, ms. */
  stallMsMax = 0
  judged = 0
  private readonly core: ConnectedCore
  private readonly lives = new Map<NodeId, number>()
  private readonly answered = new RequestSets()
  private runs: Run[] = []
  private head = 0
  /** When the quorum that works began to; null: there is none. */
  private worksSinceMs: number | null = null
  private chosenMs = 0

  constructor(
    quorums: Quorums,
    private readonly done: RequestSets,
    private readonly bounds: LivenessBounds,
  ) {
    this.core = new ConnectedCore(quorums)
  }

  feed(event: LabEvent, report: Report): void {
    if (this.core.feed(event)) {
      if (event.type === 'nodeExited') this.lives.delete(event.node)
      else if (event.type === 'nodeReady') this.lives.set(event.node, event.life)
      // Another fault, or the end of one: whatever it disturbed may take its time again.
      this.worksSinceMs = this.core.core === 0 ? null : event.atMs
    } else if (event.type === 'submitted') {
      this.submit(event)
    } else if (event.type === 'answered') {
      this.answered.add(event.session, event.from, event.from + event.count - 1)
    }
    this.judge(event.atMs, event.seq, report)
  }

  /** A slot is newly chosen. */
  chosen(atMs: number): void {
    this.chosenMs = Math.max(this.chosenMs, atMs)
  }

  private submit(event: Extract<LabEvent, { type: 'submitted' }>): void {
    const { session, from, count, by, life, seq, atMs } = event
    if (this.runs.length - this.head >= WAITING_RUNS_MAX) this.head += 1
    this.runs.push({ session, next: from, through: from + count - 1, by, life, seq, atMs })
    if (this.head < 1024 || this.head * 2 < this.runs.length) return
    this.runs = this.runs.slice(this.head)
    this.head = 0
  }

  private judge(nowMs: number, seq: number, report: Report): void {
    if (this.worksSinceMs === null) return
    const oldest = this.oldest(nowMs)
    if (oldest === null) return
    this.judged += 1
    const { stallMsMax = Infinity, completeMsMax = Infinity } = this.bounds
    const readyMs = Math.max(oldest.atMs, this.worksSinceMs)
    const stallMs = nowMs - Math.max(readyMs, this.chosenMs)
    this.stallMsMax = Math.max(this.stallMsMax, stallMs)
    const name = `${oldest.session}:${oldest.next}`
    const evidence = [oldest.seq, seq]
    if (stallMs > stallMsMax) {
      const words = `no slot was chosen for ${ms(stallMs)}, while ${name} waited and a quorum worked`
      report({ invariant: 'I15', words, evidence })
    }
    if (nowMs - readyMs <= completeMsMax) return
    const words = `${name} is not done ${ms(nowMs - readyMs)} after it was taken and faults stopped`
    report({ invariant: 'I15', words, evidence })
  }

  /** The request that waits longest at a node of the quorum that works. */
  private oldest(nowMs: number): Run | null {
    let isFirst = true
    for (let at = this.head; at < this.runs.length; at += 1) {
      const run = this.runs[at]!
      if (this.isOver(run, nowMs)) {
        if (isFirst) this.head = at + 1
        continue
      }
      isFirst = false
      if (hasNode(this.core.core, run.by)) return run
    }
    return null
  }

  private isOver(run: Run, nowMs: number): boolean {
    const { session, by, life, atMs } = run
    const { deadlineMs = Infinity } = this.bounds
    if (nowMs - atMs > deadlineMs || this.lives.get(by) !== life) return true
    const [answered, done] = [this.answered.of(session), this.done.of(session)]
    while (run.next <= run.through) {
      if (answered?.has(run.next) !== true && done?.has(run.next) !== true) return false
      run.next += 1
    }
    return true
  }
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
