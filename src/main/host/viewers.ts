/**
 * The viewers of one lab and who of them holds control. One holds it at a time; when its holder
 * leaves it is free, and the first to attach or to change something takes it.
 */
export interface ViewerSeat {
  /** Who holds control changed, or the number of viewers. */
  controlChanged(): void
}

export class ViewerRoom {
  private readonly seats = new Set<ViewerSeat>()
  private holder: ViewerSeat | null = null

  get count(): number {
    return this.seats.size
  }

  get isFree(): boolean {
    return this.holder === null
  }

  holds(seat: ViewerSeat): boolean {
    return this.holder === seat
  }

  enter(seat: ViewerSeat): void {
    this.seats.add(seat)
    this.holder ??= seat
    this.tellAll()
  }

  leave(seat: ViewerSeat): void {
    this.seats.delete(seat)
    if (this.holder === seat) this.holder = null
    this.tellAll()
  }

  take(seat: ViewerSeat): void {
    if (this.holder === seat || !this.seats.has(seat)) return
    this.holder = seat
    this.tellAll()
  }

  private tellAll(): void {
    for (const seat of this.seats) seat.controlChanged()
  }
}
