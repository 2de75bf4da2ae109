/**
 * At most two charts are drawn in one frame, in turn, and only those that can be seen: a stack of
 * charts never makes a long frame. New data alone draws a chart ten times a second. While frames
 * come late it is one chart a frame, and five times a second: what is behind is not pushed further.
 */
export const DRAWS_PER_FRAME = 2
const DRAWS_WHEN_BEHIND = 1
/** A frame that comes so long after the one before it is late: three frames of a usual screen. */
const LATE_MS = 50
/** From one drawing of new data to the next; a little less than what comes ten times a second. */
export const DATA_GAP_MS = 90
export const DATA_GAP_BEHIND_MS = 190
/** So long after a late frame the window still counts as behind. */
const BEHIND_FOR_MS = 1000

export interface Drawing {
  /** Draw in one of the next frames: a person acts. */
  request(): void
  /** Draw soon: there is new data. */
  requestData(): void
  setVisible(visible: boolean): void
  remove(): void
}

interface Entry {
  readonly draw: () => void
  /** What waits to be drawn; null: nothing. */
  due: 'now' | 'data' | null
  visible: boolean
  /** When it was drawn last, ms. */
  drawnMs: number
}

export class DrawScheduler {
  #entries: Entry[] = []
  /** Whose turn is next, so that the first charts of a stack do not starve the last. */
  #turn = 0
  #frame: number | null = null
  /** When the last frame in which something was drawn began; null: the one before drew nothing. */
  #lastMs: number | null = null
  #behindUntilMs = 0

  constructor(
    /** Calls back with the time of the frame, ms; without one no frame counts as late. */
    private readonly nextFrame: (run: (atMs?: number) => void) => number,
    private readonly cancelFrame: (frame: number) => void,
  ) {}

  add(draw: () => void): Drawing {
    const entry: Entry = { draw, due: null, visible: true, drawnMs: -Infinity }
    this.#entries.push(entry)
    return {
      request: () => {
        entry.due = 'now'
        this.#wake()
      },
      requestData: () => {
        entry.due ??= 'data'
        this.#wake()
      },
      setVisible: (visible) => {
        entry.visible = visible
        this.#wake()
      },
      remove: () => {
        this.#entries = this.#entries.filter((other) => other !== entry)
        if (this.#entries.length > 0 || this.#frame === null) return
        this.cancelFrame(this.#frame)
        this.#frame = null
      },
    }
  }

  #wake(): void {
    if (this.#frame !== null) return
    if (!this.#entries.some(waits)) {
      this.#lastMs = null
      return
    }
    this.#frame = this.nextFrame((atMs) => {
      this.#frame = null
      const isLate = atMs !== undefined && this.#lastMs !== null && atMs - this.#lastMs >= LATE_MS
      this.#lastMs = atMs ?? null
      if (isLate) this.#behindUntilMs = atMs + BEHIND_FOR_MS
      this.#draw(isLate ? DRAWS_WHEN_BEHIND : DRAWS_PER_FRAME, atMs ?? Infinity)
      this.#wake()
    })
  }

  #draw(most: number, atMs: number): void {
    const gapMs = atMs < this.#behindUntilMs ? DATA_GAP_BEHIND_MS : DATA_GAP_MS
    const count = this.#entries.length
    let drawn = 0
    for (let past = 0; past < count && drawn < most; past += 1) {
      const at = (this.#turn + past) % count
      const entry = this.#entries[at]
      if (!entry || !waits(entry)) continue
      if (entry.due === 'data' && atMs - entry.drawnMs < gapMs) continue
      entry.due = null
      entry.drawnMs = Number.isFinite(atMs) ? atMs : entry.drawnMs
      drawn += 1
      if (drawn === most) this.#turn = (at + 1) % count
      entry.draw()
    }
  }
}

function waits(entry: Entry): boolean {
  return entry.due !== null && entry.visible
}
