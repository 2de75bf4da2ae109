/** What a person does with the open experiment: plays it, repeats it, takes it along. */
import { copyText } from '../../commands/acts'
import { saveCopy } from '../../commands/fileActs'
import { useExperimentsStore } from '../../stores/experiments'
import { useLabStore } from '../../stores/lab'
import { useRunsStore } from '../../stores/runs'
import { useSelectionStore } from '../../stores/selection'
import { useUiStore } from '../../stores/ui'

/** Plays the text as it stands, saved or not, and shows the lab. */
export async function playHere(seed: number | null): Promise<void> {
  const { asked, text, fileName, keepDraft } = useExperimentsStore()
  void keepDraft()
  await useLabStore().closeSaved()
  const done = await asked(`Run ${fileName}`, (call) =>
    call.playExperiment(text, fileName, seed).then(() => true),
  )
  if (done === null) return
  useSelectionStore().clear()
  useUiStore().view = 'lab'
}

/** The form of trials, with this text. */
export function askTrials(): void {
  const { text, fileName } = useExperimentsStore()
  useRunsStore().wish = { text, file: fileName }
  useUiStore().view = 'runs'
}

/** The host knows where its files are. */
export async function copyAsCommand(): Promise<void> {
  const { asked, text, fileName } = useExperimentsStore()
  const usual = { seeds: '', seed: null, repeat: null, sweep: [], jobs: 1, timeLimitS: null }
  const plan = await asked('Copy as command', (call) =>
    call.planTrials({
      ...usual,
      ...{ text, file: fileName, source: 'processes', stopOnFailure: false },
    }),
  )
  if (plan !== null) await copyText(plan.command, 'the command')
}

/** A copy wherever a person likes: by a dialog of the system, or as a download of the browser. */
export function download(): void {
  const { text, fileName } = useExperimentsStore()
  if (useLabStore().caps.nativeFiles) return void saveCopy(fileName, text)
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }))
  const link = document.createElement('a')
  Object.assign(link, { href: url, download: fileName })
  link.click()
  URL.revokeObjectURL(url)
}
