/**
 * The list of runs while it is in sight: what another process records is asked for again and again,
 * until that has ended and is judged.
 */
import { useIntervalFn } from '@vueuse/core'
import { computed, watch } from 'vue'
import { useLabStore } from '../stores/lab'
import { useRunsStore } from '../stores/runs'

const POLL_MS = 2000

/** For the time that the component lives. */
export function useRunList(): void {
  const lab = useLabStore()
  const growing = computed(() => lab.connected && lab.runs.some(({ recording }) => recording))
  const ask = () => void useRunsStore().refreshRuns()
  const { pause, resume } = useIntervalFn(ask, POLL_MS, { immediate: false })
  watch(growing, (on) => (on ? resume() : pause()), { immediate: true })
}
