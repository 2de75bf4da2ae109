/**
 * A value that is made anew when something it stands on changes, at most every `ROUND_MS`: events
 * come ten times a second, and nobody reads a table as fast.
 */
import { useThrottleFn } from '@vueuse/core'
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'

const ROUND_MS = 300

export function useCalm<T>(ground: () => unknown, make: () => T): ShallowRef<T> {
  const value = shallowRef(make())
  const refresh = useThrottleFn(() => void (value.value = make()), ROUND_MS, true)
  watch(ground, () => void refresh())
  return value
}
