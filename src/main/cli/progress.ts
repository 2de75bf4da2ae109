/**
 * Progress of a run: on a terminal one live line below what was said, redrawn in place; elsewhere
 * nothing but the lines said, so that a log stays readable.
 */
import { wantsColour } from './output'
import type { Terminal } from './output'

const REDRAW_MS = 100
const CLEAR_LINE = '\r\u001b[2K'
const DIM = '\u001b[2m'
const PLAIN = '\u001b[0m'
const WHEEL = ['|', '/', '-', '\\'] as const

export class Progress {
  private readonly timer: NodeJS.Timeout | null
  private turns = 0
  private drawn = false
  private drawnAtMs = 0

  /** `line` answers the live line of now. */
  constructor(
    private readonly out: Terminal,
    private readonly line: () => string,
  ) {
    this.timer = out.isTerminal ? setInterval(() => this.draw(), REDRAW_MS) : null
    this.timer?.unref()
  }

  /** A line that stays. */
  say(words: string): void {
    this.clear()
    this.out.write(`${words}\n`)
  }

  /** For work that leaves timers no time: draws if it is time to. */
  redraw(): void {
    const isDue = performance.now() - this.drawnAtMs >= REDRAW_MS
    if (this.timer !== null && isDue) this.draw()
  }

  end(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.clear()
  }

  private draw(): void {
    this.turns += 1
    this.drawnAtMs = performance.now()
    const text = `${WHEEL[this.turns % WHEEL.length]} ${this.line()}`.slice(0, this.out.columns - 1)
    this.out.write(CLEAR_LINE + (wantsColour() ? `${DIM}${text}${PLAIN}` : text))
    this.drawn = true
  }

  private clear(): void {
    if (this.drawn) this.out.write(CLEAR_LINE)
    this.drawn = false
  }
}
