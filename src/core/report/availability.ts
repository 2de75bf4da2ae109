/**
 * Availability: how one fault touched what clients got, against the time just before it.
 *
 * Measured on the samples of the load generator, grouped until a group may expect `ACKS_MIN`
 * acknowledged requests, so that a slow load is not taken for an outage.
 *   baseline       acknowledged requests a second in the `BASELINE_MS` before the fault began
 *   total outage   time of the groups in which nothing was acknowledged
 *   partial outage time of the groups below `DISTURBED_SHARE` of the baseline, not zero
 *   recovery       from the beginning of the fault until `RECOVERED_MS` at `RECOVERED_SHARE` of the
 *                  baseline begin, after the first group that was below `DISTURBED_SHARE`; 0: no
 *                  group was; null: not while the load ran
 * The groups that count begin in the fault and end with it, with the recovery, or `LEAST_MS` after
 * its beginning, whichever is last; the load's end ends them all.
 *
 * Units: ms of lab time. Resolution: one sample of the load, 100 ms; at most `SAMPLES_MAX` samples
 *        are kept, then neighbours merge.
 */
import type { LabEvent } from '../event'

export const BASELINE_MS = 2000
/** Less load than this before a fault says nothing. */
export const BASELINE_MS_MIN = 500
export const DISTURBED_SHARE = 0.5
export const RECOVERED_SHARE = 0.9
export const RECOVERED_MS = 500
export const LEAST_MS = 1000
const ACKS_MIN = 5
const GROUP_MS_MAX = 2000
/** A gap longer than this between two samples: the load was off. */
const GAP_MS = 150
const SAMPLES_MAX = 20_000

/** What was acknowledged in a span of time while the load ran. */
export interface AckSample {
  readonly fromMs: number
  readonly toMs: number
  readonly acked: number
}

export interface FaultTime {
  readonly startedAtMs: number
  /** Null: it lasted to the end of the run. */
  readonly endedAtMs: number | null
}

export interface Availability {
  readonly baselinePerSecond: number
  readonly totalOutageMs: number
  readonly partialOutageMs: number
  readonly recoveryMs: number | null
}

/** Why there is nothing to compare with. */
export type NoCard = 'noLoad' | 'nothingAcknowledged'

/** Collects the samples of a load. */
export class AckSamples {
  #samples: AckSample[] = []

  feed(event: LabEvent): void {
    if (event.type !== 'loadSampled' || event.clients === 0) return
    const fromMs = Math.max(event.atMs - event.spanMs, this.#samples.at(-1)?.toMs ?? 0)
    if (event.atMs <= fromMs) return
    this.#samples.push({ fromMs, toMs: event.atMs, acked: event.acked })
    if (this.#samples.length > SAMPLES_MAX) this.#samples = mergePairs(this.#samples)
  }

  get all(): readonly AckSample[] {
    return this.#samples
  }
}

export function availabilityOf(
  samples: readonly AckSample[],
  fault: FaultTime,
): Availability | NoCard {
  const { startedAtMs } = fault
  const before = samples.filter(
    ({ fromMs, toMs }) => toMs <= startedAtMs && fromMs >= startedAtMs - BASELINE_MS,
  )
  const last = before.at(-1)
  // A load that had ended before is none.
  if (last === undefined || startedAtMs - last.toMs > GAP_MS) return 'noLoad'
  if (spanOf(before) < BASELINE_MS_MIN) return 'noLoad'
  const baselinePerSecond = perSecond(before)
  if (baselinePerSecond <= 0) return 'nothingAcknowledged'
  const groups = groupsOf(
    samples.filter(({ fromMs }) => fromMs >= startedAtMs),
    baselinePerSecond,
  )
  const isDisturbed = (group: AckSample) => perSecond([group]) < DISTURBED_SHARE * baselinePerSecond
  const { recoveryMs, untilMs } = recoveryOf(groups, fault, baselinePerSecond, isDisturbed)
  const counted = groups.filter(({ fromMs }) => fromMs < untilMs)
  return {
    baselinePerSecond,
    totalOutageMs: spanOf(counted.filter(({ acked }) => acked === 0)),
    partialOutageMs: spanOf(counted.filter((one) => one.acked > 0 && isDisturbed(one))),
    recoveryMs,
  }
}

function recoveryOf(
  groups: readonly AckSample[],
  { startedAtMs, endedAtMs }: FaultTime,
  baseline: number,
  isDisturbed: (group: AckSample) => boolean,
): { recoveryMs: number | null; untilMs: number } {
  const leastMs = Math.max(endedAtMs ?? Infinity, startedAtMs + LEAST_MS)
  const first = groups.findIndex((group) => isDisturbed(group) && group.fromMs < leastMs)
  if (first < 0) return { recoveryMs: 0, untilMs: leastMs }
  const back = groups.findIndex(
    (group, at) => at > first && !isDisturbed(group) && isBack(groups, at, baseline),
  )
  const backAtMs = groups[back]?.fromMs
  if (backAtMs === undefined) return { recoveryMs: null, untilMs: Infinity }
  return { recoveryMs: backAtMs - startedAtMs, untilMs: Math.max(leastMs, backAtMs) }
}

/** A whole `RECOVERED_MS` from this group on at nearly the baseline, without a gap in the load. */
function isBack(groups: readonly AckSample[], at: number, baseline: number): boolean {
  const stretch: AckSample[] = []
  for (let next = at; next < groups.length; next += 1) {
    const group = groups[next]
    const last = stretch.at(-1)
    if (!group) return false
    if (last && group.fromMs - last.toMs > GAP_MS) return false
    stretch.push(group)
    // A sample is a little shorter than its nominal span now and then.
    if (stretch.length >= 2 && spanOf(stretch) >= 0.95 * RECOVERED_MS) {
      return perSecond(stretch) >= RECOVERED_SHARE * baseline
    }
  }
  return false
}

/** Neighbours merge until a group may expect `ACKS_MIN`; a gap in the load parts groups. */
function groupsOf(samples: readonly AckSample[], baseline: number): AckSample[] {
  const leastMs = Math.min(GROUP_MS_MAX, (ACKS_MIN * 1000) / baseline)
  const groups: AckSample[] = []
  let open: AckSample | null = null
  for (const sample of samples) {
    if (open && sample.fromMs - open.toMs > GAP_MS) open = null
    open = open
      ? { fromMs: open.fromMs, toMs: sample.toMs, acked: open.acked + sample.acked }
      : sample
    // A timer that is a little early must not double the group.
    if (open.toMs - open.fromMs < 0.9 * leastMs) continue
    groups.push(open)
    open = null
  }
  // What is left is too short to judge.
  return groups
}

function mergePairs(samples: readonly AckSample[]): AckSample[] {
  const merged: AckSample[] = []
  for (let at = 0; at < samples.length; at += 2) {
    const [one, two] = [samples[at], samples[at + 1]]
    if (!one) break
    if (!two || two.fromMs - one.toMs > GAP_MS) merged.push(one, ...(two ? [two] : []))
    else merged.push({ fromMs: one.fromMs, toMs: two.toMs, acked: one.acked + two.acked })
  }
  return merged
}

function spanOf(samples: readonly AckSample[]): number {
  return samples.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
}

function perSecond(samples: readonly AckSample[]): number {
  const spanMs = spanOf(samples)
  const acked = samples.reduce((sum, sample) => sum + sample.acked, 0)
  return spanMs === 0 ? 0 : (acked * 1000) / spanMs
}
