/**
 * Facts on their way to the lab: printed at once, sent in batches, bounded. When the lab does not
 * keep up the oldest are dropped and counted; the protocol never waits.
 */
import type { NodeFact } from '../../core/event'
import type { PaxosFact } from '../../core/paxos/fact'

export const FACTS_MAX = 32_768
export const FACTS_CHARS_MAX = 16 * 1024 * 1024
export const BATCH_FACTS_MAX = 256
/** At most three bytes a character, so that a batch is always within one frame. */
export const BATCH_CHARS_MAX = 256 * 1024

export class FactQueue {
  /** Facts dropped in this life. */
  dropped = 0
  private unreported = 0
  private nodeSeq = 0
  private lines: string[] = []
  private head = 0
  private chars = 0

  constructor(private readonly life: number) {}

  /** Number of the last fact that was handed in. */
  get told(): number {
    return this.nodeSeq
  }

  get size(): number {
    return this.lines.length - this.head
  }

  add(fact: PaxosFact | NodeFact): void {
    this.nodeSeq += 1
    const nodeAtMs = Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000
    const stamp = `{"life":${this.life},"nodeSeq":${this.nodeSeq},"nodeAtMs":${nodeAtMs},`
    const line = stamp + JSON.stringify(fact).slice(1)
    if (line.length > BATCH_CHARS_MAX) {
      this.drop(1)
      return
    }
    this.lines.push(line)
    this.chars += line.length
    while (this.size > FACTS_MAX || this.chars > FACTS_CHARS_MAX) {
      this.take()
      this.drop(1)
    }
  }

  /** The next batch as a printed frame, or null if there is nothing to tell. */
  nextFrame(): string | null {
    if (this.size === 0 && this.unreported === 0) return null
    const batch: string[] = []
    let chars = 0
    while (this.size > 0 && batch.length < BATCH_FACTS_MAX) {
      chars += this.lines[this.head]!.length
      if (chars > BATCH_CHARS_MAX && batch.length > 0) break
      batch.push(this.take())
    }
    const dropped = this.unreported
    this.unreported = 0
    return `{"type":"facts","dropped":${dropped},"facts":[${batch.join(',')}]}\n`
  }

  private take(): string {
    const line = this.lines[this.head]!
    this.head += 1
    this.chars -= line.length
    // Cut the consumed front off now and then, at a cost that is constant on average.
    if (this.head >= 1024 && this.head * 2 >= this.lines.length) {
      this.lines = this.lines.slice(this.head)
      this.head = 0
    }
    return line
  }

  private drop(count: number): void {
    this.dropped += count
    this.unreported += count
  }
}
