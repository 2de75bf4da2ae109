/** How the process fares: event-loop lag, flush times, memory. A sample covers its own span. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Histogram } from '../../core/measure/histogram'

const RESOLUTION_MS = 10
const NS_PER_MS = 1e6

export interface HealthSample {
  readonly flushMsP95: number
  readonly lagMsP95: number
  readonly rssBytes: number
}

export class Health {
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  private readonly flushes = new Histogram()
  private last: HealthSample = { flushMsP95: 0, lagMsP95: 0, rssBytes: 0 }

  constructor() {
    this.delay.enable()
  }

  onFlush(flushMs: number): void {
    this.flushes.add(flushMs)
  }

  /** Starts a new span; a span without a flush keeps the figure of the one before. */
  sample(): HealthSample {
    const flushMsP95 = this.flushes.quantile(0.95) ?? this.last.flushMsP95
    // The histogram holds the whole interval between two ticks of its own timer.
    const intervalMs = this.delay.count === 0 ? 0 : this.delay.percentile(95) / NS_PER_MS
    const lagMsP95 = Math.max(0, intervalMs - RESOLUTION_MS)
    this.flushes.clear()
    this.delay.reset()
    this.last = {
      flushMsP95: round(flushMsP95),
      lagMsP95: round(lagMsP95),
      rssBytes: rssBytesOr(this.last.rssBytes),
    }
    return this.last
  }

  /** The sample taken last. */
  get latest(): HealthSample {
    return this.last
  }

  close(): void {
    this.delay.disable()
  }
}

/** The system is asked by a file: a node without a free descriptor keeps the figure that it has. */
function rssBytesOr(last: number): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return last
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
