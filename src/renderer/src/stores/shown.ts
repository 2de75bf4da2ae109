/**
 * The run at the moment that the pictures show: as it is now, or folded up to the cursor. One
 * answer for topology and inspector, so that they cannot contradict each other.
 */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { statusAt } from '../../../shared/statusFold'
import type { EventLog } from './eventLog'
import { useEventsStore } from './events'
import { useLabStore } from './lab'
import { useTimeStore } from './time'

export const useShownStore = defineStore('shown', () => {
  const lab = useLabStore()
  const events = useEventsStore()
  const time = useTimeStore()

  /**
   * The log up to the cursor; null: there is none. What comes after it makes no other, so that
   * nothing is folded anew.
   */
  const log = computed<EventLog | null>((before) => {
    if (time.cursorMs === null) return null
    const next = events.held.until(time.cursorMs)
    return before?.isLike(next) === true ? before : next
  })
  const status = computed(() => {
    if (log.value === null || time.cursorMs === null) return lab.status
    const { cursorMs } = time
    const before = events.earlier.filter(({ atMs }) => atMs <= cursorMs)
    return statusAt([...before, ...log.value.slice()], cursorMs, lab.status)
  })
  return { log, status }
})
