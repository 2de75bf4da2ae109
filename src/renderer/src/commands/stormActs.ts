/** Acts of a person about storms; as every act, a toast says why one failed. */
import type { StormOptions } from '../../../core/storm/storm'
import { useLabStore } from '../stores/lab'

export async function startStorm(storm: StormOptions): Promise<void> {
  await useLabStore().act((call) => call.startStorm(storm), 'Start a storm')
}

/** What the liveness phase found stands in the status bar if it is not as it should be. */
export async function endStorm(): Promise<void> {
  await useLabStore().act(async (call) => void (await call.stopStorm()), 'End the storm')
}
