/**
 * Recorded traffic as the topology shows it: rates over the last second, and flights to draw.
 * Flights are a plain list that a frame loop reads; only the rates are reactive.
 */
import { shallowRef } from 'vue'
import type { Ref } from 'vue'
import type { LabEvent } from '../../../core/event'
import type { Link } from '../../../core/fault'
import {
  messageFlights,
  sampleOfMessages,
  tellsMessages,
} from '../components/topology/messageFlights'
import {
  FLIGHT_MS,
  FLIGHT_MS_STILL,
  FLIGHTS_MAX,
  flightsOf,
  NO_RATES,
  PACKETS_PER_SECOND_MAX,
  progressOf,
  ratesOf,
  STILL_FLIGHTS_MAX,
} from '../components/topology/traffic'
import type { Flight, RateView, TrafficSample } from '../components/topology/traffic'

const RATE_SPAN_MS = 1000
/** Spans longer than this are a gap in the record, not a slow sample. */
const SPAN_MS_MAX = 1500
const SPAN_MS_FIRST = 250
/** Flow is told of four times a second: it has nothing that moves with each sample. */
const FLOW_GAP_MS = 250
/** From packets to flow above the limit, back again well below it: no flicker in between. */
const PACKETS_AGAIN = PACKETS_PER_SECOND_MAX * 0.8

export interface TrafficView {
  readonly rates: RateView
  readonly mode: 'packets' | 'flow'
  readonly flights: readonly Flight[]
  /** Sampled frames of this view that are not drawn, because FLIGHTS_MAX were on their way. */
  readonly hidden: number
  /** Lab time of the last sample; null: none yet. */
  readonly atMs: number | null
  /** Lab time at which the last sample's span began: where the moving picture is now. */
  readonly fromMs: number
  /** A run of the past goes on before the eye: packets move, and have no labels. */
  readonly isPlayed?: boolean
}

export const NO_TRAFFIC: TrafficView = {
  rates: NO_RATES,
  mode: 'packets',
  flights: [],
  hidden: 0,
  atMs: null,
  fromMs: 0,
}

export interface TopologyTraffic {
  readonly view: Ref<TrafficView>
  /** Takes the traffic samples out of a batch of events, in order. */
  add(batch: readonly LabEvent[]): void
  reset(): void
}

interface Spanned {
  readonly sample: TrafficSample
  readonly fromMs: number
}

/**
 * `delayOf`: ms that faults add to a link now. `flowGapMs`: flow is told of no more often.
 */
export function useTopologyTraffic(
  delayOf: (link: Link) => number,
  flowGapMs = FLOW_GAP_MS,
): TopologyTraffic {
  const view = shallowRef<TrafficView>(NO_TRAFFIC)
  let recent: Spanned[] = []
  /** Of the last sample, which the view may not tell of yet. */
  let lastMs: number | null = null

  function add(batch: readonly LabEvent[]): void {
    for (const event of batch) if (event.type === 'trafficSampled') addSample(event)
  }

  function addSample(sample: TrafficSample): void {
    const before = view.value
    if (lastMs !== null && sample.atMs <= lastMs) return
    const fromMs = spanStart(lastMs, sample.atMs)
    lastMs = sample.atMs
    recent = [...recent, { sample, fromMs }].filter(
      (entry) => entry.sample.atMs > sample.atMs - RATE_SPAN_MS,
    )
    const isFresh = before.atMs !== null && sample.atMs - before.atMs < flowGapMs
    if (before.mode === 'flow' && isFresh) return
    const rates = ratesOf(
      recent.map((entry) => entry.sample),
      recent[0]?.fromMs ?? fromMs,
    )
    const limit = before.mode === 'flow' ? PACKETS_AGAIN : PACKETS_PER_SECOND_MAX
    const mode = rates.busyPerSecond > limit ? 'flow' : 'packets'
    const fresh = mode === 'packets' ? flightsOf(sample, fromMs, delayOf) : []
    const flying = before.flights.filter((flight) => flight.endMs > fromMs)
    const all = [...flying, ...fresh]
    view.value = {
      rates,
      mode,
      flights: mode === 'packets' ? all.slice(0, FLIGHTS_MAX) : [],
      hidden: mode === 'packets' ? Math.max(0, all.length - FLIGHTS_MAX) : 0,
      atMs: sample.atMs,
      fromMs,
    }
  }

  function reset(): void {
    recent = []
    lastMs = null
    view.value = NO_TRAFFIC
  }

  return { view, add, reset }
}

/**
 * Traffic at a moment of the past, from the events around it. A still picture shows the packets
 * that were on their way then, whatever the rate, unless they are too many to see. While the run
 * is played it looks as it did live: packets that can be followed by eye, or flow. Single messages
 * are drawn where they were recorded, else samples, spread over their span.
 */
export function trafficAt(
  events: readonly LabEvent[],
  atMs: number,
  delayOf: (link: Link) => number,
  isPlayed = false,
): TrafficView {
  const folded = useTopologyTraffic(delayOf, 0)
  folded.add(events)
  const samples = events.flatMap((event) => (event.type === 'trafficSampled' ? [event] : []))
  const leastMs = isPlayed ? FLIGHT_MS : FLIGHT_MS_STILL
  const isSingle = tellsMessages(events)
  const flights = isSingle
    ? messageFlights(events, atMs, leastMs)
    : samples.flatMap((sample, index) => {
        const fromMs = spanStart(samples[index - 1]?.atMs ?? null, sample.atMs)
        return flightsOf(sample, fromMs, delayOf, leastMs)
      })
  const flying = flights.filter((flight) => progressOf(flight, atMs) !== null)
  const view = folded.view.value
  const fromMs = atMs - RATE_SPAN_MS
  const rates =
    samples.length > 0 || !isSingle
      ? view.rates
      : ratesOf([sampleOfMessages(events, fromMs, atMs)], fromMs)
  const most = isPlayed ? FLIGHTS_MAX : STILL_FLIGHTS_MAX
  const isCalm = !isPlayed || rates.busyPerSecond <= PACKETS_PER_SECOND_MAX
  const mode = isCalm && flying.length <= most ? 'packets' : 'flow'
  const shown = mode === 'packets' ? flying : []
  return { ...view, rates, mode, flights: shown, hidden: 0, isPlayed }
}

function spanStart(lastMs: number | null, atMs: number): number {
  if (lastMs === null || atMs - lastMs > SPAN_MS_MAX) return Math.max(0, atMs - SPAN_MS_FIRST)
  return lastMs
}
