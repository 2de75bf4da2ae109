/** Width of an element in px, for pictures that are drawn in px; a first guess before layout. */
import { useElementSize } from '@vueuse/core'
import { computed } from 'vue'
import type { ComputedRef, Ref } from 'vue'

const GUESS_PX = 640
const LEAST_PX = 340

export function useWidth(element: Ref<HTMLElement | null>): ComputedRef<number> {
  const { width } = useElementSize(element)
  return computed(() => Math.max(LEAST_PX, Math.floor(width.value) || GUESS_PX))
}
