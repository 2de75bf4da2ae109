/** The timers of a replica: core names a range of ticks, this draws from it (PMS §2.4). */
import type { TimerName } from '../../core/paxos/effect'

interface Running {
  handle: NodeJS.Timeout | null
  dueAtMs: number
}

export class Timers {
  private readonly running = new Map<TimerName, Running>()
  private pausedAtMs: number | null = null

  constructor(
    /** True milliseconds that so many ticks of the node's clock take. */
    private readonly msOf: (ticks: number) => number,
    private readonly onTimer: (timer: TimerName) => void,
    private readonly random: () => number = Math.random,
  ) {}

  /** Draws a length from the range, both ends included; a timer that runs is replaced. */
  set(timer: TimerName, ticksMin: number, ticksMax: number): void {
    const ticks = ticksMin + Math.floor(this.random() * (ticksMax - ticksMin + 1))
    this.clear(timer)
    const waitMs = this.msOf(ticks)
    const entry: Running = { handle: null, dueAtMs: performance.now() + waitMs }
    this.running.set(timer, entry)
    if (this.pausedAtMs === null) this.arm(timer, entry, waitMs)
  }

  clear(timer: TimerName): void {
    const entry = this.running.get(timer)
    if (!entry) return
    if (entry.handle) clearTimeout(entry.handle)
    this.running.delete(timer)
  }

  /** Timers stand still: what was left of each is left after the pause. */
  pause(): void {
    if (this.pausedAtMs !== null) return
    this.pausedAtMs = performance.now()
    for (const entry of this.running.values()) {
      if (entry.handle) clearTimeout(entry.handle)
      entry.handle = null
    }
  }

  resume(): void {
    if (this.pausedAtMs === null) return
    const stoodMs = performance.now() - this.pausedAtMs
    const nowMs = performance.now()
    this.pausedAtMs = null
    for (const [timer, entry] of this.running) {
      entry.dueAtMs += stoodMs
      this.arm(timer, entry, Math.max(0, entry.dueAtMs - nowMs))
    }
  }

  close(): void {
    for (const timer of [...this.running.keys()]) this.clear(timer)
  }

  private arm(timer: TimerName, entry: Running, waitMs: number): void {
    entry.handle = setTimeout(() => {
      this.running.delete(timer)
      this.onTimer(timer)
    }, waitMs)
  }
}
