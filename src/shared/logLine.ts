/**
 * Lines that the processes of a run wrote, and what the lab notes about them: what the view Logs
 * shows. They explain a run and are no evidence: checks and pictures rest on events alone.
 *
 * Units: `atMs` is lab time, when the lab read the line; ms.
 */

/** `host` is the lab itself. */
export type LogSource = 'host' | 'switchboard' | `node${number}`

/** `lab`: not written by the process, noted by the lab about it. */
export const LOG_STREAMS = ['out', 'err', 'lab'] as const
export type LogStream = (typeof LOG_STREAMS)[number]

export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogLine {
  /** Counts the lines of a run, from 1, over all sources. */
  readonly n: number
  readonly atMs: number
  readonly source: LogSource
  readonly stream: LogStream
  readonly level: LogLevel
  readonly text: string
}

export interface LogPart {
  /** In order of `n`; where a source wrote too much, its oldest are not kept. */
  readonly lines: readonly LogLine[]
  /** The next call asks from here on; the same as before if nothing is left. */
  readonly next: number
  /** Lines of this run that are not kept here, or not in its file. */
  readonly lost: number
}

/** Lines a call answers at most. */
export const LOG_LINES_A_CALL_MAX = 500

/** Longer lines are cut, and end with `…`. */
export const LOG_LINE_CHARS_MAX = 500

const NODE_SOURCE = /^node[1-9]$/

export function isLogSource(text: string): text is LogSource {
  return text === 'host' || text === 'switchboard' || NODE_SOURCE.test(text)
}

export function nodeSource(node: number): LogSource {
  return `node${node}`
}
