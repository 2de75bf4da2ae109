/**
 * What charts draw, as the lab pushed it. The rows stay plain (`data`): drawing watches `version`
 * and reads them; only the liveness verdict and the faults are reactive.
 */
import { defineStore } from 'pinia'
import { markRaw, ref, shallowRef, watch } from 'vue'
import { EMPTY_LIVENESS } from '../../../core/measure/series'
import type { LivenessView, SeriesFrame, SeriesSnapshot } from '../../../core/measure/series'
import type { LabStatus } from '../../../shared/api'
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

  const lab = useLabStore()
  /** The run that was last heard of, and where it stood then. */
  let runDir: string | null = null
  let runAtMs = 0
  /** Where the run stood when the host was last heard; null: it is heard. */
  let lostAtMs: number | null = null
  watch(
    () => lab.connected,
    (connected) => {
      if (!connected && lab.saved === null) lostAtMs = lab.status.atMs
    },
    { flush: 'sync' },
  )

  /** The host is heard again: in the hole of the pictures of this run stands why it is there. */
  function heard(status: LabStatus, label: string): void {
    const isSame = status.runDir !== null && status.runDir === runDir && status.atMs >= runAtMs
    if (!isSame) fold.forget()
    else if (lostAtMs !== null && status.atMs > lostAtMs) {
      fold.away(lostAtMs, status.atMs, label)
      showBands()
    }
    runDir = status.runDir
    runAtMs = status.atMs
    lostAtMs = null
  }

  lab.listen({
    status(status) {
      // Without a new picture: it was silent, and goes on where it was.
      if (lab.connected) heard(status, 'host not answering')
    },
    series: applyFrame,
    events(batch) {
      if (fold.feed(batch)) showBands()
    },
    grown(view) {
      applySnapshot(view.series)
      fold.forget()
      fold.reset(view.events, view.status.faults)
      showBands()
    },
    reset(snapshot) {
      applySnapshot(snapshot.series)
      heard(snapshot.status, 'window not connected')
      fold.reset([...snapshot.earlier, ...snapshot.events], snapshot.status.faults)
      showBands()
    },
  })

  return { data, version, liveness, bands, flags, applySnapshot, applyFrame }
})
