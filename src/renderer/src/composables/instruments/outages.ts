/**
 * Outage cards: what each fault did to clients, by the rules of `core/report/availability.ts`, on
 * the run so far.
 *
 * Samples are those of the load generator where they were pushed to this window; before that, the
 * throughput series, whose buckets are wider in a long run. Bound: `CARDS_MAX` faults, the newest.
 */
import type { ActiveFault } from '../../../../core/fault'
import type { LoadPoint } from '../../../../core/measure/series'
import { AckSamples, availabilityOf } from '../../../../core/report/availability'
import type { AckSample, Availability, NoCard } from '../../../../core/report/availability'
import type { EventSequence } from '../../stores/eventLog'

export const CARDS_MAX = 100

export interface OutageCard {
  readonly fault: ActiveFault
  /** Where the record tells of it; null: it left the front of the log. */
  readonly seq: number | null
  readonly fromMs: number
  /** Null: it holds at the moment that is shown. */
  readonly toMs: number | null
  readonly figures: Availability | null
  readonly why: NoCard | null
}

/** Until the moment, oldest first. */
export function ackSamples(
  events: EventSequence,
  until: number,
  series: { readonly points: readonly LoadPoint[]; readonly spanMs: number },
  atMs: number,
): readonly AckSample[] {
  const samples = new AckSamples()
  for (let at = 0; at < until; at += 1) samples.feed(events.at(at)!)
  const pushed = samples.all
  const firstMs = pushed[0]?.fromMs ?? Infinity
  const older = series.points.flatMap((point): AckSample[] => {
    if (point.atMs > Math.min(firstMs, atMs)) return []
    const fromMs = point.atMs - series.spanMs
    const acked = (point.ackedPerSecond * series.spanMs) / 1000
    return [{ fromMs, toMs: point.atMs, acked }]
  })
  return [...older, ...pushed]
}

/** Newest first. `active`: faults whose start may have left the log. */
export function outageCards(
  events: EventSequence,
  until: number,
  active: readonly ActiveFault[],
  samples: readonly AckSample[],
  atMs: number,
): OutageCard[] {
  const faults = new Map<string, { fault: ActiveFault; seq: number | null }>()
  for (const fault of active) {
    if (fault.startedAtMs <= atMs) faults.set(fault.id, { fault, seq: null })
  }
  for (let at = 0; at < until; at += 1) {
    const event = events.at(at)!
    if (event.type === 'faultStarted') {
      faults.set(event.fault.id, { fault: event.fault, seq: event.seq })
    } else if (event.type === 'faultEnded') {
      const seq = faults.get(event.fault.id)?.seq ?? event.seq
      faults.set(event.fault.id, { fault: event.fault, seq })
    }
  }
  return [...faults.values()]
    .sort((a, b) => b.fault.startedAtMs - a.fault.startedAtMs)
    .slice(0, CARDS_MAX)
    .map(({ fault, seq }) => cardOf(fault, seq, samples, atMs))
}

function cardOf(
  fault: ActiveFault,
  seq: number | null,
  samples: readonly AckSample[],
  atMs: number,
): OutageCard {
  const { startedAtMs: fromMs, endedAtMs } = fault
  const toMs = endedAtMs !== null && endedAtMs <= atMs ? endedAtMs : null
  const found = availabilityOf(samples, { startedAtMs: fromMs, endedAtMs: toMs })
  const isNone = typeof found === 'string'
  return {
    ...{ fault, seq, fromMs, toMs },
    figures: isNone ? null : found,
    why: isNone ? found : null,
  }
}

/** Of the samples around a fault: rates for a small picture, at most `count` bars. */
export function sparkOf(
  samples: readonly AckSample[],
  fromMs: number,
  toMs: number,
  count: number,
): (number | null)[] {
  const span = (toMs - fromMs) / count
  const sums = Array.from({ length: count }, () => ({ acked: 0, ms: 0 }))
  for (const sample of samples) {
    const middle = (sample.fromMs + sample.toMs) / 2
    const sum = sums[Math.floor((middle - fromMs) / span)]
    if (!sum) continue
    sum.acked += sample.acked
    sum.ms += sample.toMs - sample.fromMs
  }
  return sums.map(({ acked, ms }) => (ms === 0 ? null : (acked * 1000) / ms))
}
