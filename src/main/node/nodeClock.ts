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
  private stands = false

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
    return (this.readingMs + this.passedMs(this.trueMs()) + this.setting.offsetMs) / this.tickMs
  }

  /** The clock jumps by the change of the offset and runs on at the new rate. */
  set(setting: ClockSetting): void {
    this.keepReading()
    this.setting = setting
  }

  /** It stands, or runs on from where it stood. */
  setStanding(stands: boolean): void {
    this.keepReading()
    this.stands = stands
  }

  /** So much true time is over while it stands. */
  pass(trueMs: number): void {
    this.readingMs += trueMs * this.rate
  }

  /** True milliseconds that so many ticks of this clock take. */
  trueMsOf(ticks: number): number {
    return (ticks * this.tickMs) / this.rate
  }

  private passedMs(nowMs: number): number {
    return this.stands ? 0 : (nowMs - this.fromMs) * this.rate
  }

  private keepReading(): void {
    const nowMs = this.trueMs()
    this.readingMs += this.passedMs(nowMs)
    this.fromMs = nowMs
  }
}
