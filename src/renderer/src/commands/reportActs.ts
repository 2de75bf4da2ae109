/** The report of what a person looks at, or of the newest run that is over. */
import { openReport } from '../components/runs/report'
import { useLabStore } from '../stores/lab'
import { useRunsStore } from '../stores/runs'
import { useUiStore } from '../stores/ui'

export interface Reported {
  readonly id: string
  readonly title: string
}

/**
 * Null: there is none. A run that was opened from a file, simulated or explored has no report, and
 * that of another one would be taken for its.
 */
export function reportedRun(): Reported | null {
  const lab = useLabStore()
  const { saved } = lab
  if (!lab.connected) return null
  if (saved !== null) {
    return saved.run === undefined ? null : { id: saved.run, title: saved.title }
  }
  return shownResult() ?? lastRun()
}

/** Only while somebody looks at it. One that grows has no report yet. */
function shownResult(): Reported | null {
  const runs = useRunsStore()
  const { shown, result, running, now } = runs
  if (useUiStore().view !== 'runs' || shown.kind !== 'result' || result === null) return null
  if (running && now?.id === shown.id) return null
  return { id: shown.id, title: result.plan.title || result.plan.name }
}

function lastRun(): Reported | null {
  const over = useLabStore().runs.filter(({ recording }) => recording !== true)
  const last = over.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0]
  return last ?? null
}

export async function openShownReport(): Promise<void> {
  const run = reportedRun()
  if (run !== null) await openReport(run.id, run.title)
}
