/** The timers of a replica: core names a range of ticks, this draws from it (PMS §2.4). */
import type { TimerName } from '../../core/paxos/effect'

interface Running {
  handle: NodeJS.Timeout | null
  dueAtMs: number
  /** While timers stand still. */
  leftMs: number
}

/** Why timers stand still; they run when no reason is left. */
type StandReason = 'pause' | 'steps'

export class Timers {
  private readonly running = new Map<TimerName, Running>()
  private readonly reasons = new Set<StandReason>()

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
    const leftMs = this.msOf(ticks)
    const entry: Running = { handle: null, dueAtMs: 0, leftMs }
    this.running.set(timer, entry)
    if (this.reasons.size === 0) this.arm(timer, entry)
  }

  clear(timer: TimerName): void {
    const entry = this.running.get(timer)
    if (!entry) return
    if (entry.handle) clearTimeout(entry.handle)
    this.running.delete(timer)
  }

  /** Timers stand still: what was left of each is left after the pause. */
  pause(reason: StandReason = 'pause'): void {
    const stand = this.reasons.size > 0
    this.reasons.add(reason)
    if (stand) return
    const nowMs = performance.now()
    for (const entry of this.running.values()) {
      if (entry.handle) clearTimeout(entry.handle)
      entry.handle = null
      entry.leftMs = Math.max(0, entry.dueAtMs - nowMs)
    }
  }

  resume(reason: StandReason = 'pause'): void {
    if (!this.reasons.delete(reason) || this.reasons.size > 0) return
    for (const [timer, entry] of this.running) this.arm(timer, entry)
  }

  /** Those that run, with what is left of each; only while they stand still. */
  get standing(): { readonly timer: TimerName; readonly leftMs: number }[] {
    return [...this.running].map(([timer, { leftMs }]) => ({ timer, leftMs }))
  }

  /** Time is over while they stand still: less is left of each, and none fires by it. */
  pass(ms: number): void {
    for (const entry of this.running.values()) entry.leftMs = Math.max(0, entry.leftMs - ms)
  }

  /** Fires a timer that stands still; false if it does not run. */
  fire(timer: TimerName): boolean {
    if (!this.running.has(timer)) return false
    this.clear(timer)
    this.onTimer(timer)
    return true
  }

  close(): void {
    for (const timer of [...this.running.keys()]) this.clear(timer)
  }

  private arm(timer: TimerName, entry: Running): void {
    entry.dueAtMs = performance.now() + entry.leftMs
    entry.handle = setTimeout(() => {
      this.running.delete(timer)
      this.onTimer(timer)
    }, entry.leftMs)
  }
}
