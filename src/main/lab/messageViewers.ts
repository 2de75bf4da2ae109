/** Counts who watches single messages; what it wishes goes to the switchboard of each session. */
export class MessageViewers {
  private watchers = 0

  constructor(private readonly changed: (on: boolean) => void) {}

  /** True while anybody watches. */
  get any(): boolean {
    return this.watchers > 0
  }

  watch(on: boolean): void {
    const before = this.any
    this.watchers = Math.max(0, this.watchers + (on ? 1 : -1))
    if (this.any !== before) this.changed(this.any)
  }
}
