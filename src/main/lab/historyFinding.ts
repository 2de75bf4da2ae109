/**
 * I14 of a run: judges what the lab's own clients were told. Other clients may have been there too,
 * whom nobody recorded: a key with a value that no recorded client wrote is left out.
 *
 * Units: ms; what takes longer is unknown. A history that was not kept whole is judged as far as it
 *        goes, and does not make a run valid.
 */
import type { HistoryFinding } from '../../core/check/oracle'
import { isPair, textOf } from '../../core/check/linear/models'
import type { HistoryEntry } from '../../core/history'
import type { HistoryBook } from './historyBook'
import { inSlices, judgeInSlices } from './historyJudge'
import type { TimedBudget } from './historyJudge'

const BUDGET: TimedBudget = {
  budgetMs: 5000,
  configurationsMax: 5_000_000,
  memoBytesMax: 128 * 1024 * 1024,
}

const ENTRIES_A_SLICE = 4096

interface ClientHistory {
  readonly entries: readonly HistoryEntry[]
  /** Entries that were not kept. */
  readonly dropped: number
  /** Keys that are followed up to a change that a history cannot say. */
  readonly keysLeft: ReadonlySet<string>
}

/** Of what a run wrote down of its own clients. A history that cannot be read again is unknown. */
export async function findingOfBook(book: HistoryBook): Promise<HistoryFinding | null> {
  let entries: HistoryEntry[]
  try {
    entries = await book.read()
  } catch (error) {
    const words = `the history of the clients cannot be read again: ${String(error)}`
    return { verdict: 'unknown', words }
  }
  return await findingOf({ entries, dropped: book.dropped, keysLeft: book.keysLeft })
}

/** Null: there is nothing to judge. */
export async function findingOf(history: ClientHistory): Promise<HistoryFinding | null> {
  const { entries, dropped, keysLeft } = history
  if (entries.length === 0) return null
  const strange = await inSlices(strangeKeys(entries))
  const own = strange.size === 0 ? entries : entries.filter(({ key }) => !strange.has(key))
  const { verdict, words } = await judgeInSlices(own, 'kv', BUDGET)
  const notes = [
    keysLeft.size > 0 && `${keysLeft.size} keys were followed up to a command of another kind`,
    strange.size > 0 && `${strange.size} keys hold values that no client of the lab wrote`,
    dropped > 0 && `${dropped} entries after that were not kept`,
  ].filter((note) => note !== false)
  const isWhole = strange.size === 0 && dropped === 0
  return {
    verdict: verdict === 'valid' && !isWhole ? 'unknown' : verdict,
    words: [words, ...notes].join('; '),
  }
}

/** Where somebody saw a text that nobody asked for. Not known where texts are computed. */
function* strangeKeys(entries: readonly HistoryEntry[]): Generator<void, Set<string>> {
  const texts = new Map<string, Set<string | null>>()
  const computed = new Set<string>()
  for (const [at, { type, f, key, value }] of entries.entries()) {
    if (at % ENTRIES_A_SLICE === 0) yield
    if (type !== 'invoke' || f === 'read' || f === 'del') continue
    if (f === 'append' || f === 'incr') computed.add(key)
    const known = texts.get(key) ?? new Set([null])
    texts.set(key, known.add(textOf(isPair(value) ? value[1] : (value ?? null))))
  }
  const strange = new Set<string>()
  for (const [at, { type, f, key, value, result }] of entries.entries()) {
    if (at % ENTRIES_A_SLICE === 0) yield
    if (type !== 'ok' || computed.has(key)) continue
    const seen = f === 'read' ? value : f === 'getset' ? result : null
    if (typeof seen === 'string' && texts.get(key)?.has(seen) !== true) strange.add(key)
  }
  return strange
}
