/** Series of the test double `SyntheticLab`, kept as rows and handed out as frames. */
import type {
  LeaderSpan,
  LivenessView,
  LoadPoint,
  PreemptionPoint,
  ProgressPoint,
  SeriesFrame,
  SeriesSnapshot,
  Stair,
} from '../../src/core/measure/series'
import type { Ballot } from '../../src/core/paxos/ballot'

const IDLE: LivenessView = {
  verdict: 'idle',
  undecidedBallots: 0,
  undecidedBallotsMax: 0,
  preemptions: 0,
  chosenAtMs: null,
  chosenSlots: 0,
  bids: 0,
}

export class SyntheticSeries {
  liveness: LivenessView = IDLE
  private load: LoadPoint[] = []
  private progress: ProgressPoint[] = []
  private stairs: Stair[] = []
  private leaders: LeaderSpan[] = []
  private preemptions: PreemptionPoint[] = []
  private fresh = { load: 0, progress: 0 }
  private changed = new Set<Stair | LeaderSpan | PreemptionPoint>()

  addLoad(point: LoadPoint): void {
    this.load.push(point)
  }

  addProgress(points: readonly ProgressPoint[]): void {
    this.progress.push(...points)
  }

  bid(ballot: Ballot, atMs: number): void {
    const stair: Stair = {
      ballot,
      bidAtMs: atMs,
      electedAtMs: null,
      preemptedAtMs: null,
      preemptedBy: null,
      chosenAtMs: null,
    }
    this.stairs.push(stair)
    this.changed.add(stair)
  }

  amend(ballot: Ballot, change: Partial<Stair>): void {
    const at = this.stairs.findLastIndex(
      (stair) => stair.ballot.round === ballot.round && stair.ballot.node === ballot.node,
    )
    const old = this.stairs[at]
    if (!old) return
    this.changed.delete(old)
    this.stairs[at] = { ...old, ...change }
    this.changed.add(this.stairs[at])
  }

  openSpan(span: LeaderSpan): void {
    this.leaders.push(span)
    this.changed.add(span)
  }

  closeSpans(node: number, toMs: number): void {
    this.leaders.forEach((span, at) => {
      if (span.node !== node || span.toMs !== null) return
      this.changed.delete(span)
      this.leaders[at] = { ...span, toMs }
      this.changed.add(this.leaders[at])
    })
  }

  preempted(node: number, atMs: number): void {
    const bin = Math.floor(atMs / 250) * 250
    const at = this.preemptions.findIndex((point) => point.node === node && point.atMs === bin)
    const old = this.preemptions[at]
    if (old) this.changed.delete(old)
    const next = { atMs: bin, node, count: (old?.count ?? 0) + 1 }
    if (old) this.preemptions[at] = next
    else this.preemptions.push(next)
    this.changed.add(next)
  }

  snapshot(): SeriesSnapshot {
    return {
      spanMs: 100,
      load: this.load.slice(-600),
      progress: this.progress.slice(-600 * 9),
      stairs: [...this.stairs],
      leaders: [...this.leaders],
      preemptions: [...this.preemptions],
      liveness: this.liveness,
    }
  }

  frame(): SeriesFrame {
    const frame: SeriesFrame = {
      load: this.load.slice(this.fresh.load),
      progress: this.progress.slice(this.fresh.progress),
      stairs: this.stairs.filter((stair) => this.changed.has(stair)),
      leaders: this.leaders.filter((span) => this.changed.has(span)),
      preemptions: this.preemptions.filter((point) => this.changed.has(point)),
      liveness: this.liveness,
      whole: null,
    }
    this.fresh = { load: this.load.length, progress: this.progress.length }
    this.changed.clear()
    return frame
  }
}
