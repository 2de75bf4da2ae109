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
/** The end that facts tell of may be old: so many pages lead on to the one there is. */
const FOLLOWED_PAGES_MAX = 16
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
  /** Asked for while a page was on its way. */
  let isWanted = false
  let gone = false
  /** End of the newest page that was read; another node's does not count. */
  let seen = 0

  const part = (at: number, start: number): Promise<readonly RecordView[]> =>
    lab.ask((call) => call.records(at, start, RECORDS_A_PAGE_MAX))

  /** The newest page, from `start` on: a long answer has more records behind it. */
  async function newest(at: number, start: number): Promise<readonly RecordView[]> {
    let from = start
    let next = await part(at, from)
    let page = next
    for (let pages = 1; pages < FOLLOWED_PAGES_MAX && isLong(next, from); pages += 1) {
      from = endOf(next)
      next = await part(at, from)
      page = [...page, ...next]
    }
    // A disk that was wiped ends earlier than it did.
    seen = endOf(page)
    return page.filter(({ offset }) => offset >= seen - PAGE_BYTES)
  }

  async function readAt(at: number): Promise<void> {
    const start = from.value
    const told = Math.max(seen, end() ?? 0)
    const page =
      start === null ? await newest(at, Math.max(0, told - PAGE_BYTES)) : await part(at, start)
    if (gone || at !== node() || start !== from.value) return
    const inside = start === null ? page : page.filter(({ offset }) => offset < start + PAGE_BYTES)
    records.value = inside.length > 0 ? inside : page.slice(0, 1)
    problem.value = ''
  }

  async function read(): Promise<void> {
    const at = node()
    if (asking || gone || at === null || lab.saved !== null || !lab.running) {
      isWanted = asking
      return
    }
    asking = true
    isWanted = false
    try {
      await readAt(at)
    } catch (error) {
      if (gone || at !== node()) return
      records.value = []
      problem.value = describeFailure(error).words
    } finally {
      asking = false
      if (isWanted) void read()
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
    ([at], [before]) => {
      if (at !== before) seen = 0
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

const endOf = (page: readonly RecordView[], otherwise = 0): number => {
  const last = page.at(-1)
  return last ? last.offset + last.bytes : otherwise
}

/** As many records as were asked for, or more than a page of bytes. */
function isLong(page: readonly RecordView[], start: number): boolean {
  return page.length >= RECORDS_A_PAGE_MAX || endOf(page) - start > 2 * PAGE_BYTES
}
