/**
 * What charts draw, as the lab pushed it. The rows stay plain (`data`): drawing watches `version`
 * and reads them; only the liveness verdict and the faults are reactive.
 */
import { defineStore } from 'pinia'
import { markRaw, ref, shallowRef } from 'vue'
import { EMPTY_LIVENESS } from '../../../core/measure/series'
import type { LivenessView, SeriesFrame, SeriesSnapshot } from '../../../core/measure/series'
import { BandFold } from '../composables/chartBands'
import type { Band, Flag } from '../composables/chartBands'
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

  const fold = new BandFold()
  /** Faults and acts, as every chart shows them. */
  const bands = shallowRef<readonly Band[]>([])
  const flags = shallowRef<readonly Flag[]>([])

  function showBands(): void {
    bands.value = fold.bands
    flags.value = fold.flags
  }

  useLabStore().listen({
    series: applyFrame,
    events(batch) {
      if (fold.feed(batch)) showBands()
    },
    reset(snapshot) {
      applySnapshot(snapshot.series)
      fold.reset(snapshot.events, snapshot.status.faults)
      showBands()
    },
  })

  return { data, version, liveness, bands, flags, applySnapshot, applyFrame }
})
