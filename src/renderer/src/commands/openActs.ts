/** Opens runs that are over, and looks at them whole. */
import type { SimWish } from '../sources/simulation'
import { useOpeningStore } from '../stores/opening'
import { useTimeStore } from '../stores/time'
import { useUiStore } from '../stores/ui'

export async function openRun(id: string): Promise<void> {
  if (await useOpeningStore().openRun(id)) showWhole()
}

export async function openFile(file: File): Promise<void> {
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

function showWhole(): void {
  useUiStore().view = 'lab'
  useTimeStore().fit()
}
