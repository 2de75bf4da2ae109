/**
 * The simulator of the page, in a worker of its own; one run at a time, and it can be cut short.
 */
import { toMs } from '../../../core/sim/agenda'
import { forkedWords } from '../../../core/sim/fork'
import type { SimFork } from '../../../core/sim/plan'
import type { FromSimulator, Simulated } from './simulation'
import type { SimWish } from './simWish'
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
  const { seed, verdict, words, hash, seconds, operations, view, part } = run
  const { status, events, series, left } = view
  const read = (from: number, to: number) =>
    Promise.resolve(events.filter(({ seq }) => seq >= from && seq <= to))
  const time = `${seconds.toFixed(1)} simulated s`
  const made = `${time}, ${operations} operations, hash ${hash.slice(0, 8)}`
  const forks = part?.wish.forks ?? []
  const why = words === '' ? [] : [words]
  const forked = forks.length === 0 ? [] : [capital(forkedWords(seed, forks))]
  return {
    ...{ kind: 'simulated', title: titleOf(run, forks.at(-1)), startedAt: null, verdict },
    ...{ status, events, series, left, read, seed, ...(part && { simulated: part }) },
    notes: why,
    facts: [...forked, made],
  }
}

function titleOf({ seed, nodes }: Simulated, fork: SimFork | undefined): string {
  const name = fork ? `Forked from seed ${seed} at ${toMs(fork.atGrains) / 1000} s` : `Seed ${seed}`
  return `${name}, ${nodes} nodes`
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
