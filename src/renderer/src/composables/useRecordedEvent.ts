/**
 * The selected event: from the store, else from the record of the run, for evidence of a check may
 * be a detail that was never pushed to this window.
 */
import { computed, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { LabEvent } from '../../../core/event'
import { useEventsStore } from '../stores/events'
import { useLabStore } from '../stores/lab'

export function useRecordedEvent(seq: () => number | null): ComputedRef<LabEvent | null> {
  const events = useEventsStore()
  const lab = useLabStore()
  const fetched = shallowRef<LabEvent | null>(null)
  const stored = computed(() => {
    const wanted = seq()
    return wanted === null ? null : events.bySeq(wanted)
  })

  watch(
    seq,
    async (wanted) => {
      if (wanted === null || stored.value || fetched.value?.seq === wanted) return
      const found = await lab.act(
        (call) => call.events(wanted, wanted),
        `Event ${wanted} of the record`,
      )
      fetched.value = found?.[0] ?? null
    },
    { immediate: true },
  )
  return computed(() => stored.value ?? (fetched.value?.seq === seq() ? fetched.value : null))
}
