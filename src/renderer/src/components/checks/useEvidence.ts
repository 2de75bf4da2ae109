/**
 * The events that show a violation: from this window, else from the record of the run.
 *
 * Bounds: EVENTS_SHOWN_MAX; a check names ten at most, so that more would be somebody else's file.
 */
import { shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { LabEvent } from '../../../../core/event'
import { useEventsStore } from '../../stores/events'
import { useLabStore } from '../../stores/lab'

const EVENTS_SHOWN_MAX = 40

export interface FoundEvidence {
  readonly events: readonly LabEvent[]
  /** Events that neither the window nor the record has. */
  readonly missing: number
  readonly loading: boolean
}

const NOTHING: FoundEvidence = { events: [], missing: 0, loading: false }

export function useEvidence(seqs: () => readonly number[]): Readonly<ShallowRef<FoundEvidence>> {
  const store = useEventsStore()
  const lab = useLabStore()
  const found = shallowRef<FoundEvidence>(NOTHING)
  let asked = 0

  async function look(wanted: readonly number[]): Promise<void> {
    asked += 1
    const turn = asked
    const here = wanted.flatMap((seq) => store.bySeq(seq) ?? [])
    const rest = wanted.filter((seq) => store.bySeq(seq) === null)
    const loading = rest.length > 0
    found.value = { events: inOrder(here), missing: 0, loading }
    if (!loading) return
    const read = await Promise.allSettled(
      rest.map((seq) => lab.ask((call) => call.events(seq, seq))),
    )
    if (turn !== asked) return
    const more = read.flatMap((part) => (part.status === 'fulfilled' ? part.value : []))
    const events = inOrder([...here, ...more])
    found.value = { events, missing: wanted.length - events.length, loading: false }
  }

  watch(
    () => [...new Set(seqs())].slice(0, EVENTS_SHOWN_MAX).join(),
    (text) => void look(text === '' ? [] : text.split(',').map(Number)),
    { immediate: true },
  )
  return found
}

function inOrder(events: readonly LabEvent[]): LabEvent[] {
  return [...events].sort((a, b) => a.seq - b.seq)
}
