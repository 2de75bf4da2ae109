/** What passed each link in the second before the moment that the pictures show. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { LabEvent } from '../../../core/event'
import { sampleOfMessages } from '../components/topology/messageFlights'
import { linkRates, useRatesStore } from '../stores/rates'
import type { LinkRate } from '../stores/rates'
import { useShownStore } from '../stores/shown'
import { recentEvents } from './topologyPast'

const SPAN_MS = 1000

type Rates = ReadonlyMap<string, LinkRate>

/** From samples where there are some, else from single messages. */
function ratesAt(events: readonly LabEvent[], atMs: number): Rates {
  const samples = events.flatMap((event) => (event.type === 'trafficSampled' ? [event] : []))
  if (samples.length === 0) {
    return linkRates([sampleOfMessages(events, atMs - SPAN_MS, atMs)], SPAN_MS)
  }
  // The first one tells of a span that begins nobody knows when: it only begins the next.
  const [first, ...rest] = samples
  const last = rest.at(-1)
  return first && last ? linkRates(rest, Math.max(1, last.atMs - first.atMs)) : new Map()
}

export function useShownRates(): ComputedRef<Rates> {
  const rates = useRatesStore()
  const shown = useShownStore()
  return computed(() => {
    const { log, status } = shown
    if (log === null) return rates.links
    return ratesAt(recentEvents(log, status.atMs, 2 * SPAN_MS), status.atMs)
  })
}
