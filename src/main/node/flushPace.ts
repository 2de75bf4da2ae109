/**
 * Flush pace: when a blocking flush is quicker. It saves the way to another thread and back (about
 * a quarter of a small flush on a usual disk), and costs everyone else the time that it takes.
 *
 * Rule:   flush at once when the batch is small, the last flushes were short, and nothing gathered
 *         while they ran: then one client waits alone. Now and then a flush that does not block
 *         finds out whether that still holds; a longer batch ends it at once.
 */

/** About two records with small values. */
const ALONE_BYTES_MAX = 512
/** A disk that is slower would stall the node. */
const ALONE_FLUSH_MS_MAX = 1
/** So many flushes in a row without company. */
const ALONE_FLUSHES_MIN = 8
/** After so many blocking ones, one that does not block looks again. */
const BLOCKING_FLUSHES_MAX = 64
/** Weight of the newest flush in the mean. */
const NEWEST_SHARE = 0.2

export class FlushPace {
  private meanMs = 0
  private alone = 0
  private blocking = 0

  /** True: this batch should be flushed at once. */
  isAlone(bytes: number): boolean {
    if (bytes > ALONE_BYTES_MAX) {
      this.alone = 0
      return false
    }
    if (this.alone < ALONE_FLUSHES_MIN || this.meanMs > ALONE_FLUSH_MS_MAX) return false
    return this.blocking < BLOCKING_FLUSHES_MAX
  }

  flushedNow(flushMs: number): void {
    this.blocking += 1
    this.mean(flushMs)
  }

  /** `company`: something gathered while it ran. */
  flushed(bytes: number, flushMs: number, company: boolean): void {
    this.blocking = 0
    this.alone = company || bytes > ALONE_BYTES_MAX ? 0 : this.alone + 1
    this.mean(flushMs)
  }

  private mean(flushMs: number): void {
    this.meanMs += (flushMs - this.meanMs) * NEWEST_SHARE
  }
}
