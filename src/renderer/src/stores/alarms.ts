/**
 * Alarms: violations that nobody has acknowledged yet. An alarm of the live lab stays until then,
 * whatever is started after it; one of a saved run stays as long as the run is shown.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { clusterLabels } from '../../../shared/clusterOptions'
import { useLabStore } from './lab'

/** Acknowledged alarms that are remembered, so that a run opened again is not red again. */
const ACKNOWLEDGED_MAX = 500
const ALARMS_MAX = 100

export interface Alarm {
  readonly key: string
  readonly run: string
  readonly invariant: string
  readonly words: string
  /** What set its cluster apart from Paxos; empty: nothing. */
  readonly labels: readonly string[]
}

export const useAlarmsStore = defineStore('alarms', () => {
  const lab = useLabStore()
  const acknowledged = shallowRef<readonly string[]>([])
  const latched = shallowRef<readonly Alarm[]>([])

  /** Which run the window shows. */
  const run = computed(() => {
    const { saved, status } = lab
    if (status.runDir !== null) return status.runDir
    return saved === null ? 'live' : `${saved.kind} ${saved.title}`
  })
  const shown = computed<readonly Alarm[]>(() => {
    const { checks, options } = lab.status
    const labels = options ? clusterLabels(options) : []
    return checks
      .filter(({ state }) => state === 'violated')
      .map(({ id, words }) => ({
        key: `${run.value} ${id}`,
        run: run.value,
        invariant: id,
        words,
        labels,
      }))
  })
  const isOpen = ({ key }: Alarm): boolean => !acknowledged.value.includes(key)

  // Of the status alone: when a saved run is closed its checks still stand there for a moment.
  watch(
    () => lab.status,
    () => {
      if (lab.saved !== null) return
      const kept = new Set(latched.value.map(({ key }) => key))
      const fresh = shown.value.filter((alarm) => isOpen(alarm) && !kept.has(alarm.key))
      if (fresh.length > 0) latched.value = [...latched.value, ...fresh].slice(-ALARMS_MAX)
    },
    { immediate: true, flush: 'sync' },
  )

  /** The shown run first, then what is left from before. */
  const open = computed<readonly Alarm[]>(() => {
    const now = shown.value.filter(isOpen)
    return [...now, ...latched.value.filter((alarm) => isOpen(alarm) && alarm.run !== run.value)]
  })

  function acknowledge(): void {
    const keys = open.value.map(({ key }) => key)
    acknowledged.value = [...acknowledged.value, ...keys].slice(-ACKNOWLEDGED_MAX)
    latched.value = latched.value.filter(isOpen)
  }

  return { shown, open, run, acknowledge }
})
