/**
 * Frames that wait for their time, in order: one is never due before the one in front of it. For
 * faults that hold frames back by time.
 */
import type { LinkFrame } from '../linkFrame'
import type { FaultContext } from './fault'

/** A timer that fires this much early still releases: timers have whole milliseconds. */
const EARLY_MS_MAX = 0.5
/** A timer has a longest time; whoever waits longer is looked at again. */
const TIMER_MS_MAX = 60_000

export class DueQueue {
  /** Bytes that wait here. */
  bytes = 0
  private waiting: { readonly frame: LinkFrame; readonly dueAtMs: number }[] = []
  private lastDueAtMs = 0
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly context: FaultContext) {}

  get length(): number {
    return this.waiting.length
  }

  /** It leaves at `dueAtMs`, or with the frame in front of it. */
  put(frame: LinkFrame, dueAtMs: number): void {
    this.lastDueAtMs = Math.max(this.lastDueAtMs, dueAtMs)
    // A copy: the frame is a view of a whole chunk, which would be kept alive with it.
    const bytes = Buffer.from(frame.bytes)
    this.waiting.push({ frame: { ...frame, bytes }, dueAtMs: this.lastDueAtMs })
    this.charge(bytes.length)
    this.arm()
  }

  /** All of them leave at once, in order. */
  passAll(): void {
    this.disarm()
    this.pass(this.waiting.length)
  }

  /** The connection is gone: they are lost. */
  dropAll(): void {
    this.disarm()
    this.lastDueAtMs = 0
    for (const { frame } of this.waiting.splice(0)) {
      this.charge(-frame.bytes.length)
      this.context.drop(frame)
    }
  }

  private arm(): void {
    const [first] = this.waiting
    if (this.timer !== null || first === undefined) return
    const waitMs = Math.max(0, Math.ceil(first.dueAtMs - this.context.nowMs()))
    this.timer = setTimeout(() => this.release(), Math.min(TIMER_MS_MAX, waitMs))
  }

  private release(): void {
    this.timer = null
    const nowMs = this.context.nowMs() + EARLY_MS_MAX
    const later = this.waiting.findIndex(({ dueAtMs }) => dueAtMs > nowMs)
    this.pass(later < 0 ? this.waiting.length : later)
    this.arm()
  }

  private pass(count: number): void {
    for (const { frame } of this.waiting.splice(0, count)) {
      this.charge(-frame.bytes.length)
      this.context.pass(frame)
    }
  }

  private charge(bytes: number): void {
    this.bytes += bytes
    this.context.hold(bytes)
  }

  private disarm(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}
