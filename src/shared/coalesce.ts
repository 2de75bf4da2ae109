/**
 * Coalescing: what of a batch of events a viewer gets. The record keeps everything; a picture needs
 * the milestones.
 *
 * Always:  landmarks: what pictures would be untrue without, such as the end of a fault.
 * Milestones: what a person did or follows, such as bids, elections, replies, as long as a batch
 *          has room.
 * Merged:  `issued`, `chosen`, `learned` of one node at one ballot in one run of slots become one
 *          event.
 * Details: `promised`, `voted`, `persisted`, `applied` and the like, as long as they are few.
 */
import type { LabEvent, LabEventType } from '../core/event'
import { sameBallot } from '../core/paxos/ballot'

/** Events of one batch (100 ms) that go to viewers. */
export const BATCH_EVENTS_MAX = 200
/** More of a kind of detail in a batch than this, and none of that kind is shown. */
const DETAILS_OF_A_KIND_MAX = 20
/** Command ids that a merged event carries; the record has them all. */
const MERGED_IDS_MAX = 64

type RunEvent = Extract<LabEvent, { readonly type: 'issued' | 'chosen' | 'learned' }>

export const DETAILS: ReadonlySet<LabEventType> = new Set([
  'promised',
  'voted',
  'persisted',
  'sentAfter',
  'applied',
  'submitted',
  'answered',
] as const)

/** What stands in pictures until another of them ends it, and what nobody may miss. */
export const LANDMARKS: ReadonlySet<LabEventType> = new Set([
  ...(['clusterStarted', 'clusterStopped', 'nodeStarted', 'nodeReady', 'nodeExited'] as const),
  ...(['faultStarted', 'faultEnded', 'acted', 'violated', 'factsDropped', 'policySet'] as const),
])

/** Samples feed pictures and are no milestones: they are not kept for a viewer that comes later. */
export const SAMPLES: ReadonlySet<LabEventType> = new Set([
  'statusSampled',
  'trafficSampled',
  'loadSampled',
  'messagesSeen',
  'messagesWatched',
] as const)

export interface Coalesced {
  readonly events: readonly LabEvent[]
  /** Events of the batch that no viewer sees on their own. */
  readonly left: number
}

export function coalesce(batch: readonly LabEvent[]): Coalesced {
  const counts = new Map<LabEventType, number>()
  for (const { type } of batch) counts.set(type, (counts.get(type) ?? 0) + 1)
  const shown = batch.filter(
    ({ type }) => !DETAILS.has(type) || (counts.get(type) ?? 0) <= DETAILS_OF_A_KIND_MAX,
  )
  const events = limit(mergeRuns(shown))
  return { events, left: batch.length - events.length }
}

/** Past the bound details go first, then runs, then the oldest of the rest; landmarks stay. */
function limit(events: readonly LabEvent[]): readonly LabEvent[] {
  let kept = events
  if (kept.length > BATCH_EVENTS_MAX) kept = kept.filter(({ type }) => !DETAILS.has(type))
  if (kept.length > BATCH_EVENTS_MAX) kept = kept.filter((event) => !isRun(event))
  let room = BATCH_EVENTS_MAX - kept.filter(({ type }) => LANDMARKS.has(type)).length
  return kept
    .toReversed()
    .filter(({ type }) => LANDMARKS.has(type) || room-- > 0)
    .toReversed()
}

function mergeRuns(events: readonly LabEvent[]): LabEvent[] {
  const merged: LabEvent[] = []
  /** Place in `merged` of the last run by node and kind. */
  const places = new Map<string, number>()
  for (const event of events) {
    if (!isRun(event)) {
      merged.push(event)
      continue
    }
    const key = `${event.by} ${event.type}`
    const place = places.get(key)
    const before = place === undefined ? undefined : merged[place]
    if (place !== undefined && before !== undefined && isRun(before) && continues(before, event)) {
      merged[place] = joined(before, event)
    } else {
      places.set(key, merged.length)
      merged.push(event)
    }
  }
  return merged
}

function isRun(event: LabEvent): event is RunEvent {
  return event.type === 'issued' || event.type === 'chosen' || event.type === 'learned'
}

function continues(before: RunEvent, after: RunEvent): boolean {
  if (before.slot + before.count !== after.slot) return false
  if (before.type === 'learned' || after.type === 'learned') {
    return before.type === 'learned' && after.type === 'learned' && before.via === after.via
  }
  if (!sameBallot(before.ballot, after.ballot)) return false
  return before.type !== 'issued' || after.type !== 'issued' || before.cause === after.cause
}

/** Keeps the place and time of the first, so that the batch stays in order. */
function joined(before: RunEvent, after: RunEvent): RunEvent {
  const room = MERGED_IDS_MAX - before.ids.length
  const ids = room <= 0 ? before.ids : before.ids.concat(after.ids.slice(0, room))
  return { ...before, count: before.count + after.count, ids }
}
