/**
 * What commands can do with the open experiment. The store of experiments tells it, and is loaded
 * no earlier than an experiment: its parser of YAML is nothing that the first picture waits for.
 */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

/** What the store of experiments does when a command asks for it. */
export interface EditActs {
  save(): Promise<unknown>
  undo(): void
  redo(): void
}

export interface Editing {
  readonly canSave: boolean
  readonly canSaveAs: boolean
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** Why there is nothing to save. */
  readonly words: string
  /** Null: nothing is open. */
  readonly acts: EditActs | null
}

const NOTHING_OPEN: Editing = {
  ...{ canSave: false, canSaveAs: false, canUndo: false, canRedo: false },
  ...{ words: 'No experiment is open in the editor.', acts: null },
}

export const useEditingStore = defineStore('editing', () => {
  const now = shallowRef<Editing>(NOTHING_OPEN)
  /** The editor asks for another name. */
  const naming = ref(false)

  /** Null: nothing is open. */
  function tell(next: Editing | null): void {
    now.value = next ?? NOTHING_OPEN
  }

  return { now, naming, tell }
})
