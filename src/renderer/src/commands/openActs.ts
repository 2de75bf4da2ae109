/** Opens runs that are over, and looks at them whole; files of experiments, in their editor. */
import type { Counterexample, Explored } from '../sources/exploration'
import { exploredView } from '../sources/explorer'
import type { SimWish } from '../sources/simulation'
import { useLabStore } from '../stores/lab'
import { isExperimentFile } from '../composables/experimentFile'
import { useOpeningStore } from '../stores/opening'
import { useTimeStore } from '../stores/time'
import { useUiStore } from '../stores/ui'

export async function openRun(id: string): Promise<void> {
  if (await useOpeningStore().openRun(id)) showWhole()
}

export async function openFile(file: File): Promise<void> {
  if (isExperimentFile(file.name)) {
    useUiStore().view = 'experiments'
    // The editor brings a parser of YAML, which the first picture does not wait for.
    const { useExperimentsStore } = await import('../stores/experiments')
    await useExperimentsStore().importFile(file)
    return
  }
  if (await useOpeningStore().openFile(file)) showWhole()
}

export async function simulate(wish: SimWish): Promise<void> {
  useUiStore().simWish = wish
  if (await useOpeningStore().simulate(wish)) showWhole()
}

/** The same wishes with another seed. */
export async function simulateSeed(seed: number): Promise<void> {
  await simulate({ ...useUiStore().simWish, seed, hunt: false })
}

/** What the explorer of the page found. */
export function openExplored(explored: Explored, found: Counterexample): void {
  useLabStore().showSaved(exploredView(explored, found))
  showWhole()
}

function showWhole(): void {
  useUiStore().view = 'lab'
  useTimeStore().fit()
}
