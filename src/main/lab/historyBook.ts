/**
 * HistoryBook: what the lab's own clients asked and were told, kept to be judged (I14) and written
 * to `history.jsonl` while the run goes on.
 *
 * Order:  entries stand in the order in which the lab sent requests and saw their answers.
 * Bounds: HISTORY_ENTRIES_MAX. What comes after is counted and not kept; a history that stops is
 *         still whole up to there, with what was pending as unknown.
 *         The same goes for a key that somebody changes in a way that a history cannot say.
 * Errors: a file that cannot be written is told once; the history is judged from memory.
 */
import { appendFile } from 'node:fs/promises'
import type { HistoryEntry } from '../../core/history'
import { meaningOf, resultOf } from './historyActs'
import type { HistoryAct } from './historyActs'
import { outcomeOf } from './respReply'
import type { RespReply } from './respReply'

const HISTORY_ENTRIES_MAX = 400_000
const WRITE_DELAY_MS = 250
const NS_A_MS = 1e6

/** One request that was sent; `sent` false: it never left. */
export type OnHistoryReply = (reply: RespReply | null, sent: boolean) => void

const IGNORE: OnHistoryReply = () => {}

export class HistoryBook {
  readonly entries: HistoryEntry[] = []
  /** Entries that were not kept. */
  dropped = 0
  /** Keys that were changed by something that a history cannot say; followed up to then. */
  readonly keysLeft = new Set<string>()
  private readonly idle: number[] = []
  private processes = 0
  private isFull = false
  private written = 0
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()
  private failed = false

  constructor(
    private readonly path: string,
    /** Lab time, ms. */
    private readonly nowMs: () => number,
    private readonly onProblem: (words: string) => void,
    private readonly entriesMax = HISTORY_ENTRIES_MAX,
  ) {}

  /** A request is about to be sent; answers whom to tell of its reply. */
  begin(args: readonly string[]): OnHistoryReply {
    const meaning = meaningOf(args)
    if (meaning.kind === 'changes') this.leave(meaning.keys)
    if (meaning.kind !== 'act' || this.keysLeft.has(meaning.act.key)) return IGNORE
    const { act } = meaning
    const process = this.idle.pop() ?? this.processes++
    if (!this.put({ process, type: 'invoke', ...act, time: this.timeNs() })) return IGNORE
    return (reply, sent) => this.complete(process, act, reply, sent)
  }

  /** Everything so far is in the file. */
  async finish(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.writing = this.writing.then(() => this.write())
    await this.writing
  }

  private complete(process: number, act: HistoryAct, reply: RespReply | null, sent: boolean): void {
    const { f, key } = act
    const outcome = sent ? outcomeOf(reply) : 'error'
    // It may still take effect: this process has not seen the end of it, and never will.
    if (outcome !== 'unknown') this.idle.push(process)
    if (this.keysLeft.has(key)) return
    const type = outcome === 'ok' ? 'ok' : outcome === 'error' ? 'fail' : 'info'
    const more = type === 'ok' && reply !== null ? resultOf(f, reply) : {}
    this.put({ process, type, f, key, ...more, time: this.timeNs() })
  }

  /** Null: every key. */
  private leave(keys: readonly string[] | null): void {
    if (keys === null) this.isFull = true
    else for (const key of keys) this.keysLeft.add(key)
  }

  private put(entry: HistoryEntry): boolean {
    this.isFull ||= this.entries.length >= this.entriesMax
    if (this.isFull) {
      this.dropped += 1
      return false
    }
    this.entries.push(entry)
    this.timer ??= setTimeout(() => void this.finish(), WRITE_DELAY_MS)
    return true
  }

  private timeNs(): number {
    return Math.round(this.nowMs() * NS_A_MS)
  }

  private async write(): Promise<void> {
    const fresh = this.entries.slice(this.written)
    this.written = this.entries.length
    if (fresh.length === 0 || this.failed) return
    try {
      await appendFile(this.path, fresh.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    } catch (error) {
      this.failed = true
      this.onProblem(`the history of the clients cannot be written: ${String(error)}`)
    }
  }
}
