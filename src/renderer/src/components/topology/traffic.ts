/**
 * Moving pictures of recorded traffic. Samples tell which frames passed a link in a span of time,
 * not when within it: they are spread over the span. Nothing is drawn that was not recorded.
 *
 * Units:  lab time in ms. A flight is drawn slower than a frame on loopback really is; with a delay
 *         fault it takes as long as the frame did.
 */
import { FAMILY_OF } from '../../../../core/paxos/message'
import type { MessageFamily, MessageType } from '../../../../core/paxos/message'
import { parseBallot } from '../../../../core/paxos/ballot'
import { linkKey } from '../../../../core/fault'
import type { Link } from '../../../../core/fault'
import type { LinkTraffic } from '../../../../core/event'

/** Above this many messages a second in view, links show flow and rate instead of packets. */
export const PACKETS_PER_SECOND_MAX = 60
/** Flights kept at once; more samples are counted in `hidden`. */
export const FLIGHTS_MAX = 120
/** How long a frame is drawn on its way when nothing delays it. */
export const FLIGHT_MS = 700
/** The same in a still picture of the past, where nothing has to be followed by eye. */
export const FLIGHT_MS_STILL = 80
/** A still picture shows packets at any rate, as long as they are no more than this. */
export const STILL_FLIGHTS_MAX = 40
/** A dropped frame stops here, and its mark stays a moment. */
export const DROP_AT = 0.5
export const DROP_HOLD_MS = 500

export interface TrafficSample {
  readonly seq: number
  readonly atMs: number
  readonly links: readonly LinkTraffic[]
}

export type PacketForm = 'circle' | 'square' | 'ring2' | 'cross' | 'dot' | 'diamond'

export interface Flight extends Link {
  /** Unique in a run. */
  readonly id: string
  readonly type: MessageType
  readonly family: MessageFamily
  /** Ballot as text, or ''. */
  readonly ballot: string
  /** Node that owns the ballot; null: the message carries none. */
  readonly owner: number | null
  readonly slot: number
  readonly fate: 'passed' | 'dropped' | 'doubled'
  readonly startMs: number
  readonly flightMs: number
  /** When it is no longer drawn. */
  readonly endMs: number
}

/** Circle phase 1, square phase 2; filled request, hollow reply. */
export const FORM_OF: Readonly<Record<MessageType, { form: PacketForm; hollow: boolean }>> = {
  prepare: { form: 'circle', hollow: false },
  promise: { form: 'circle', hollow: true },
  accept: { form: 'square', hollow: false },
  accepted: { form: 'square', hollow: true },
  nack: { form: 'cross', hollow: false },
  heartbeat: { form: 'dot', hollow: false },
  alive: { form: 'dot', hollow: true },
  canvass: { form: 'circle', hollow: false },
  support: { form: 'circle', hollow: true },
  readIndex: { form: 'diamond', hollow: false },
  readAt: { form: 'diamond', hollow: true },
  snapshot: { form: 'ring2', hollow: true },
  snapshotAsk: { form: 'ring2', hollow: true },
  chosen: { form: 'ring2', hollow: true },
  catchUp: { form: 'ring2', hollow: true },
  query: { form: 'ring2', hollow: true },
  held: { form: 'ring2', hollow: true },
  forward: { form: 'diamond', hollow: false },
  forwarded: { form: 'diamond', hollow: true },
  blogPrepare: { form: 'circle', hollow: false },
  blogPromise: { form: 'circle', hollow: true },
  blogReject: { form: 'cross', hollow: false },
  blogAccept: { form: 'square', hollow: false },
  blogQuery: { form: 'ring2', hollow: true },
  blogHeld: { form: 'ring2', hollow: true },
}

/**
 * Flights of one sample whose span began at `fromMs`. `delayOf`: ms a fault adds on that link.
 * `leastMs`: how long a flight is drawn at least.
 */
export function flightsOf(
  sample: TrafficSample,
  fromMs: number,
  delayOf: (link: Link) => number,
  leastMs = FLIGHT_MS,
): Flight[] {
  const spanMs = Math.max(sample.atMs - fromMs, 1)
  return sample.links.flatMap((traffic) => {
    const flightMs = Math.max(leastMs, delayOf(traffic))
    return thinned(traffic).map(([type, ballot, slot, fate], index, all) => {
      const startMs = fromMs + (spanMs * (index + 0.5)) / all.length
      const shownMs = fate === 'dropped' ? flightMs * DROP_AT + DROP_HOLD_MS : flightMs
      return {
        id: `${sample.seq}:${linkKey(traffic)}:${index}`,
        from: traffic.from,
        to: traffic.to,
        type,
        family: FAMILY_OF[type],
        ballot,
        owner: parseBallot(ballot)?.node ?? null,
        slot,
        fate,
        startMs,
        flightMs,
        endMs: startMs + shownMs,
      }
    })
  })
}

/** Heartbeats repeat themselves: one a sample says as much as five, and hides less. */
function thinned(traffic: LinkTraffic): LinkTraffic['samples'] {
  let beats = 0
  return traffic.samples.filter(([type]) => type !== 'heartbeat' || beats++ === 0)
}

/** Share of the way at `nowMs`, 0 to 1, at most `stopAt` if dropped; null: not on its way. */
export function progressOf(flight: Flight, nowMs: number, stopAt = DROP_AT): number | null {
  if (nowMs < flight.startMs || nowMs >= flight.endMs) return null
  const share = Math.min(1, (nowMs - flight.startMs) / flight.flightMs)
  return flight.fate === 'dropped' ? Math.min(share, stopAt) : share
}

export interface LinkRate extends Link {
  readonly key: string
  /** Frames a second, all types. */
  readonly perSecond: number
  /** The same without heartbeats. */
  readonly busyPerSecond: number
  readonly droppedPerSecond: number
  /** What most frames are; null: only heartbeats, or nothing. */
  readonly family: MessageFamily | null
  /** Owner of most sampled ballots; null: none was sampled. */
  readonly owner: number | null
}

export interface RateView {
  readonly links: ReadonlyMap<string, LinkRate>
  /** Without heartbeats, over all links: decides between packets and flow. */
  readonly busyPerSecond: number
  readonly perSecond: number
}

export const NO_RATES: RateView = { links: new Map(), busyPerSecond: 0, perSecond: 0 }

/** Rates over the spans of `samples`, which are in order; the first span began at `fromMs`. */
export function ratesOf(samples: readonly TrafficSample[], fromMs: number): RateView {
  const last = samples.at(-1)
  if (!last) return NO_RATES
  const seconds = Math.max(last.atMs - fromMs, 1) / 1000
  const sums = new Map<string, LinkSum>()
  for (const sample of samples) {
    for (const traffic of sample.links) addTo(sums, traffic)
  }
  const links = new Map<string, LinkRate>()
  let busy = 0
  let all = 0
  for (const [key, sum] of sums) {
    busy += sum.busy
    all += sum.frames
    links.set(key, {
      key,
      from: sum.from,
      to: sum.to,
      perSecond: sum.frames / seconds,
      busyPerSecond: sum.busy / seconds,
      droppedPerSecond: sum.dropped / seconds,
      family: mostOf(sum.families),
      owner: mostOf(sum.owners),
    })
  }
  return { links, busyPerSecond: busy / seconds, perSecond: all / seconds }
}

interface LinkSum extends Link {
  frames: number
  busy: number
  dropped: number
  readonly families: Map<MessageFamily, number>
  readonly owners: Map<number, number>
}

function addTo(sums: Map<string, LinkSum>, traffic: LinkTraffic): void {
  const key = linkKey(traffic)
  let sum = sums.get(key)
  if (!sum) {
    const { from, to } = traffic
    sum = { from, to, frames: 0, busy: 0, dropped: 0, families: new Map(), owners: new Map() }
    sums.set(key, sum)
  }
  sum.frames += traffic.frames
  sum.dropped += traffic.dropped
  sum.busy += Math.max(0, traffic.frames - (traffic.types.heartbeat ?? 0))
  for (const type of Object.keys(FAMILY_OF) as MessageType[]) {
    const count = traffic.types[type] ?? 0
    const family = FAMILY_OF[type]
    if (count > 0 && family !== 'heartbeat')
      sum.families.set(family, (sum.families.get(family) ?? 0) + count)
  }
  for (const [type, ballot] of traffic.samples) {
    const owner = parseBallot(ballot)?.node
    if (owner !== undefined && type !== 'heartbeat')
      sum.owners.set(owner, (sum.owners.get(owner) ?? 0) + 1)
  }
}

function mostOf<T>(counts: ReadonlyMap<T, number>): T | null {
  let best: T | null = null
  let most = 0
  for (const [key, count] of counts) {
    if (count > most) {
      best = key
      most = count
    }
  }
  return best
}

/** Width of a flow in px: one step each tenfold, so that slow and busy links both show. */
export function flowWidth(perSecond: number): number {
  if (perSecond < 0.5) return 0
  return Math.min(5, 1 + Math.log10(Math.max(1, perSecond)) * 1.05)
}
