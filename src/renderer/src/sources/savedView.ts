/**
 * A run that is over, as the stores show it in place of the live lab: a run directory of the host,
 * or a record file that somebody dropped on the window. A long one is shown before all of it is
 * read, and grows (`SavedView.grow`).
 */
import type { LabEvent } from '../../../core/event'
import type { SeriesSnapshot } from '../../../core/measure/series'
import type { AbstractBounds } from '../../../core/check/explore/abstractBounds'
import { LabCallError } from '../../../shared/api'
import type { LabApi, LabStatus, RecordText, RunCard, RunReading } from '../../../shared/api'
import type { SavedRun } from '../../../shared/api'
import { MILESTONES_A_CALL_MAX } from '../../../shared/recordView'
import { isDeskCall } from '../../../shared/deskApi'
import type { WindowApi } from '../../../shared/rpc'
import type { PathChoice } from './exploration'
import type { SimulatedPart } from './simWish'

/** Events of the list that the first picture waits for. */
const FIRST_EVENTS = 4000

/** What a path of the explorer is made of. */
export interface ExploredPart {
  readonly bounds: AbstractBounds
  readonly acts: readonly number[]
  /** Steps as they were before somebody chose others; null: nobody did. */
  readonly forkedAt: number | null
  /** What can come next; null: it does not wait. */
  readonly choices: readonly PathChoice[] | null
}

export interface SavedView {
  readonly kind: 'saved' | 'simulated' | 'explored'
  readonly title: string
  /** Its id on the host; missing: it is no run directory. */
  readonly run?: string
  /** When it ran, ISO 8601; null: a file does not say. */
  readonly startedAt: string | null
  readonly verdict: RunCard['verdict'] | null
  readonly status: LabStatus
  readonly events: readonly LabEvent[]
  readonly series: SeriesSnapshot
  /** Events of the record that this window does not hold. */
  readonly left: number
  /** What is wrong with it, or missing. */
  readonly notes: readonly string[]
  /** What there is to know of it: figures, and how it was made. */
  readonly facts?: readonly string[]
  /** How far it is read; null or missing: whole. */
  readonly reading?: RunReading | null
  /** Of a simulated run, which can be made again. */
  readonly seed?: number
  readonly simulated?: SimulatedPart
  /** Of a path of the explorer, which can go on in another way after any step. */
  readonly explored?: ExploredPart
  /** Of a run directory: lines that its processes wrote; missing: nothing was kept. */
  readonly logs?: LabApi['logs']
  /** Events `from` to `to` of the whole record. */
  read(from: number, to: number): Promise<readonly LabEvent[]>
  /** Its record as text, from a byte on; missing: it has none beside `events`. */
  text?(from: number): Promise<RecordText>
  /** The same run, read further; null: it is read whole. */
  grow?(): Promise<SavedView | null>
  /** Nobody looks at it any more. */
  release?(): void
}

/** Rejects when `signal` is aborted before the first picture. */
export async function openSavedRun(
  call: LabApi,
  id: string,
  signal?: AbortSignal,
): Promise<SavedView> {
  const release = (): void => void call.closeRun(id).catch(() => {})
  signal?.addEventListener('abort', release, { once: true })
  try {
    return await firstView(await call.openRun(id))
  } finally {
    signal?.removeEventListener('abort', release)
  }

  async function viewOf(run: SavedRun): Promise<SavedView> {
    return viewWith(run, await milestones([], run.milestones))
  }

  /** A long list follows when the rest is on the screen. */
  async function firstView(run: SavedRun): Promise<SavedView> {
    if (run.milestones <= FIRST_EVENTS || run.reading !== null) return await viewOf(run)
    const events = await milestones([], FIRST_EVENTS)
    const share = events.length / run.milestones
    const atMs = events.at(-1)?.atMs ?? 0
    const reading: RunReading = { what: 'events', events: events.length, atMs, share }
    const grow = async () => viewWith(run, await milestones(events, run.milestones))
    return { ...viewWith({ ...run, reading }, events), grow }
  }

  function viewWith(run: SavedRun, events: readonly LabEvent[]): SavedView {
    const { title, startedAt, verdict } = run.card
    const { status, series, notes, reading } = run
    const logs: LabApi['logs'] = (_run, from, count) => call.logs(id, from, count)
    // The list is told anew when all is read, or else it would be sent again and again.
    const grow = async (): Promise<SavedView | null> => {
      if (reading === null) return null
      const next = await call.lookAtRun(id, reading.what === 'checks' ? 1 : reading.share)
      const isSame = next.reading?.what === reading.what
      return isSame ? viewWith(next, events) : await viewOf(next)
    }
    return {
      ...{
        kind: 'saved',
        title,
        run: id,
        startedAt,
        verdict,
        status,
        events,
        series,
        notes,
        reading,
      },
      left: status.events - events.length,
      ...{ logs, grow, release },
      read: (from, to) => call.runEvents(id, from, to),
      text: (from) => call.runText(id, from),
    }
  }

  async function milestones(
    before: readonly LabEvent[],
    count: number,
  ): Promise<readonly LabEvent[]> {
    const events = [...before]
    while (events.length < count) {
      if (signal?.aborted === true) throw new Error('The opening was stopped.')
      const most = Math.min(MILESTONES_A_CALL_MAX, count - events.length)
      const part = await call.runMilestones(id, events.length, most)
      if (part.length === 0) break
      events.push(...part)
    }
    return events
  }
}

/**
 * What can be asked while a run that is over is shown: its record, and the desk of the host, which
 * has nothing to do with what the window shows; nothing else.
 */
export function savedCalls(call: WindowApi, view: SavedView): WindowApi {
  const own: Partial<WindowApi> = {
    events: (from, to) => view.read(from, to),
    ...(view.logs && { logs: view.logs }),
  }
  return new Proxy(call, {
    get(target, name, receiver) {
      if (isDeskCall(name)) return Reflect.get(target, name, receiver) as unknown
      return (Reflect.get(own, name, receiver) as unknown) ?? refuse
    },
  })
}

function refuse(): Promise<never> {
  const words = 'This run is over: it can be looked at, not asked or changed. Close it first.'
  return Promise.reject(new LabCallError('wrongState', words))
}
