/**
 * The nodes at the moment that the pictures show: the last status while live, else the sample that
 * was recorded last before the cursor. Two times are never confused: `atMs` says which it is.
 */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { NodeStatus } from '../../../core/event'
import { useEventsStore } from '../stores/events'
import { useLabStore } from '../stores/lab'
import { useTimeStore } from '../stores/time'

export interface ShownNodes {
  readonly live: boolean
  readonly atMs: number
  readonly statuses: readonly NodeStatus[]
}

export function useShownNodes(): ComputedRef<ShownNodes> {
  const lab = useLabStore()
  const events = useEventsStore()
  const time = useTimeStore()
  return computed(() => {
    if (time.live) {
      const statuses = lab.status.nodes.flatMap(({ status }) => (status ? [status] : []))
      return { live: true, atMs: lab.status.atMs, statuses }
    }
    const atMs = time.shownMs
    for (let at = events.countUntil(atMs) - 1; at >= 0; at--) {
      const event = events.held.at(at)
      if (event?.type === 'statusSampled') return { live: false, atMs, statuses: event.nodes }
    }
    return { live: false, atMs, statuses: [] }
  })
}
