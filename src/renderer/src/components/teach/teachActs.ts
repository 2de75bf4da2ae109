/** Acts of the guide: as in `commands/acts.ts`, but the Teach view stays. */
import { stopCluster } from '../../commands/acts'
import { useLabStore } from '../../stores/lab'
import { useSelectionStore } from '../../stores/selection'

export async function runHere(name: string, title: string): Promise<void> {
  const lab = useLabStore()
  await lab.closeSaved()
  useSelectionStore().clear()
  await lab.act((call) => call.runScenario(name, null), `Run ${title}`)
}

export async function stopHere(): Promise<void> {
  await useLabStore().act((call) => call.stopScenario(), 'Stop the experiment')
}

/** Back to nothing: no run, no cluster, nothing selected. */
export async function resetHere(): Promise<void> {
  const lab = useLabStore()
  await lab.closeSaved()
  useSelectionStore().clear()
  if (lab.status.scenario?.done === false) await stopHere()
  if (lab.status.state !== 'idle') await stopCluster()
}
