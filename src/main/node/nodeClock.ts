/**
 * The node's own clock, which a fault can set off or make drift. Elections and leases go by it;
 * safety of what is chosen never does (PMS §2.4).
 *
 * Units: ticks of `tickMs`, counted from the start of the process.
 */
import type { ClockSetting } from '../../shared/control'

export class NodeClock {
  private fromMs: number
  /** Reading at `fromMs`, without the offset. */
  private readingMs = 0

  constructor(
    private readonly tickMs: number,
    private setting: ClockSetting,
    private readonly trueMs: () => number = () => performance.now(),
  ) {
    this.fromMs = trueMs()
  }

  /** Fast clocks let less true time pass for a tick. */
  get rate(): number {
    return 1 + this.setting.drift
  }

  ticks(): number {
    const passedMs = (this.trueMs() - this.fromMs) * this.rate
    return (this.readingMs + passedMs + this.setting.offsetMs) / this.tickMs
  }

  /** The clock jumps by the change of the offset and runs on at the new rate. */
  set(setting: ClockSetting): void {
    const nowMs = this.trueMs()
    this.readingMs += (nowMs - this.fromMs) * this.rate
    this.fromMs = nowMs
    this.setting = setting
  }

  /** True milliseconds that so many ticks of this clock take. */
  trueMsOf(ticks: number): number {
    return (ticks * this.tickMs) / this.rate
  }
}
