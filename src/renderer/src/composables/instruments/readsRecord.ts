/**
 * Events of some kinds out of the record of the run that is shown, read in parts: the window holds
 * milestones only, and an instrument that judges needs every vote.
 *
 * Limits: READ_EVENTS_MAX events of the record are looked at, FACTS_MAX of them kept; `skipped`
 *         counts what was passed over. One part at a time; live, a round a second.
 * Errors: where the record cannot be read, what this window holds is taken instead.
 */
import { useThrottleFn } from '@vueuse/core'
import { onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { LabEvent } from '../../../../core/event'
import { useEventsStore } from '../../stores/events'
import { useLabStore } from '../../stores/lab'

/** What one call answers at most. */
const PART_EVENTS_MAX = 10_000
const PARTS_A_ROUND_MAX = 60
/** From the end of the record backwards. */
export const READ_EVENTS_MAX = 500_000
export const FACTS_MAX = 100_000
const ROUND_MS = 1000

export interface RecordFacts {
  /** In the order of the record. */
  readonly facts: readonly LabEvent[]
  /** Events that nobody looked at, and facts that were let go. */
  readonly skipped: number
  readonly reading: boolean
}

const NOTHING_READ: RecordFacts = { facts: [], skipped: 0, reading: false }

interface Progress {
  /** The next event to be read. */
  next: number
  skipped: number
  facts: LabEvent[]
}

export function useRecordFacts(isWanted: (event: LabEvent) => boolean): ShallowRef<RecordFacts> {
  const lab = useLabStore()
  const events = useEventsStore()
  const told = shallowRef<RecordFacts>(NOTHING_READ)
  let progress = fresh()
  let reading = false
  let gone = false

  /** False: the run that is shown is another one by now. */
  async function readPart(own: Progress): Promise<boolean> {
    const last = lab.status.events
    const floor = last - READ_EVENTS_MAX + 1
    if (own.next < floor) {
      own.skipped += floor - own.next
      own.next = floor
    }
    const to = Math.min(own.next + PART_EVENTS_MAX - 1, last)
    const part = await lab.ask((call) => call.events(own.next, to))
    if (own !== progress || gone) return false
    own.next = to + 1
    take(own, part.filter(isWanted))
    return true
  }

  async function round(): Promise<void> {
    if (reading || gone) return
    const own = progress
    if (own.next > lab.status.events) return
    reading = true
    try {
      for (let parts = 0; parts < PARTS_A_ROUND_MAX; parts += 1) {
        if (own.next > lab.status.events || !(await readPart(own))) break
        tell(own, own.next <= lab.status.events)
      }
    } catch {
      if (own === progress && !gone) told.value = held([...events.held].filter(isWanted))
    } finally {
      reading = false
    }
    // The run changed while a part was on its way.
    if (own !== progress && !gone) void round()
  }

  function tell(own: Progress, isReading: boolean): void {
    told.value = { facts: [...own.facts], skipped: own.skipped, reading: isReading }
  }

  const refresh = useThrottleFn(round, ROUND_MS, true)
  onMounted(round)
  onBeforeUnmount(() => (gone = true))
  watch(() => lab.status, refresh)
  watch([() => lab.status.cluster, () => lab.saved], () => {
    progress = fresh()
    told.value = NOTHING_READ
    void round()
  })
  return told
}

function fresh(): Progress {
  return { next: 1, skipped: 0, facts: [] }
}

function held(facts: readonly LabEvent[]): RecordFacts {
  return { facts, skipped: 0, reading: false }
}

function take(own: Progress, facts: readonly LabEvent[]): void {
  // The start of the run says what counts as a quorum: it is never let go.
  own.facts.push(...facts)
  const over = own.facts.length - FACTS_MAX
  if (over <= 0) return
  own.skipped += over
  const started = own.facts.filter((fact, index) => index < over && fact.type === 'clusterStarted')
  own.facts = [...started.slice(-1), ...own.facts.slice(over)]
}
