/**
 * Tells the lab what happens at the gate, in order and at the end of the turn, so that acts of one
 * chunk of frames go together. While the lab is slow they wait; past GATE_ACTS_WAITING_MAX the
 * oldest are forgotten and counted, as any report of a switchboard: frames themselves are not.
 */
import type { SwitchboardToLab } from '../../shared/control'
import type { GateAct } from '../../shared/gate'
import { GATE_ACTS_MAX } from '../../shared/gateCodec'

/** Acts that wait for a slow lab. */
export const GATE_ACTS_WAITING_MAX = 50_000
const SLOW_RETRY_MS = 20

export class GateReporter {
  private waiting: GateAct[] = []
  private skipped = 0
  private isDue = false

  constructor(
    private readonly send: (frame: SwitchboardToLab) => void,
    private readonly isSlow: () => boolean,
  ) {}

  add(act: GateAct): void {
    this.waiting.push(act)
    if (this.waiting.length > 2 * GATE_ACTS_WAITING_MAX) {
      this.skipped += this.waiting.length - GATE_ACTS_WAITING_MAX
      this.waiting = this.waiting.slice(-GATE_ACTS_WAITING_MAX)
    }
    if (this.isDue) return
    this.isDue = true
    setImmediate(() => this.flush())
  }

  /** Tells what it can now: an answer that follows is then behind it. */
  tellNow(): void {
    if (!this.isSlow()) this.flush()
  }

  private flush(): void {
    let sent = 0
    while (sent < this.waiting.length) {
      if (this.isSlow()) break
      const acts = this.waiting.slice(sent, sent + GATE_ACTS_MAX)
      this.send({ type: 'gateActs', skipped: this.skipped, acts })
      this.skipped = 0
      sent += acts.length
    }
    this.waiting = this.waiting.slice(sent)
    this.isDue = this.waiting.length > 0
    if (this.isDue) setTimeout(() => this.flush(), SLOW_RETRY_MS).unref()
  }
}
