/**
 * What charts draw, as the lab pushed it. The rows stay plain (`data`): drawing watches `version`
 * and reads them; only the liveness verdict is reactive.
 */
import { defineStore } from 'pinia'
import { markRaw, ref, shallowRef } from 'vue'
import { EMPTY_LIVENESS } from '../../../core/measure/series'
import type { LivenessView, SeriesFrame, SeriesSnapshot } from '../../../core/measure/series'
import { SeriesData } from '../composables/seriesData'
import { useLabStore } from './lab'

export const useSeriesStore = defineStore('series', () => {
  const data = markRaw(new SeriesData())
  const version = ref(0)
  const liveness = shallowRef<LivenessView>(EMPTY_LIVENESS)

  function applySnapshot(snapshot: SeriesSnapshot): void {
    data.applySnapshot(snapshot)
    liveness.value = snapshot.liveness
    version.value += 1
  }

  function applyFrame(frame: SeriesFrame): void {
    data.applyFrame(frame)
    liveness.value = frame.liveness
    version.value += 1
  }

  useLabStore().listen({
    series: applyFrame,
    reset: (snapshot) => applySnapshot(snapshot.series),
  })

  return { data, version, liveness, applySnapshot, applyFrame }
})
