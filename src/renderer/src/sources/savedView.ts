/**
 * A run that is over, as the stores show it in place of the live lab: a run directory of the host,
 * or a record file that somebody dropped on the window.
 */
import type { LabEvent } from '../../../core/event'
import type { SeriesSnapshot } from '../../../core/measure/series'
import { LabCallError } from '../../../shared/api'
import type { LabApi, LabStatus, RunCard } from '../../../shared/api'
import type { WindowApi } from '../../../shared/rpc'
import { MILESTONES_A_CALL_MAX } from '../../../shared/recordView'
import { readRecordFile } from './recordFile'

export interface SavedView {
  readonly kind: 'saved' | 'simulated' | 'explored'
  readonly title: string
  /** When it ran, ISO 8601; null: a file does not say. */
  readonly startedAt: string | null
  readonly verdict: RunCard['verdict'] | null
  readonly status: LabStatus
  readonly events: readonly LabEvent[]
  readonly series: SeriesSnapshot
  /** Events of the record that this window does not hold. */
  readonly left: number
  readonly notes: readonly string[]
  /** Of a simulated run, which can be made again. */
  readonly seed?: number
  /** Of a run directory: lines that its processes wrote; missing: nothing was kept. */
  readonly logs?: LabApi['logs']
  /** Events `from` to `to` of the whole record. */
  read(from: number, to: number): Promise<readonly LabEvent[]>
}

export async function openSavedRun(call: LabApi, id: string): Promise<SavedView> {
  const run = await call.openRun(id)
  const events: LabEvent[] = []
  while (events.length < run.milestones) {
    const part = await call.runMilestones(id, events.length, MILESTONES_A_CALL_MAX)
    if (part.length === 0) break
    events.push(...part)
  }
  const { title, startedAt, verdict } = run.card
  const { status, series, left, notes } = run
  const read = (from: number, to: number) => call.runEvents(id, from, to)
  const logs: LabApi['logs'] = (_run, from, count) => call.logs(id, from, count)
  return {
    ...{ kind: 'saved', title, startedAt, verdict, status },
    ...{ events, series, left, notes, logs, read },
  }
}

/** @throws Error in words for a file that is no record */
export async function openRecord(
  file: File,
  onEvents: (count: number) => void,
): Promise<SavedView> {
  const { view, notes } = await readRecordFile(file, onEvents)
  const { status, events, series, left } = view
  const read = (from: number, to: number) =>
    Promise.resolve(events.filter(({ seq }) => seq >= from && seq <= to))
  return {
    ...{ kind: 'saved', title: file.name, startedAt: null, verdict: null },
    ...{ status, events, series, left, notes, read },
  }
}

/** What the lab can be asked about a run that is over: its record, and nothing else. */
export function savedCalls(call: WindowApi, view: SavedView): WindowApi {
  const own: Partial<WindowApi> = {
    events: (from, to) => view.read(from, to),
    ...(view.logs && { logs: view.logs }),
  }
  return new Proxy(call, {
    get: (target, name, receiver) => Reflect.get(own, name, receiver) ?? refuse,
  })
}

function refuse(): Promise<never> {
  const words = 'This run is over: it can be looked at, not asked or changed. Close it first.'
  return Promise.reject(new LabCallError('wrongState', words))
}
