/** Everything of the past in one list: results of many trials, and single runs. Newest first. */
import type { RunCard } from '../../../../shared/api'
import type { ResultCard } from '../../../../shared/deskApi'
import type { Verdict } from '../../../../shared/labWords'
import { count } from '../../api/words'

export interface PastRow {
  readonly id: string
  readonly kind: 'result' | 'run'
  readonly title: string
  readonly startedAt: string
  readonly verdict: Verdict
  /** `20 trials, simulator`, `12 of 20 trials`, `10 402 events`. */
  readonly words: string
}

export interface PastFilter {
  readonly query: string
  readonly verdict: Verdict | null
  readonly kind: PastRow['kind'] | null
}

export function pastRows(
  results: readonly ResultCard[],
  runs: readonly RunCard[],
): readonly PastRow[] {
  const many = results.map((card): PastRow => {
    const { id, title, name, startedAt, verdict } = card
    return { id, kind: 'result', title: title || name, startedAt, verdict, words: manyWords(card) }
  })
  const single = runs.map(({ id, title, startedAt, verdict, events }): PastRow => {
    return { id, kind: 'run', title, startedAt, verdict, words: `${count(events)} events` }
  })
  return [...many, ...single].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

function manyWords({ planned, ended, source }: ResultCard): string {
  const trials = `${planned} trial${planned === 1 ? '' : 's'}`
  const part = ended < planned ? `${ended} of ${trials}` : trials
  return source === 'simulator' ? `${part}, simulator` : part
}

export function filterPast(
  rows: readonly PastRow[],
  { query, verdict, kind }: PastFilter,
): readonly PastRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (verdict !== null && row.verdict !== verdict) return false
    if (kind !== null && row.kind !== kind) return false
    const text = `${row.title} ${row.id} ${row.startedAt} ${row.verdict} ${row.words}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

const DAY = new Intl.DateTimeFormat('en', {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false },
})

export function whenWords(startedAt: string): string {
  const date = new Date(startedAt)
  return Number.isNaN(date.getTime()) ? startedAt : DAY.format(date)
}
