/**
 * Counts refused connections and frames, and tells the lab of a few a second, never of a flood:
 * what is not told by itself is counted in the next fact, and the last of it a second later.
 */
import type { NodeFact } from '../../core/event'

type RefusedPort = Extract<NodeFact, { type: 'connectionRefused' }>['port']

export const REFUSAL_FACTS_MAX = 10
const SPAN_MS = 1000

export class Refusals {
  count = 0
  private told = 0
  private unsaid = 0
  private unsaidPort: RefusedPort = 'peer'
  private timer: NodeJS.Timeout | null = null
  private spanAtMs = -SPAN_MS

  constructor(private readonly emit: (fact: NodeFact) => void) {}

  refuse(port: RefusedPort, reason: string): void {
    this.count += 1
    const nowMs = performance.now()
    if (nowMs - this.spanAtMs >= SPAN_MS) {
      this.spanAtMs = nowMs
      this.told = 0
    }
    if (this.told >= REFUSAL_FACTS_MAX) {
      this.unsaid += 1
      this.unsaidPort = port
      this.timer ??= setTimeout(() => this.tellRest(), SPAN_MS).unref()
      return
    }
    this.told += 1
    const more = this.unsaid > 0 ? ` (and ${this.unsaid} more before)` : ''
    this.unsaid = 0
    this.emit({ type: 'connectionRefused', port, reason: reason.slice(0, 200) + more })
  }

  private tellRest(): void {
    this.timer = null
    if (this.unsaid === 0) return
    const reason = `a flood (and ${this.unsaid} more before)`
    this.unsaid = 0
    this.emit({ type: 'connectionRefused', port: this.unsaidPort, reason })
  }
}
