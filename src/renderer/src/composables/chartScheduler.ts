/**
 * At most two charts are drawn in one frame, in turn, and only those that can be seen: a stack of
 * charts never makes a long frame. New data alone draws a chart ten times a second. While frames
 * come late it is one chart a frame, and five times a second: what is behind is not pushed further.
 *
 * Order: whatever waits makes a round, which may take several frames. All of it is shown in the
 *        frame that draws the last of it; what is asked for meanwhile waits for the next round. So
 *        charts on one axis, drawn with one window (`round`), never stand apart.
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
  readonly draw: (() => void) | null
  readonly show: (() => void) | null
  /** What waits to be drawn; null: nothing. */
  due: 'now' | 'data' | null
  visible: boolean
}

export class DrawScheduler {
  #entries: Entry[] = []
  #round = 0
  /** Of the round: what is still to be drawn, and all of it. */
  #left: Entry[] = []
  #members: Entry[] = []
  /** When it began, ms. */
  #roundMs = -Infinity
  #frame: number | null = null
  /** When the last frame in which something was drawn began; null: the one before drew nothing. */
  #lastMs: number | null = null
  #behindUntilMs = 0

  constructor(
    /** Calls back with the time of the frame, ms; without one no frame counts as late. */
    private readonly nextFrame: (run: (atMs?: number) => void) => number,
    private readonly cancelFrame: (frame: number) => void,
  ) {}

  /** Counts rounds: whoever draws takes the moment that it shows once in each. */
  get round(): number {
    return this.#round
  }

  /** `draw` may work out of sight until `show`. Without a `draw` it costs no frame its share. */
  add(draw: (() => void) | null, show: (() => void) | null = null): Drawing {
    const entry: Entry = { draw, show, due: null, visible: true }
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
        const isOther = (other: Entry): boolean => other !== entry
        this.#entries = this.#entries.filter(isOther)
        this.#members = this.#members.filter(isOther)
        this.#left = this.#left.filter(isOther)
        if (this.#entries.length > 0 || this.#frame === null) return
        this.cancelFrame(this.#frame)
        this.#frame = null
      },
    }
  }

  #wake(): void {
    if (this.#frame !== null) return
    if (this.#members.length === 0 && !this.#entries.some(waits)) {
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
    if (this.#members.length === 0) this.#begin(atMs)
    for (let drawn = 0; drawn < most && this.#left.length > 0;) {
      const entry = this.#left.shift()
      if (!entry?.draw) continue
      // Out of sight since the round began: it waits until it is seen again.
      if (!entry.visible) entry.due ??= 'data'
      else {
        entry.draw()
        drawn += 1
      }
    }
    if (this.#left.length > 0) return
    const done = this.#members
    this.#members = []
    for (const { show } of done) show?.()
  }

  #begin(atMs: number): void {
    const gapMs = atMs < this.#behindUntilMs ? DATA_GAP_BEHIND_MS : DATA_GAP_MS
    const due = this.#entries.filter(waits)
    const isRipe = due.some((entry) => entry.due === 'now') || atMs - this.#roundMs >= gapMs
    if (!isRipe || due.length === 0) return
    this.#round += 1
    if (Number.isFinite(atMs)) this.#roundMs = atMs
    this.#members = due
    this.#left = [...due]
    for (const entry of due) entry.due = null
  }
}

function waits(entry: Entry): boolean {
  return entry.due !== null && entry.visible
}
