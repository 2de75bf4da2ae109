/**
 * Which rows of a long list are in sight. All rows are equally high, so the place of a row is a
 * product and not a sum: the cost does not depend on how many rows there are, and a list of a
 * million that grows ten times a second costs as much as a short one.
 *
 * Units: px.
 */
import { useElementSize, useEventListener } from '@vueuse/core'
import { computed, nextTick, shallowRef } from 'vue'
import type { ComputedRef, Ref } from 'vue'

interface RowWindowOptions {
  readonly scroller: Readonly<Ref<HTMLElement | null>>
  readonly rows: () => number
  readonly rowPx: number
  /** Rows that are kept ready above and below what is in sight. */
  readonly overscan: number
}

interface RowSpan {
  readonly from: number
  /** First row that is not in the span. */
  readonly to: number
}

interface RowWindow {
  /** The same object as long as it is the same span. */
  readonly span: ComputedRef<RowSpan>
  readonly totalPx: ComputedRef<number>
  /** Rows that are in sight at once. */
  readonly inView: ComputedRef<number>
  /** While a button is held on the list: what moved below it would lose the click. */
  readonly pressed: Readonly<Ref<boolean>>
  /**
   * `nearest`: as little as brings the row into sight. The span is that of the new place at once;
   * the element follows when the list has the height that it is to have. A pressed list stands.
   */
  scrollTo(row: number, align?: 'nearest' | 'center'): Promise<void>
}

export function useRowWindow({ scroller, rows, rowPx, overscan }: RowWindowOptions): RowWindow {
  const { height } = useElementSize(scroller)
  const topPx = shallowRef(0)
  useEventListener(scroller, 'scroll', () => (topPx.value = scroller.value?.scrollTop ?? 0), {
    passive: true,
  })
  const pressed = shallowRef(false)
  useEventListener(scroller, 'pointerdown', () => (pressed.value = true), { passive: true })
  useEventListener(window, ['pointerup', 'pointercancel'], () => (pressed.value = false), {
    passive: true,
  })
  const totalPx = computed(() => rows() * rowPx)
  const inView = computed(() => Math.ceil(height.value / rowPx))

  const span = computed<RowSpan>((before) => {
    const many = rows()
    // A list that became shorter is scrolled by the browser, which tells of it later.
    const top = Math.min(topPx.value, Math.max(0, many * rowPx - height.value))
    const from = Math.max(0, Math.floor(top / rowPx) - overscan)
    const to = Math.min(many, Math.ceil((top + height.value) / rowPx) + overscan)
    return before?.from === from && before.to === to ? before : { from, to }
  })

  async function scrollTo(row: number, align: 'nearest' | 'center' = 'nearest'): Promise<void> {
    if (scroller.value === null || pressed.value) return
    const seenPx = height.value
    const rowTop = row * rowPx
    let wanted = rowTop - (seenPx - rowPx) / 2
    if (align === 'nearest') {
      wanted = Math.min(rowTop, Math.max(topPx.value, rowTop + rowPx - seenPx))
    }
    const top = Math.max(0, Math.min(wanted, totalPx.value - seenPx))
    if (top === topPx.value) return
    topPx.value = top
    await nextTick()
    if (scroller.value !== null && topPx.value === top) scroller.value.scrollTop = top
  }

  return { span, totalPx, inView, pressed, scrollTo }
}
