/** Files that are dropped anywhere on the window are opened; anything else is left alone. */
import { useEventListener } from '@vueuse/core'
import { ref } from 'vue'
import type { Ref } from 'vue'

/** Answers whether a file is over the window now. */
export function useFileDrop(open: (files: readonly File[]) => unknown): Ref<boolean> {
  const over = ref(false)
  const hasFile = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') === true

  useEventListener(window, 'dragover', (event: DragEvent) => {
    if (!hasFile(event)) return
    // Else the browser would leave the page and show the file.
    event.preventDefault()
    over.value = true
  })
  useEventListener(window, 'dragleave', (event: DragEvent) => {
    if (event.relatedTarget === null) over.value = false
  })
  useEventListener(window, 'drop', (event: DragEvent) => {
    over.value = false
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    void open(files)
  })
  return over
}
