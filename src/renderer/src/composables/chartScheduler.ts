/**
 * At most two charts are drawn in one frame, in turn, and only those that can be seen: a stack of
 * charts never makes a long frame.
 */
export const DRAWS_PER_FRAME = 2

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

  constructor(
    private readonly nextFrame: (run: () => void) => number,
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
    if (this.#frame !== null || !this.#entries.some(isDue)) return
    this.#frame = this.nextFrame(() => {
      this.#frame = null
      this.#draw()
      this.#wake()
    })
  }

  #draw(): void {
    const count = this.#entries.length
    let drawn = 0
    for (let past = 0; past < count && drawn < DRAWS_PER_FRAME; past += 1) {
      const at = (this.#turn + past) % count
      const entry = this.#entries[at]
      if (!entry || !isDue(entry)) continue
      entry.dirty = false
      drawn += 1
      if (drawn === DRAWS_PER_FRAME) this.#turn = (at + 1) % count
      entry.draw()
    }
  }
}

function isDue(entry: Entry): boolean {
  return entry.dirty && entry.visible
}
