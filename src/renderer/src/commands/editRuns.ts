/** Commands of the editor of experiments, from wherever they are chosen. */
import type { CommandId } from '../../../shared/commands'
import { useEditingStore } from '../stores/editing'
import { useToastsStore } from '../stores/toasts'
import { useUiStore } from '../stores/ui'
import { noRunWords } from './saveRun'

type EditCommand = Exclude<Extract<CommandId, `view.experiment${string}`>, 'view.experiments'>

/** The name is asked for beside what gets it. */
function saveAs(): void {
  useUiStore().view = 'experiments'
  useEditingStore().naming = true
}

/** Where what changes is seen. */
function move(by: 'undo' | 'redo'): void {
  useUiStore().view = 'experiments'
  useEditingStore().now.acts?.[by]()
}

export const EDIT_RUNS: Readonly<Record<EditCommand, () => unknown>> = {
  'view.experimentSave': () => useEditingStore().now.acts?.save(),
  'view.experimentSaveAs': saveAs,
  'view.experimentUndo': () => move('undo'),
  'view.experimentRedo': () => move('redo'),
}

/** The key of Save was pressed where there is nothing to save. */
export function tellNothingToSave(): void {
  const why = noRunWords() ?? useEditingStore().now.words
  useToastsStore().show({ title: 'Nothing to save', why })
}
