/**
 * History: what clients asked and what they were told, with Jepsen's fields. An operation begins
 * with `invoke` and ends with `ok`, `fail` or `info`; a process has one operation at a time.
 *
 * Meaning: `fail`: certainly no effect, and nothing observed. `info`: unknown for ever; the process
 *          may go on. `value` is the argument (`cas`: `[old, new]`) and, on an `ok` read, what was
 *          read. `result` on `ok` is what else was returned; missing: not observed.
 * Units:   `time` is ns since the run began; order in the file is the order of real time.
 * Source:  docs/histories.md has the format for those who bring their own.
 */
export const HISTORY_FUNCTIONS = [
  'read',
  'write',
  'cas',
  'append',
  'incr',
  'setnx',
  'getset',
  'del',
] as const

export type HistoryFunction = (typeof HISTORY_FUNCTIONS)[number]

/** An absent key reads null, appends as to the empty text, counts as from 0. */
export type HistoryValue = string | number | null

export interface HistoryEntry {
  readonly process: number
  readonly type: 'invoke' | 'ok' | 'fail' | 'info'
  readonly f: HistoryFunction
  readonly key: string
  readonly value?: HistoryValue | readonly [HistoryValue, HistoryValue]
  /**
   * `cas`: true or false, where false observed that the value was not `old`; `setnx`, `del`: 0 or
   * 1; `getset`: the old value; `incr`: the new number; `append`: the new length.
   */
  readonly result?: HistoryValue | boolean
  readonly time: number
}
