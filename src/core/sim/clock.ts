/**
 * A node's own clock: off and fast or slow as faults say. Only elections and leases go by it; what
 * is chosen never does (PMS §2.4).
 *
 * Units: `ticks` of the node, from the start of its process; `drift` is a share, 0.1 is 10 % fast.
 */
import { GRAINS_PER_TICK, msToGrains } from './agenda'
import type { Agenda } from './agenda'

export interface ClockSetting {
  readonly offsetMs: number
  readonly drift: number
}

export const TRUE_CLOCK: ClockSetting = { offsetMs: 0, drift: 0 }

export class SimClock {
  private setting: ClockSetting = TRUE_CLOCK
  private from = 0
  /** Grains at `from`, without the offset. */
  private reading = 0

  constructor(private readonly agenda: Agenda) {}

  /** A fast clock lets less true time pass for a tick. */
  get rate(): number {
    return 1 + this.setting.drift
  }

  /** A process counts from its start. */
  restart(): void {
    this.from = this.agenda.now
    this.reading = 0
  }

  /** A recorded life had read so many ticks. */
  begin(ticks: number): void {
    this.from = this.agenda.now
    this.reading = ticks * GRAINS_PER_TICK
  }

  set(setting: ClockSetting): void {
    const { now } = this.agenda
    this.reading += (now - this.from) * this.rate
    this.from = now
    this.setting = setting
  }

  ticks(): number {
    const passed = (this.agenda.now - this.from) * this.rate
    return (this.reading + passed + msToGrains(this.setting.offsetMs)) / GRAINS_PER_TICK
  }
}
