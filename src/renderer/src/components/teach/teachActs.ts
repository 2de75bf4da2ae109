/** Acts of the guide: as in `commands/acts.ts`, but the Teach view stays. */
import type { ScenarioCard } from '../../../../shared/api'
import { stopCluster } from '../../commands/acts'
import { useLabStore } from '../../stores/lab'
import { useSelectionStore } from '../../stores/selection'
import { useTeachStore } from '../../stores/teach'
import { useUiStore } from '../../stores/ui'

export async function runHere(name: string, title: string): Promise<void> {
  const lab = useLabStore()
  await lab.closeSaved()
  useSelectionStore().clear()
  await lab.act((call) => call.runScenario(name, null), `Run ${title}`)
}

export async function stopHere(): Promise<void> {
  await useLabStore().act((call) => call.stopScenario(), 'Stop the experiment')
}

/** A lesson by its id, where lessons are read. */
export function openLesson(id: string): void {
  useTeachStore().chooseLesson(id)
  useUiStore().view = 'teach'
}

/** Back to nothing: no run, no cluster, nothing selected. */
export async function resetHere(): Promise<void> {
  const lab = useLabStore()
  await lab.closeSaved()
  useSelectionStore().clear()
  if (lab.status.scenario?.done === false) await stopHere()
  if (lab.status.state !== 'idle') await stopCluster()
}

/** The experiment that is chosen, else the one that runs, else the first. */
export function experimentCard(): ScenarioCard | null {
  const lab = useLabStore()
  const name = useTeachStore().chosen ?? lab.status.scenario?.name
  return lab.scenarios.find((one) => one.name === name) ?? lab.scenarios[0] ?? null
}

export function turnExperiment(by: 1 | -1): void {
  const { scenarios } = useLabStore()
  const at = scenarios.findIndex(({ name }) => name === experimentCard()?.name)
  const next = scenarios[(at + by + scenarios.length) % scenarios.length]
  if (next !== undefined) useTeachStore().choose(next.name)
}
