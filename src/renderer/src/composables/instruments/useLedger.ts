/**
 * Reads the record of the shown run from its beginning into a `LedgerFold`, part by part, while the
 * cost ledger is open; a live run is followed once a second.
 */
import { onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { useLabStore } from '../../stores/lab'
import { CALL_EVENTS_MAX } from './recordWindow'
import { LedgerFold } from './ledger'
import { useReadRecord } from './useRecordPart'

const FOLLOW_MS = 1000

export interface LedgerState {
  readonly fold: LedgerFold
  /** Part of the record that was read, 0 to 1. */
  readonly share: number
  /** Events that the record should have and this window was not given. */
  readonly missing: number
}

export function useLedger(): ShallowRef<LedgerState> {
  const lab = useLabStore()
  const read = useReadRecord()
  const fresh = (): LedgerState => ({ fold: new LedgerFold(), share: 0, missing: 0 })
  const state = shallowRef(fresh())
  let timer: ReturnType<typeof setTimeout> | null = null
  let next = 1
  let round = 0

  async function follow(mine: number): Promise<void> {
    const { fold } = state.value
    const last = lab.status.events
    if (next <= last) {
      const to = Math.min(last, next + CALL_EVENTS_MAX - 1)
      const events = await read(next, to).catch(() => null)
      if (mine !== round) return
      for (const event of events ?? []) fold.feed(event)
      const ended = lab.saved !== null
      if (events !== null) next = ended ? to + 1 : Math.max(next, fold.through + 1)
      const missing = ended ? Math.max(0, next - 1 - fold.counted) : 0
      state.value = { fold, share: (next - 1) / Math.max(1, last), missing }
    }
    if (mine !== round) return
    const behind = lab.status.events - next >= CALL_EVENTS_MAX / 2
    const isOver = lab.saved !== null && next > lab.status.events
    if (!isOver) timer = setTimeout(() => void follow(mine), behind ? 0 : FOLLOW_MS)
  }

  function begin(): void {
    stop()
    next = 1
    state.value = fresh()
    void follow(round)
  }

  function stop(): void {
    round += 1
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  onMounted(begin)
  onBeforeUnmount(stop)
  watch(() => lab.saved ?? lab.status.cluster, begin)
  return state
}
