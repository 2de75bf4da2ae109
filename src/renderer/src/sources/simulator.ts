/**
 * The simulator of the page, in a worker of its own; one run at a time, and it can be cut short.
 */
import type { FromSimulator, Simulated, SimWish } from './simulation'
import type { SavedView } from './savedView'

export interface SimulatorRun {
  /** Rejects with an Error in words: nothing was found, or it was cut short. */
  readonly done: Promise<Simulated>
  cancel(): void
}

export function startSimulation(wish: SimWish, onSeed: (seed: number) => void): SimulatorRun {
  const worker = new Worker(new URL('./simWorker.ts', import.meta.url), { type: 'module' })
  let cancel = (): void => {}
  const done = new Promise<Simulated>((resolve, reject) => {
    const fail = (words: string): void => reject(new Error(words))
    cancel = () => fail('The simulation was stopped.')
    worker.addEventListener('error', () => fail('The simulator could not be loaded.'))
    worker.addEventListener('message', ({ data }: MessageEvent<FromSimulator>) => {
      if (data.kind === 'seed') onSeed(data.seed)
      else if (data.kind === 'done') resolve(data.run)
      else if (data.kind === 'failed') fail(data.words)
      else fail(`No violation in ${data.seeds} seeds.`)
    })
    worker.postMessage({ kind: 'run', wish })
  }).finally(() => worker.terminate())
  return { done, cancel: () => cancel() }
}

/** A simulated run, as the stores show a run that is over. */
export function simulatedView(run: Simulated): SavedView {
  const { seed, nodes, verdict, words, hash, seconds, operations, view } = run
  const { status, events, series, left } = view
  const read = (from: number, to: number) =>
    Promise.resolve(events.filter(({ seq }) => seq >= from && seq <= to))
  const time = `${seconds.toFixed(1)} simulated s`
  const made = `${time}, ${operations} operations, hash ${hash.slice(0, 8)}`
  return {
    ...{ kind: 'simulated', title: `Seed ${seed}, ${nodes} nodes`, startedAt: null, verdict },
    ...{ status, events, series, left, read, seed },
    notes: words === '' ? [made] : [words, made],
  }
}
