/** Everything of the past in one list: results of many trials, and single runs. Newest first. */
import type { RunCard } from '../../../../shared/api'
import type { ResultCard } from '../../../../shared/deskApi'
import type { Verdict } from '../../../../shared/labWords'
import { count } from '../../api/words'
import { isCutShort } from '../../composables/recentRows'

export interface PastRow {
  readonly id: string
  readonly kind: 'result' | 'run'
  readonly title: string
  readonly startedAt: string
  readonly verdict: Verdict
  /** `20 trials, simulator`, `12 of 20 trials`, `10 402 events`. */
  readonly words: string
  /** It is being recorded: it has no verdict yet, and cannot be deleted. */
  readonly recording: boolean
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
    return {
      id,
      kind: 'result',
      title: title || name,
      startedAt,
      verdict,
      words: manyWords(card),
      recording: false,
    }
  })
  const single = runs.map((card): PastRow => {
    const { id, title, startedAt, verdict, recording = false } = card
    return { id, kind: 'run', title, startedAt, verdict, words: oneWords(card), recording }
  })
  return [...many, ...single].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

function oneWords({ events, verdict, recording = false }: RunCard): string {
  if (recording) return 'not over yet'
  return isCutShort({ events, verdict }) ? 'cut short' : `${count(events)} events`
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
    if (verdict !== null && (row.recording || row.verdict !== verdict)) return false
    if (kind !== null && row.kind !== kind) return false
    const state = row.recording ? 'being recorded' : row.verdict
    const text = `${row.title} ${row.id} ${row.startedAt} ${state} ${row.words}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
