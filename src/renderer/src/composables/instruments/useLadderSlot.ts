/**
 * One slot of the record of the run that is shown, for instruments about its ballots: its facts up
 * to the moment, which slot it is, and what its values are called.
 */
import { computed, ref, watch } from 'vue'
import { askedTexts } from '../../../../shared/askedTexts'
import { useEventsStore } from '../../stores/events'
import { useLabStore } from '../../stores/lab'
import { useSelectionStore } from '../../stores/selection'
import { useTimeStore } from '../../stores/time'
import { useSlots } from '../useSlots'
import { isLadderFact, tallSlots } from './p2cFacts'
import { useRecordFacts } from './readsRecord'
import { settingOf } from './readsSetting'
import { textsOf } from './readsTexts'

const SLOTS_OFFERED_MAX = 30

export type LadderSlot = ReturnType<typeof useLadderSlot>

export function useLadderSlot() {
  const lab = useLabStore()
  const time = useTimeStore()
  const selection = useSelectionStore()
  const events = useEventsStore()
  const record = useRecordFacts(isLadderFact)
  const picked = ref<number | null>(null)

  const facts = computed(() => {
    const all = record.value.facts
    return time.live ? all : all.filter(({ atMs }) => atMs <= time.shownMs)
  })
  const tall = computed(() => tallSlots(facts.value, SLOTS_OFFERED_MAX))
  const slot = computed(() => picked.value ?? tall.value[0]?.slot ?? null)
  const setting = computed(() => settingOf(record.value.facts, lab.status.options, lab.members))
  const held = useSlots(() => (slot.value === null ? null : { from: slot.value, count: 1 }))
  /** Also of a value that no node holds any more. */
  const asked = computed(() => (lab.saved === null ? null : askedTexts(events.held)))
  const texts = computed(() => {
    return new Map([...(asked.value ?? []), ...textsOf(facts.value, slot.value ?? 0, held.value)])
  })

  /** `found`: there is something to show. */
  function emptyWords(found: boolean): string | null {
    if (lab.members.length === 0) return 'No cluster. Start one and write a value, or open a run.'
    if (found) return null
    if (record.value.reading) return 'Reading the record…'
    if (slot.value === null) return 'Nothing was proposed yet. Write a value to see its votes.'
    return `Nothing was proposed in slot ${slot.value} up to this moment. Choose another slot.`
  }

  function pickSlot(value: number): void {
    picked.value = value
    selection.select({ kind: 'slot', slot: value })
  }

  function pin(atMs: number, seq: number | null): void {
    time.pin(atMs)
    // What a node was asked for has no event.
    if (seq !== null && Number.isFinite(seq)) selection.select({ kind: 'event', seq })
  }

  watch(
    () => selection.current,
    (current) => {
      if (current.kind === 'slot') picked.value = current.slot
    },
    { immediate: true },
  )
  watch(
    () => lab.status.cluster,
    () => (picked.value = null),
  )
  const text = (id: string): string => texts.value.get(id) ?? id
  return { record, facts, tall, slot, setting, text, emptyWords, pickSlot, pin }
}
