/**
 * Texts in which a run leaves the lab: ShiViz logs, Jepsen histories as EDN, CSV. Pure printing.
 *
 * Source: ShiViz reads a file whose first line is a regular expression with the groups `host`,
 *         `clock` and `event`, and whose second line parts executions (empty: one). Jepsen prints
 *         one EDN map for each invocation and completion. docs/replay.md has examples.
 */
import type { CausalOrder, CausalStep } from '../core/check/causality'
import type { LabEvent } from '../core/event'
import type { HistoryEntry } from '../core/history'

const SHIVIZ_PATTERN = '(?<host>\\S+) (?<clock>\\{[^}]*\\}) (?<life>\\d+) (?<event>.*)'
const CSV_COLUMNS = ['seq', 'atMs', 'by', 'life', 'nodeSeq', 'type', 'ballot', 'slot', 'count']
const STAMPS = new Set(['seq', 'atMs', 'by', 'life', 'nodeSeq', 'type'])

/** A step with the words that a picture shows. */
export interface TextStep extends CausalStep {
  readonly text: string
}

/** `note`, when not empty, is said in the first line, in a group that matches nothing. */
export function* shivizLines({ order }: CausalOrder<TextStep>, note: string): Generator<string> {
  const aside = note === '' ? '' : `(?:${note.replaceAll(/[^\w ,;:.-]/g, '-')}){0}`
  yield aside + SHIVIZ_PATTERN
  yield ''
  for (const { step, clock } of order) {
    const entries = [...clock].sort(([a], [b]) => a - b)
    const counts = entries.map(([node, count]) => `"node${node}":${count}`).join(',')
    const text = step.text.replaceAll(/[\r\n]+/g, ' ')
    yield `node${step.node} {${counts}} ${step.life} ${text}`
  }
}

/** One line of any event: its type, then its fields. */
export function eventText(event: LabEvent): string {
  const fields = Object.entries(event)
    .filter(([name]) => !STAMPS.has(name))
    .map(([name, value]) => `${name}=${plain(value)}`)
  return [event.type, ...fields].join(' ')
}

export const CSV_HEAD = [...CSV_COLUMNS, 'words'].join(',')

/** The main columns, and the rest in words; empty where an event has no such field. */
export function csvLine(event: LabEvent): string {
  const fields = new Map<string, unknown>(Object.entries(event))
  const cells = CSV_COLUMNS.map((name) => (fields.has(name) ? plain(fields.get(name)) : ''))
  return [...cells, eventText(event)].map(csvCell).join(',')
}

/** One entry of a history as an EDN map, with the keys that Jepsen gives them. */
export function ednLine(entry: HistoryEntry): string {
  const { process, type, f, key, value, result, time } = entry
  const pairs = [
    ['process', edn(process)],
    ['type', `:${type}`],
    ['f', `:${f}`],
    ['key', edn(key)],
    ['value', edn(value ?? null)],
    ...(result === undefined ? [] : [['result', edn(result)]]),
    ['time', edn(time)],
  ]
  return `{${pairs.map(([name, text]) => `:${name} ${text}`).join(', ')}}`
}

type EdnValue = NonNullable<HistoryEntry['value']> | boolean | null

function edn(value: EdnValue): string {
  if (value === null) return 'nil'
  if (typeof value === 'string') return ednText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return `[${value.map((one) => edn(one)).join(' ')}]`
}

/** EDN knows fewer escapes than JSON; what has none is written as a code unit. */
function ednText(value: string): string {
  const others: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c' }
  return JSON.stringify(value).replaceAll(/\\./g, (escape) => others[escape] ?? escape)
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && 'round' in value && 'node' in value) {
    return `${String(value.round)}.${String(value.node)}`
  }
  return JSON.stringify(value)
}

/** By RFC 4180; a leading `=`, `+`, `-` or `@` is no formula. */
function csvCell(text: string): string {
  const safe = /^[=+@]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
