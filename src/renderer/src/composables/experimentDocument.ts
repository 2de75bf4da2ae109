/**
 * The text of one experiment with its history, and what it is worth: both views change this and
 * show this. A text is judged a moment after the last keystroke, and at once after an edit.
 */
import { useDebounceFn } from '@vueuse/core'
import { computed, ref, shallowRef } from 'vue'
import { EditError, editText } from '../../../shared/experimentEdit'
import type { ExperimentEdit, OpenedText } from '../../../shared/experimentEdit'
import { useToastsStore } from '../stores/toasts'
import { beginHistory, changeText, redoText, undoText } from './experimentHistory'
import type { TextHistory } from './experimentHistory'
import { judgeText } from './experimentJudge'
import type { TextFault } from './experimentJudge'

export const JUDGE_MS = 250

/** `fileName`: of the file in errors; null: nothing is open. */
export function openDocument(fileName: () => string | null, isReadOnly: () => boolean) {
  const history = shallowRef<TextHistory>(beginHistory(''))
  /** As of the last text that was YAML. */
  const opened = shallowRef<OpenedText | null>(null)
  const fault = shallowRef<TextFault | null>(null)
  /** The text is no YAML now: the form shows an earlier one. */
  const stale = ref(false)
  /** Counts texts that were opened: views of another text begin anew. */
  const opening = ref(0)
  const text = computed(() => history.value.now)
  let isJudged = true
  const judgeSoon = useDebounceFn(judge, JUDGE_MS)

  function judge(): void {
    const name = fileName()
    if (isJudged || name === null) return
    const found = judgeText(text.value, name)
    fault.value = found.fault
    stale.value = found.opened === null
    if (found.opened !== null) opened.value = found.opened
    isJudged = true
  }

  function begin(content: string): void {
    history.value = beginHistory(content)
    opened.value = null
    fault.value = null
    opening.value += 1
    isJudged = false
    judge()
  }

  /** The text as somebody types it; `kind` groups what is undone together. */
  function typeText(next: string, kind = 'text'): void {
    if (isReadOnly() || next === text.value) return
    history.value = changeText(history.value, next, kind, performance.now())
    isJudged = false
    void judgeSoon()
  }

  /** Edits of the form, one step of the history; several keystrokes in one field are one too. */
  function edit(edits: readonly ExperimentEdit[], kind?: string): boolean {
    judge()
    if (isReadOnly() || stale.value) return false
    try {
      typeText(editText(text.value, edits), kind ?? `form ${JSON.stringify(edits[0])}`)
      judge()
      return true
    } catch (error) {
      if (!(error instanceof EditError)) throw error
      const { message: why } = error
      useToastsStore().show({ level: 'error', title: 'Could not change that here', why })
      return false
    }
  }

  function travel(step: (history: TextHistory) => TextHistory): void {
    history.value = step(history.value)
    isJudged = false
    judge()
  }

  return {
    begin,
    views: {
      ...{ history, text, opened, fault, stale, opening, judge, typeText, edit },
      canUndo: computed(() => history.value.past.length > 0),
      canRedo: computed(() => history.value.future.length > 0),
      undo: () => travel(undoText),
      redo: () => travel(redoText),
    },
  }
}
