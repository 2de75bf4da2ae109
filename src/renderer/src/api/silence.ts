/**
 * Notices a host that is there and says nothing: frozen, or too busy to answer. Its channel stays
 * open, so only a question that it leaves unanswered can tell.
 *
 * Time:   counted in turns of this page. A page that was busy or asleep has missed turns, and does
 *         not take its own silence for that of the host.
 */

/** How often the host is asked, ms. */
export const BEAT_MS = 1000
/** Turns without an answer after which it is silent. */
export const SILENT_TURNS = 3

export interface SilenceOptions {
  /** Asks the host. A refusal is an answer, too. */
  readonly beat: () => Promise<unknown>
  /** Messages of the host so far: a long answer before that to the question is no silence. */
  readonly heard: () => number
  /** Every turn while it is silent; `turns` of about a second since it was heard last. */
  readonly onSilent: (turns: number) => void
  /** It answers again. */
  readonly onHeard: () => void
}

/** Answers how to stop. */
export function watchSilence(options: SilenceOptions): () => void {
  const { beat, onSilent, onHeard } = options
  let asked = false
  let turns = 0
  let stopped = false
  let known = options.heard()

  function speaks(): void {
    const wasSilent = turns >= SILENT_TURNS
    turns = 0
    if (wasSilent && !stopped) onHeard()
  }

  function heard(): void {
    asked = false
    speaks()
  }

  function turn(): void {
    const messages = options.heard()
    if (messages !== known) {
      known = messages
      speaks()
    }
    if (asked) {
      turns += 1
      if (turns >= SILENT_TURNS) onSilent(turns)
      return
    }
    asked = true
    void beat().then(heard, heard)
  }

  turn()
  const timer = setInterval(turn, BEAT_MS)
  return () => {
    stopped = true
    clearInterval(timer)
  }
}
