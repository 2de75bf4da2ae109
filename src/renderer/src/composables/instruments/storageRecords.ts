/**
 * Durable records of a live node, a page of bytes at a time. A node reads its log from the front to
 * answer, so that a long log is asked for only when a person says so.
 */
import { onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { RecordView } from '../../../../shared/control'
import { describeFailure } from '../../api/failure'
import { useLabStore } from '../../stores/lab'

export const PAGE_BYTES = 8192
/** No more than a page of the smallest records, 24 bytes each. */
const RECORDS_A_PAGE_MAX = 400
/** Above this the newest page is not read again by itself. */
export const WATCHED_BYTES_MAX = 8_000_000
const ROUND_MS = 1500

export interface LogPage {
  readonly records: Readonly<ShallowRef<readonly RecordView[]>>
  /** Why there are none, in words; empty: nothing is wrong. */
  readonly problem: Readonly<Ref<string>>
  /** Where the page begins; null: the newest one, which is followed. */
  readonly from: Readonly<Ref<number | null>>
  go(from: number | null): void
}

export function useLogPage(node: () => number | null, end: () => number | null): LogPage {
  const lab = useLabStore()
  const records = shallowRef<readonly RecordView[]>([])
  const problem = ref('')
  const from = ref<number | null>(null)
  let asking = false
  let gone = false

  async function read(): Promise<void> {
    const at = node()
    if (asking || gone || at === null || lab.saved !== null || !lab.running) return
    const start = from.value ?? Math.max(0, (end() ?? 0) - PAGE_BYTES)
    asking = true
    try {
      const part = await lab.ask((call) => call.records(at, start, RECORDS_A_PAGE_MAX))
      if (gone || at !== node()) return
      const until = from.value === null ? Infinity : from.value + PAGE_BYTES
      const page = part.filter(({ offset }) => offset < until)
      records.value = page.length > 0 ? page : part.slice(0, 1)
      problem.value = ''
    } catch (error) {
      if (gone || at !== node()) return
      records.value = []
      problem.value = describeFailure(error).words
    } finally {
      asking = false
    }
  }

  const timer = setInterval(() => {
    if (from.value === null && (end() ?? 0) <= WATCHED_BYTES_MAX) void read()
  }, ROUND_MS)
  onBeforeUnmount(() => {
    gone = true
    clearInterval(timer)
  })
  watch(
    [node, from, () => lab.running],
    () => {
      records.value = []
      void read()
    },
    { immediate: true },
  )
  function go(to: number | null): void {
    if (to === from.value) void read()
    from.value = to === null ? null : Math.max(0, to)
  }
  return { records, problem, from, go }
}
