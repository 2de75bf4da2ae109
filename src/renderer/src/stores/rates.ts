/** Rates the status bar and the inspector show: frames and operations a second, as last sampled. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { LabEvent, LinkTraffic } from '../../../core/event'
import { linkKey } from '../../../core/fault'
import { useLabStore } from './lab'

/** What passed a link within `spanMs`. */
export interface LinkRate extends LinkTraffic {
  readonly spanMs: number
}

type Sample = Extract<LabEvent, { readonly type: 'trafficSampled' }>

/** Samples come late and in bursts from a machine at its end: one alone tells no rate. */
const RATE_SPAN_MS = 1000
/** Numbers that change more often cannot be read. */
const TOLD_GAP_MS = 250

export const useRatesStore = defineStore('rates', () => {
  /** Frames a second over all links; null: nothing sampled yet, or direct mode. */
  const framesPerSecond = shallowRef<number | null>(null)
  const opsPerSecond = shallowRef<number | null>(null)
  const links = shallowRef<ReadonlyMap<string, LinkRate>>(new Map())
  /** Those that ended within the last second. */
  let recent: Sample[] = []
  /** When the sample before them ended; null: none was seen, so no span is known. */
  let sinceMs: number | null = null
  /** Time of the newest sample that the rates tell of. */
  let toldMs = -Infinity

  function reset(): void {
    framesPerSecond.value = null
    opsPerSecond.value = null
    links.value = new Map()
    recent = []
    sinceMs = null
    toldMs = -Infinity
  }

  function take(batch: readonly LabEvent[]): void {
    let sampled = false
    for (const event of batch) {
      if (event.type === 'clusterStopped') reset()
      if (event.type !== 'trafficSampled') continue
      if (sinceMs === null) sinceMs = event.atMs
      else recent.push(event)
      sampled = true
    }
    const last = recent.at(-1)
    if (!sampled || !last || sinceMs === null) return
    // The span of what is kept must be whole: from the end of a sample to the end of another.
    while (recent.length > 1 && recent[0]!.atMs <= last.atMs - RATE_SPAN_MS) {
      sinceMs = recent.shift()!.atMs
    }
    if (last.atMs - toldMs < TOLD_GAP_MS) return
    toldMs = last.atMs
    const spanMs = Math.max(1, last.atMs - sinceMs)
    links.value = linkRates(recent, spanMs)
    const frames = [...links.value.values()].reduce((sum, link) => sum + link.frames, 0)
    framesPerSecond.value = (frames * 1000) / spanMs
  }

  /** A switchboard that nothing passes sends no samples: a second without one is of nothing. */
  function rest(atMs: number): void {
    const lastMs = recent.at(-1)?.atMs ?? sinceMs
    if (lastMs === null || atMs < lastMs + RATE_SPAN_MS) return
    recent = []
    // What passes next is of the second before it, not of all the time in which nothing did.
    sinceMs = atMs - RATE_SPAN_MS
    toldMs = -Infinity
    if (framesPerSecond.value === 0) return
    framesPerSecond.value = 0
    links.value = new Map()
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
      else rest(status.atMs)
    },
  })

  return { framesPerSecond, opsPerSecond, links }
})

/** What passed each link in samples of `spanMs` together. */
export function linkRates(
  samples: readonly Pick<Sample, 'links'>[],
  spanMs: number,
): Map<string, LinkRate> {
  const sums = new Map<string, LinkRate>()
  for (const link of samples.flatMap((sample) => sample.links)) {
    const key = linkKey(link)
    const before = sums.get(key)
    sums.set(key, before ? added(before, link) : { ...link, spanMs })
  }
  return sums
}

function added(before: LinkRate, link: LinkTraffic): LinkRate {
  const types = { ...before.types }
  for (const [type, frames] of Object.entries(link.types)) {
    const name = type as keyof typeof types
    types[name] = (types[name] ?? 0) + frames
  }
  return {
    ...link,
    ...{ spanMs: before.spanMs, types },
    frames: before.frames + link.frames,
    bytes: before.bytes + link.bytes,
    dropped: before.dropped + link.dropped,
    duplicated: before.duplicated + link.duplicated,
  }
}
