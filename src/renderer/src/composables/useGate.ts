/**
 * Frames that wait at the gate, asked anew while a hold is on: at most two rounds a second, one at
 * a time. The answer is bounded by GATE_LIST_MAX; its `total` counts them all.
 */
import { useThrottleFn } from '@vueuse/core'
import { onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { GateView } from '../../../shared/gate'
import { linksOpen } from '../api/facts'
import { holdsOf } from '../api/gateFacts'
import { useLabStore } from '../stores/lab'

const ROUND_MS = 400
const NOTHING_WAITS: GateView = { frames: [], total: 0 }

export function useGate(): ShallowRef<GateView> {
  const lab = useLabStore()
  const view = shallowRef<GateView>(NOTHING_WAITS)
  let asking = false

  async function round(): Promise<void> {
    if (asking || !lab.connected) return
    const isOpen = linksOpen(lab.status)
    if (!isOpen || (holdsOf(lab.status).length === 0 && view.value.total === 0)) {
      view.value = NOTHING_WAITS
      return
    }
    asking = true
    try {
      view.value = await lab.ask((call) => call.gateList({}))
    } catch {
      // The cluster has just ended, or the host is gone; the next status says so.
    } finally {
      asking = false
    }
  }

  const refresh = useThrottleFn(round, ROUND_MS, true)
  const stopListening = lab.listen({
    events(batch) {
      if (batch.some(({ type }) => type.startsWith('frame'))) void refresh()
    },
  })
  onMounted(round)
  onBeforeUnmount(stopListening)
  watch(() => lab.status, refresh)
  watch(
    () => lab.status.cluster,
    () => (view.value = NOTHING_WAITS),
  )
  return view
}
