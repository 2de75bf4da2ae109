/**
 * HistoryBook: what the lab's own clients asked and were told, written to `history.jsonl` while the
 * run goes on, and read again from there to be judged (I14): memory holds only what waits for the
 * disk.
 *
 * Order:  entries stand in the order in which the lab sent requests and saw their answers.
 * Bounds: HISTORY_ENTRIES_MAX. What comes after is counted and not kept; a history that stops is
 *         still whole up to there, with what was pending as unknown.
 *         The same goes for a key that somebody changes in a way that a history cannot say.
 * Errors: a file that cannot be written is told once; what is not in it stays in memory. One that
 *         cannot be read again is an error of who reads it.
 */
import { appendFile } from 'node:fs/promises'
import type { HistoryEntry } from '../../core/history'
import { parseHistoryEntry, printHistoryEntry } from '../../shared/historyCodec'
import { meaningOf, resultOf } from './historyActs'
import type { HistoryAct } from './historyActs'
import { outcomeOf } from './respReply'
import type { RespReply } from './respReply'
import { linesOf } from './textLines'

const HISTORY_ENTRIES_MAX = 400_000
const WRITE_DELAY_MS = 250
const NS_A_MS = 1e6

/** One request that was sent; `sent` false: it never left. */
export type OnHistoryReply = (reply: RespReply | null, sent: boolean) => void

const IGNORE: OnHistoryReply = () => {}
const NOTHING = {}

export class HistoryBook {
  /** Entries that were kept, in the file or in memory. */
  count = 0
  /** Entries that were not kept. */
  dropped = 0
  /** Keys that were changed by something that a history cannot say; followed up to then. */
  readonly keysLeft = new Set<string>()
  private readonly idle: number[] = []
  private processes = 0
  private isFull = false
  /** Not in the file yet; once it failed, all that it lacks. */
  private waiting: HistoryEntry[] = []
  /** Whole entries in the file; a write that fails may leave more behind them. */
  private writtenBytes = 0
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
    if (!this.put(entryOf(process, 'invoke', act, this.timeNs()))) return IGNORE
    return (reply, sent) => this.complete(process, act, reply, sent)
  }

  /** Everything so far is in the file. */
  async finish(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.writing = this.writing.then(() => this.write())
    await this.writing
  }

  /** All entries, in order. Rejects if those in the file cannot be read. */
  async read(): Promise<HistoryEntry[]> {
    await this.finish()
    const entries: HistoryEntry[] = []
    if (this.writtenBytes > 0) {
      for await (const { text } of linesOf(this.path, this.writtenBytes)) {
        entries.push(parseHistoryEntry(text, 0))
      }
    }
    for (const entry of this.waiting) entries.push(entry)
    return entries
  }

  private complete(process: number, act: HistoryAct, reply: RespReply | null, sent: boolean): void {
    const { f, key } = act
    const outcome = sent ? outcomeOf(reply) : 'error'
    // It may still take effect: this process has not seen the end of it, and never will.
    if (outcome !== 'unknown') this.idle.push(process)
    if (this.keysLeft.has(key)) return
    const type = outcome === 'ok' ? 'ok' : outcome === 'error' ? 'fail' : 'info'
    const more = type === 'ok' && reply !== null ? resultOf(f, reply) : NOTHING
    this.put(entryOf(process, type, { f, key, ...more }, this.timeNs()))
  }

  /** Null: every key. */
  private leave(keys: readonly string[] | null): void {
    if (keys === null) this.isFull = true
    else for (const key of keys) this.keysLeft.add(key)
  }

  private put(entry: HistoryEntry): boolean {
    this.isFull ||= this.count >= this.entriesMax
    if (this.isFull) {
      this.dropped += 1
      return false
    }
    this.count += 1
    this.waiting.push(entry)
    this.timer ??= setTimeout(() => void this.finish(), WRITE_DELAY_MS)
    return true
  }

  private timeNs(): number {
    return Math.round(this.nowMs() * NS_A_MS)
  }

  private async write(): Promise<void> {
    const fresh = this.waiting
    if (fresh.length === 0 || this.failed) return
    this.waiting = []
    let text = ''
    for (const entry of fresh) text += `${printHistoryEntry(entry)}\n`
    const bytes = Buffer.from(text)
    try {
      await appendFile(this.path, bytes)
      this.writtenBytes += bytes.length
    } catch (error) {
      this.failed = true
      this.waiting = fresh.concat(this.waiting)
      this.onProblem(`the history of the clients cannot be written: ${String(error)}`)
    }
  }
}

/** Without fields that say nothing: as few shapes as there can be, for there are many entries. */
function entryOf(
  process: number,
  type: HistoryEntry['type'],
  { f, key, value, result }: Pick<HistoryEntry, 'f' | 'key' | 'value' | 'result'>,
  time: number,
): HistoryEntry {
  if (result !== undefined) return { process, type, f, key, result, time }
  if (value !== undefined) return { process, type, f, key, value, time }
  return { process, type, f, key, time }
}
