/**
 * Frames that wait at the gate, asked anew while a hold is on: at most two rounds a second, one at
 * a time, whatever view is open. The answer is bounded by GATE_LIST_MAX; its `total` counts all.
 */
import { useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { GateView } from '../../../shared/gate'
import { linksOpen } from '../api/facts'
import { holdsOf } from '../api/gateFacts'
import { useLabStore } from './lab'

const ROUND_MS = 400
const NOTHING_WAITS: GateView = { frames: [], total: 0 }

export const useGateStore = defineStore('gate', () => {
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
  lab.listen({
    events(batch) {
      if (batch.some(({ type }) => type.startsWith('frame'))) void refresh()
    },
  })
  watch(() => lab.status, refresh)
  watch(
    () => lab.status.cluster,
    () => (view.value = NOTHING_WAITS),
  )
  return { view, round }
})
