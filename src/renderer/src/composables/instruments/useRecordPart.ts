/**
 * A part of the record, kept up to date while an instrument is open: at most two calls a second,
 * one at a time. What is not there yet comes later; until then the pushed events must do.
 */
import { useThrottleFn } from '@vueuse/core'
import { onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { LabEvent } from '../../../../core/event'
import { useLabStore } from '../../stores/lab'
import { RecordWindow } from './recordWindow'
import type { ReadRecord, SeqRange } from './recordWindow'

const ROUND_MS = 500

export interface RecordPart {
  readonly range: SeqRange | null
  readonly events: readonly LabEvent[]
  /** Last place of the record that `events` holds; 0: none. */
  readonly through: number
}

const NOTHING: RecordPart = { range: null, events: [], through: 0 }

/** Reads the record of the run that is shown, wherever it is kept. */
export function useReadRecord(): ReadRecord {
  const lab = useLabStore()
  return async (from, to) => {
    if (lab.saved !== null) return await lab.saved.read(from, to)
    return await lab.ask((call) => call.events(from, to))
  }
}

export function useRecordPart(wanted: () => SeqRange | null): ShallowRef<RecordPart> {
  const lab = useLabStore()
  const read = useReadRecord()
  const part = shallowRef<RecordPart>(NOTHING)
  const record = new RecordWindow()
  let asking = false
  let closed = false

  async function round(): Promise<void> {
    const range = wanted()
    if (asking || closed || range === null) return
    const run = runKey()
    const asked = record.next(range)
    if (asked !== null) {
      asking = true
      // Without the record, what was pushed is shown; the host's state has a banner of its own.
      const events = await read(asked.from, asked.to).catch(() => null)
      asking = false
      if (closed) return
      if (run !== runKey()) return void refresh()
      if (events !== null) record.take(asked, events, lab.saved !== null)
    }
    const { through } = record
    part.value = { range, events: [...record.events], through }
    if (asked !== null && record.next(range) !== null) void refresh()
  }

  const runKey = (): unknown => lab.saved ?? lab.status.cluster
  const refresh = useThrottleFn(round, ROUND_MS, true)
  onMounted(round)
  onBeforeUnmount(() => (closed = true))
  watch(runKey, () => {
    record.clear()
    part.value = NOTHING
  })
  watch(
    () => JSON.stringify(wanted()),
    () => void refresh(),
  )
  return part
}
