/**
 * Opens runs that are over, and looks at them whole; files of experiments, in their editor; a
 * lesson of one's own, in Teach.
 */
import type { Counterexample, Explored } from '../sources/exploration'
import { exploredView } from '../sources/explorer'
import type { SimWish } from '../sources/simWish'
import { useLabStore } from '../stores/lab'
import { isExperimentFile, isLessonFile } from '../composables/experimentFile'
import { useLessonBookStore } from '../stores/lessonBook'
import { useOpeningStore } from '../stores/opening'
import { useRecentsStore } from '../stores/recents'
import { useTeachStore } from '../stores/teach'
import { useTimeStore } from '../stores/time'
import { useUiStore } from '../stores/ui'

export async function openRun(id: string): Promise<void> {
  if (!(await useOpeningStore().openRun(id))) return
  const title = useLabStore().saved?.title ?? id
  void useRecentsStore().note('run', id, title)
  showWhole()
}

/** One of the list of experiments, in the editor. */
export async function openExperiment(id: string): Promise<void> {
  useUiStore().view = 'experiments'
  const { useExperimentsStore } = await import('../stores/experiments')
  await useExperimentsStore().open(id)
}

/** Files that came together: the two of a lesson, else the first of them alone. */
export async function openFiles(files: readonly File[]): Promise<void> {
  const [first] = files
  if (files.some(({ name }) => isLessonFile(name))) await openLessonFiles(files)
  else if (first) await openFile(first)
}

/** What is wrong with them stands in the panel of lessons. */
async function openLessonFiles(files: readonly File[]): Promise<void> {
  const id = await useLessonBookStore().openFiles(files)
  const teach = useTeachStore()
  if (id === null) teach.shows = 'lesson'
  else teach.chooseLesson(id)
  useUiStore().view = 'teach'
}

/** `handle`: where the shell can write it back; null: the page has no more than its bytes. */
export async function openFile(file: File, handle: string | null = null): Promise<void> {
  if (isLessonFile(file.name)) return await openLessonFiles([file])
  if (isExperimentFile(file.name)) {
    useUiStore().view = 'experiments'
    // The editor brings a parser of YAML, which the first picture does not wait for.
    const { useExperimentsStore } = await import('../stores/experiments')
    await useExperimentsStore().importFile(file, handle)
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
  await simulate({ ...useUiStore().simWish, seed, hunt: false, forks: [] })
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
