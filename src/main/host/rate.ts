/** Token bucket: `perSecond` on average, `burst` at once. The clock is handed in, in ms. */
export class Rate {
  private tokens: number
  private atMs: number

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly nowMs: () => number,
  ) {
    this.tokens = burst
    this.atMs = nowMs()
  }

  /** Answers false when there have been too many. */
  take(): boolean {
    const now = this.nowMs()
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.atMs) / 1000) * this.perSecond)
    this.atMs = now
    if (this.tokens < 1) return false
    this.tokens -= 1
    return true
  }
}
