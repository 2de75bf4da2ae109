/** What the start page lists: what was opened last, filled up with the newest runs of the past. */
import type { RunCard } from '../../../shared/api'
import { RECENTS_MAX } from '../../../shared/shell'
import type { RecentItem } from '../../../shared/shell'

export interface RecentRow extends RecentItem {
  /** The card of a run that is there; null: something else, or the host says that it is gone. */
  readonly run: RunCard | null
  readonly when: string
}

const FORMAT = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})

/** In the time of this computer; what is no date is shown as it is. */
export function whenWords(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : FORMAT.format(date)
}

/** A run without a result that nobody records any more: nobody counted its events. */
export function isCutShort({ events, verdict, recording }: Partial<RunCard>): boolean {
  return events === 0 && verdict === 'unknown' && recording !== true
}

/** Newest first by when it was opened, or begun; each once; at most RECENTS_MAX. */
export function mergeRecents(
  items: readonly RecentItem[],
  runs: readonly RunCard[],
): readonly RecentRow[] {
  const cards = new Map(runs.map((run) => [run.id, run]))
  const opened = items.map((item): RecentRow => {
    const run = item.kind === 'run' ? (cards.get(item.ref) ?? null) : null
    return { ...item, missing: item.missing && run === null, run, when: whenWords(item.openedAt) }
  })
  const known = new Set(items.filter(({ kind }) => kind === 'run').map(({ ref }) => ref))
  const others = runs
    .filter(({ id }) => !known.has(id))
    .map((run): RecentRow => {
      const { id, title, startedAt } = run
      const when = whenWords(startedAt)
      return { kind: 'run', ref: id, title, openedAt: startedAt, missing: false, run, when }
    })
  const rows = [...opened, ...others]
  return rows.sort((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt)).slice(0, RECENTS_MAX)
}
