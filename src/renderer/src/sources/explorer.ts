/** The explorer of the page, in a worker of its own; it can be cut short. */
import type { SearchProgress } from '../../../core/check/explore/abstractSearch'
import { exploredTitle, explorePath } from './exploration'
import type { Counterexample, Explored, ExploreWish, FromExplorer } from './exploration'
import type { ExploredPart, SavedView } from './savedView'

export interface ExplorerRun {
  /** Rejects with an Error in words. */
  readonly done: Promise<Explored>
  cancel(): void
}

export function startExploration(
  wish: ExploreWish,
  onProgress: (progress: SearchProgress) => void,
): ExplorerRun {
  const worker = new Worker(new URL('./exploreWorker.ts', import.meta.url), { type: 'module' })
  let cancel = (): void => {}
  const done = new Promise<Explored>((resolve, reject) => {
    const fail = (words: string): void => reject(new Error(words))
    cancel = () => fail('The exploration was stopped.')
    worker.addEventListener('error', () => fail('The explorer could not be loaded.'))
    worker.addEventListener('message', ({ data }: MessageEvent<FromExplorer>) => {
      if (data.kind === 'progress') onProgress(data.progress)
      else if (data.kind === 'done') resolve(data.explored)
      else fail(data.words)
    })
    worker.postMessage(wish)
  }).finally(() => worker.terminate())
  return { done, cancel: () => cancel() }
}

/** A counterexample, as the stores show a run that is over. */
export function exploredView({ wish }: Explored, found: Counterexample): SavedView {
  const { status, events, series, left } = found.view
  const read = (from: number, to: number) =>
    Promise.resolve(events.filter(({ seq }) => seq >= from && seq <= to))
  const facts = [
    `The shortest path to ${found.invariant}: ${found.steps.length} steps; its time means nothing.`,
  ]
  return {
    ...{ kind: 'explored', title: exploredTitle(wish.bounds), startedAt: null },
    ...{ verdict: 'violated', status, events, series, left, notes: [], facts, read },
    explored: { bounds: wish.bounds, acts: found.acts, forkedAt: null, choices: null },
  }
}

/** The same up to its first `forkedAt` steps, then by hand. Its choices are null at its end. */
export function forkedPathView(
  { bounds, acts, forkedAt }: ExploredPart,
  ended: boolean,
): SavedView {
  const { view, choices } = explorePath(bounds, acts)
  const { status, events, series, left } = view
  const read = (from: number, to: number) =>
    Promise.resolve(events.filter(({ seq }) => seq >= from && seq <= to))
  const broken = status.checks.find(({ state }) => state === 'violated')
  const byHand = acts.length - (forkedAt ?? 0)
  const notes = broken === undefined ? [] : [broken.words]
  const facts = [`${forkedAt} steps as they were, ${byHand} by hand; its time means nothing.`]
  const title = `${exploredTitle(bounds)}, forked after step ${forkedAt}`
  return {
    ...{ kind: 'explored', title, startedAt: null, status, events, series, left, read },
    ...{ notes, facts },
    verdict: broken === undefined ? null : 'violated',
    explored: { bounds, acts, forkedAt, choices: ended ? null : choices },
  }
}
