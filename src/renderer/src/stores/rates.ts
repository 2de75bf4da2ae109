/** Rates the status bar and the inspector show: frames and operations a second, as last sampled. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { LabEvent, LinkTraffic } from '../../../core/event'
import { linkKey } from '../../../core/fault'
import { useLabStore } from './lab'

export interface LinkRate extends LinkTraffic {
  readonly spanMs: number
}

/** Two samples of a stalled machine may come at once: no rate can be told of that. */
const SPAN_MS_MIN = 50

export const useRatesStore = defineStore('rates', () => {
  /** Frames a second over all links; null: nothing sampled yet, or direct mode. */
  const framesPerSecond = shallowRef<number | null>(null)
  const opsPerSecond = shallowRef<number | null>(null)
  const links = shallowRef<ReadonlyMap<string, LinkRate>>(new Map())
  let sampledAtMs = 0

  function reset(): void {
    framesPerSecond.value = null
    opsPerSecond.value = null
    links.value = new Map()
    sampledAtMs = 0
  }

  function take(batch: readonly LabEvent[]): void {
    for (const event of batch) {
      if (event.type === 'clusterStopped') reset()
      if (event.type !== 'trafficSampled') continue
      const spanMs = event.atMs - sampledAtMs
      if (spanMs < SPAN_MS_MIN) continue
      sampledAtMs = event.atMs
      const frames = event.links.reduce((sum, link) => sum + link.frames, 0)
      framesPerSecond.value = (frames * 1000) / spanMs
      links.value = new Map(event.links.map((link) => [linkKey(link), { ...link, spanMs }]))
    }
  }

  useLabStore().listen({
    reset(snapshot) {
      reset()
      take(snapshot.events)
      const { load } = snapshot.series
      opsPerSecond.value = load.at(-1)?.ackedPerSecond ?? null
    },
    events: take,
    series(frame) {
      const last = (frame.whole?.load ?? frame.load).at(-1)
      if (last) opsPerSecond.value = last.ackedPerSecond
    },
    status(status) {
      if (status.state === 'idle') reset()
    },
  })

  return { framesPerSecond, opsPerSecond, links }
})
