/** Lets a bounded number of notes through a second; tells how many more there were. */
export const NOTES_PER_SECOND_MAX = 20

export class NoteBudget {
  private left = NOTES_PER_SECOND_MAX
  private withheld = 0

  /** Answers whether a note may be sent now. */
  take(): boolean {
    if (this.left === 0) {
      this.withheld += 1
      return false
    }
    this.left -= 1
    return true
  }

  /** Called once a second; answers how many notes were withheld since the last call. */
  renew(): number {
    const { withheld } = this
    this.left = NOTES_PER_SECOND_MAX
    this.withheld = 0
    return withheld
  }
}
