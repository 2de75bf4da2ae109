/** Which lines are shown, and what there is of each source. Pure. */
import { LOG_LEVELS, nodeSource } from '../../../../shared/logLine'
import type { LogLevel, LogLine, LogSource } from '../../../../shared/logLine'

export interface LogQuery {
  /** Null: all of them. */
  readonly source: LogSource | null
  readonly level: LogLevel
  /** Words that a line must hold, in either case. */
  readonly text: string
  /** Lab time up to which lines are shown, ms; null: all. */
  readonly untilMs: number | null
}

export interface SourceCount {
  readonly source: LogSource
  readonly name: string
  readonly lines: number
  readonly warnings: number
  readonly errors: number
  /** Written by the process itself. */
  readonly own: number
}

export function sourceName(source: LogSource): string {
  if (source === 'host') return 'Host'
  return source === 'switchboard' ? 'Switchboard' : `N${source.slice('node'.length)}`
}

/** The number of a node; null: another process. */
export function nodeOf(source: LogSource): number | null {
  return source.startsWith('node') ? Number(source.slice('node'.length)) : null
}

export function filterLines(lines: readonly LogLine[], query: LogQuery): readonly LogLine[] {
  const least = LOG_LEVELS.indexOf(query.level)
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean)
  return lines.filter(({ source, level, text, atMs }) => {
    if (query.source !== null && source !== query.source) return false
    if (LOG_LEVELS.indexOf(level) < least) return false
    if (query.untilMs !== null && atMs > query.untilMs) return false
    const low = text.toLowerCase()
    return words.every((word) => low.includes(word))
  })
}

/** Host, switchboard and every member, written or not; others only if they wrote. */
export function countSources(
  lines: readonly LogLine[],
  members: readonly number[],
  direct: boolean,
): SourceCount[] {
  const counts = new Map<LogSource, SourceCount>()
  const start: LogSource[] = ['host', ...(direct ? [] : (['switchboard'] as const))]
  for (const source of [...start, ...members.map(nodeSource)]) counts.set(source, none(source))
  for (const { source, level, stream } of lines) {
    const one = counts.get(source) ?? none(source)
    counts.set(source, {
      ...one,
      lines: one.lines + 1,
      warnings: one.warnings + (level === 'warn' ? 1 : 0),
      errors: one.errors + (level === 'error' ? 1 : 0),
      own: one.own + (stream === 'lab' ? 0 : 1),
    })
  }
  return [...counts.values()]
}

function none(source: LogSource): SourceCount {
  return { source, name: sourceName(source), lines: 0, warnings: 0, errors: 0, own: 0 }
}

/** One line as a terminal would show it. */
export function printLine({ atMs, source, stream, level, text }: LogLine): string {
  const at = (atMs / 1000).toFixed(3).padStart(9)
  return `${at} ${sourceName(source).padEnd(11)} ${stream} ${level.padEnd(5)} ${text}`
}
