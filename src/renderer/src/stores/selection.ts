/** What is selected, in every view at once; the inspector shows it. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'link'; readonly from: number; readonly to: number }
  | { readonly kind: 'event'; readonly seq: number }
  | { readonly kind: 'slot'; readonly slot: number }
  /** A message of the space-time diagram, by its place in the engine. */
  | { readonly kind: 'message'; readonly serial: number }

const NOTHING: Selection = { kind: 'none' }

export const useSelectionStore = defineStore('selection', () => {
  const current = shallowRef<Selection>(NOTHING)
  /** Nodes marked for a partition or a common act, by lasso or Space. */
  const marked = shallowRef<readonly number[]>([])
  /** Pointer tool of the topology. */
  const tool = ref<'select' | 'scissors' | 'lasso'>('select')

  function select(selection: Selection): void {
    current.value = selection
  }

  function clear(): void {
    current.value = NOTHING
    marked.value = []
    tool.value = 'select'
  }

  function mark(nodes: readonly number[]): void {
    marked.value = [...new Set(nodes)].sort((a, b) => a - b)
  }

  function toggleMark(node: number): void {
    mark(
      marked.value.includes(node)
        ? marked.value.filter((other) => other !== node)
        : [...marked.value, node],
    )
  }

  return { current, marked, tool, select, clear, mark, toggleMark }
})
