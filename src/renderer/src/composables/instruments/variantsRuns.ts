/** The three runs that are shown, made in a worker of their own; one wish at a time. */
import { onBeforeUnmount, ref, shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { FromVariants } from './variantsAnswer'
import { HUNT_SEEDS_MAX } from './variantsPlan'
import type { VariantColumn, VariantWish } from './variantsPlan'

export interface VariantRuns {
  readonly columns: ShallowRef<readonly VariantColumn[]>
  /** What is being done, in words; empty: nothing. */
  readonly doing: Ref<string>
  /** Why there is no result; empty: nothing is wrong. */
  readonly problem: Ref<string>
  /** `onDone` gets the seed that was run. */
  run(wish: VariantWish, onDone: (seed: number) => void): void
  stop(): void
}

export function useVariantRuns(): VariantRuns {
  const columns = shallowRef<readonly VariantColumn[]>([])
  const doing = ref('')
  const problem = ref('')
  let worker: Worker | null = null

  function stop(): void {
    worker?.terminate()
    worker = null
    doing.value = ''
  }

  function run(wish: VariantWish, onDone: (seed: number) => void): void {
    stop()
    problem.value = ''
    doing.value = `Seed ${wish.seed}`
    const own = new Worker(new URL('./variantsWorker.ts', import.meta.url), { type: 'module' })
    worker = own
    const end = (words: string): void => {
      if (worker !== own) return
      stop()
      problem.value = words
    }
    own.addEventListener('error', () => end('The simulator could not be loaded.'))
    own.addEventListener('message', ({ data }: MessageEvent<FromVariants>) => {
      if (worker !== own) return
      if (data.kind === 'seed') doing.value = `Seed ${data.seed}`
      else if (data.kind === 'failed') end(data.words)
      else if (data.kind === 'nothing') {
        end(`In ${HUNT_SEEDS_MAX} seeds this mutant broke nothing that the paper keeps.`)
      } else {
        columns.value = data.columns
        end('')
        onDone(data.seed)
      }
    })
    own.postMessage(wish)
  }

  onBeforeUnmount(stop)
  return { columns, doing, problem, run, stop }
}
