/**
 * At most two charts are drawn in one frame, in turn, and only those that can be seen: a stack of
 * charts never makes a long frame. While frames come late it is one: what is behind is not pushed
 * further.
 */
export const DRAWS_PER_FRAME = 2
const DRAWS_WHEN_BEHIND = 1
/** A frame that comes so long after the one before it is late: three frames of a usual screen. */
const LATE_MS = 50

export interface Drawing {
  /** Draw in one of the next frames. */
  request(): void
  setVisible(visible: boolean): void
  remove(): void
}

interface Entry {
  readonly draw: () => void
  dirty: boolean
  visible: boolean
}

export class DrawScheduler {
  #entries: Entry[] = []
  /** Whose turn is next, so that the first charts of a stack do not starve the last. */
  #turn = 0
  #frame: number | null = null
  /** When the last frame in which something was drawn began; null: the one before drew nothing. */
  #lastMs: number | null = null

  constructor(
    /** Calls back with the time of the frame, ms; without one no frame counts as late. */
    private readonly nextFrame: (run: (atMs?: number) => void) => number,
    private readonly cancelFrame: (frame: number) => void,
  ) {}

  add(draw: () => void): Drawing {
    const entry: Entry = { draw, dirty: false, visible: true }
    this.#entries.push(entry)
    return {
      request: () => {
        entry.dirty = true
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
    if (!this.#entries.some(isDue)) {
      this.#lastMs = null
      return
    }
    this.#frame = this.nextFrame((atMs) => {
      this.#frame = null
      const isLate = atMs !== undefined && this.#lastMs !== null && atMs - this.#lastMs >= LATE_MS
      this.#lastMs = atMs ?? null
      this.#draw(isLate ? DRAWS_WHEN_BEHIND : DRAWS_PER_FRAME)
      this.#wake()
    })
  }

  #draw(most: number): void {
    const count = this.#entries.length
    let drawn = 0
    for (let past = 0; past < count && drawn < most; past += 1) {
      const at = (this.#turn + past) % count
      const entry = this.#entries[at]
      if (!entry || !isDue(entry)) continue
      entry.dirty = false
      drawn += 1
      if (drawn === most) this.#turn = (at + 1) % count
      entry.draw()
    }
  }
}

function isDue(entry: Entry): boolean {
  return entry.dirty && entry.visible
}
