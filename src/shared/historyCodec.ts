/**
 * Histories as text: one JSON object a line, with Jepsen's fields (docs/histories.md). Order of
 * lines is real time.
 *
 * Limits: LINE_CHARS_MAX a line, HISTORY_ENTRIES_MAX entries.
 * Errors: FrameError `file:line: what`, for a line that is no entry and for one that contradicts
 *         those before it.
 */
import type { ModelName } from '../core/check/linear/models'
import { HistoryError, Pairing } from '../core/check/linear/operations'
import { HISTORY_FUNCTIONS } from '../core/history'
import type { HistoryEntry, HistoryValue } from '../core/history'
import { Fields } from './fields'
import { FrameError } from './frame'

export const HISTORY_LINE_CHARS_MAX = 1_048_576
const HISTORY_ENTRIES_MAX = 2_000_000
const KEY_CHARS_MAX = 65_536
const TYPES = ['invoke', 'ok', 'fail', 'info'] as const

/** Takes lines one by one and keeps the entries. */
export class HistoryParser {
  readonly entries: HistoryEntry[] = []
  /** Of each entry, its line from 1. */
  readonly lines: number[] = []
  private readonly pairing: Pairing
  private line = 0

  /** `where` is the name of the file in errors; `model`: what the history will be judged by. */
  constructor(
    private readonly where: string,
    model: ModelName | null,
  ) {
    this.pairing = new Pairing(model)
  }

  /** Blank lines are skipped. Throws FrameError. */
  push(text: string): void {
    this.line += 1
    const line = text.endsWith('\r') ? text.slice(0, -1) : text
    if (line.trim() === '') return
    try {
      if (line.length > HISTORY_LINE_CHARS_MAX) {
        throw new FrameError(`the line is longer than ${HISTORY_LINE_CHARS_MAX} characters`)
      }
      if (this.entries.length >= HISTORY_ENTRIES_MAX) {
        throw new FrameError(`there are more than ${HISTORY_ENTRIES_MAX} entries`)
      }
      const entry = parseHistoryEntry(line, this.entries.at(-1)?.time ?? 0)
      this.pairing.add(entry, this.entries.length)
      this.entries.push(entry)
      this.lines.push(this.line)
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof HistoryError)) throw error
      throw new FrameError(`${this.where}:${this.line}: ${error.message}`)
    }
  }
}

export function parseHistory(text: string, where: string, model: ModelName | null): HistoryParser {
  const parser = new HistoryParser(where, model)
  for (const line of text.split('\n')) parser.push(line)
  return parser
}

/** `time`: of an entry that names none. */
export function parseHistoryEntry(line: string, time: number): HistoryEntry {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    throw new FrameError(`not JSON: ${line.slice(0, 60)}`)
  }
  const fields = Fields.of(parsed, 'entry')
  const [key, value, result] = ['key', 'value', 'result'].map((name) => fields.raw(name))
  return {
    process: fields.count('process'),
    type: fields.oneOf('type', TYPES),
    f: fields.oneOf('f', HISTORY_FUNCTIONS),
    key: typeof key === 'number' ? String(key) : fields.text('key', KEY_CHARS_MAX),
    ...(value !== undefined && { value: toArgument(value) }),
    ...(result !== undefined && { result: toResult(result) }),
    time: fields.raw('time') === undefined ? time : fields.number('time'),
  }
}

function toArgument(value: unknown): NonNullable<HistoryEntry['value']> | null {
  if (!Array.isArray(value)) return toValue(value, 'entry.value')
  const items: unknown[] = value
  if (items.length !== 2) throw new FrameError('entry.value is a list, but no pair [old, new]')
  return [toValue(items[0], 'entry.value[0]'), toValue(items[1], 'entry.value[1]')]
}

function toResult(value: unknown): HistoryValue | boolean {
  return typeof value === 'boolean' ? value : toValue(value, 'entry.result')
}

function toValue(value: unknown, where: string): HistoryValue {
  if (typeof value === 'string' || value === null) return value
  if (typeof value !== 'number') throw new FrameError(`${where} is no text, number or null`)
  if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) {
    return value
  }
  throw new FrameError(`${where} is too large for a number: write it as a text`)
}

export function printHistoryEntry(entry: HistoryEntry): string {
  return JSON.stringify(entry)
}
