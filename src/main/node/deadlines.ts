/**
 * Deadlines of requests while steps are made by hand: none passes meanwhile, and what waited then
 * has its whole time again.
 */
export class Deadlines {
  private held = false
  /** No deadline is counted from before this moment. */
  private fromMs = -Infinity

  hold(held: boolean): void {
    if (this.held && !held) this.fromMs = performance.now()
    this.held = held
  }

  /** True if a request that is older than the deadline may be given up now. */
  canPass(nowMs: number, deadlineMs: number): boolean {
    return !this.held && nowMs - this.fromMs >= deadlineMs
  }
}
