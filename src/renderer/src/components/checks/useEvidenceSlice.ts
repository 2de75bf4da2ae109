/**
 * The slice of a violation, read from the record of the run that is shown: live, saved, simulated
 * or explored. Read again once when a live run has gone on: messages are told after their end.
 */
import { computed, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { LabEvent } from '../../../../core/event'
import { useReadRecord } from '../../composables/instruments/useRecordPart'
import { useLabStore } from '../../stores/lab'
import { rangesToRead, READ_AFTER, sliceOf } from './evidenceSlice'
import type { EvidenceSlice } from './evidenceSlice'

export function useEvidenceSlice(
  evidence: () => readonly LabEvent[],
): Readonly<ShallowRef<EvidenceSlice | null>> {
  const lab = useLabStore()
  const read = useReadRecord()
  const slice = shallowRef<EvidenceSlice | null>(null)
  let asked = 0

  const seqs = computed(() => evidence().map(({ seq }) => seq))
  const isThere = computed(() => {
    const last = Math.max(0, ...seqs.value) + READ_AFTER
    return lab.saved !== null || lab.status.events >= last
  })

  async function look(): Promise<void> {
    asked += 1
    const turn = asked
    const own = evidence()
    if (own.length === 0) {
      slice.value = null
      return
    }
    const parts = await Promise.allSettled(
      rangesToRead(seqs.value).map(({ from, to }) => read(from, to)),
    )
    if (turn !== asked) return
    const around = parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []))
    slice.value = sliceOf(own, around)
  }

  watch([() => seqs.value.join(), isThere, () => lab.saved], () => void look(), {
    immediate: true,
  })
  return slice
}
