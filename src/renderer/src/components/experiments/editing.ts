/** What the fields of the form share: the value at a path, and edits of it. */
import { computed } from 'vue'
import type { EditPath, ExperimentEdit } from '../../../../shared/experimentEdit'
import { isWithin } from '../../composables/experimentJudge'
import { useExperimentsStore } from '../../stores/experiments'

const NODES_USUAL = 5

export function valueAt(content: unknown, path: EditPath): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? Reflect.get(value, part)
        : undefined,
    content,
  )
}

export function listAt(content: unknown, path: EditPath): readonly unknown[] {
  const value = valueAt(content, path)
  return Array.isArray(value) ? value : []
}

/** An id for a field, its label and its list, unique on the page. */
export function fieldId(path: EditPath): string {
  return `ex-${path.join('-')}`
}

export function useEditing() {
  const store = useExperimentsStore()
  const content = computed(() => store.opened?.content ?? {})
  const inert = computed(() => store.readOnly || store.stale)
  const nodes = computed(() => {
    const count = valueAt(content.value, ['cluster', 'nodes'])
    return typeof count === 'number' ? count : NODES_USUAL
  })

  /** Keystrokes in one field are undone together. */
  function set(path: EditPath, value: unknown): void {
    store.edit([{ op: 'set', path, value }], `set ${path.join('.')}`)
  }

  function change(edits: readonly ExperimentEdit[]): boolean {
    return store.edit(edits)
  }

  /** What is wrong at this place or inside it, if that is what is told. */
  function faultAt(path: EditPath): string {
    const { fault } = store
    return fault !== null && !store.stale && isWithin(fault.path, path) ? fault.words : ''
  }

  return { content, inert, nodes, set, change, faultAt }
}
