/**
 * Keeps the focus in a panel whose rows go while they have it, or whose acts are disabled by what
 * they did: the browser would let it fall to the page, where no key reaches the panel.
 */
import { watch } from 'vue'
import type { Ref, WatchSource } from 'vue'

/** `next`: where it goes; asked after the page has changed by `changes`. */
export function keepFocusInside(
  panel: Readonly<Ref<HTMLElement | null>>,
  changes: WatchSource,
  next: (panel: HTMLElement) => HTMLElement | null,
): void {
  let held: Element | null = null
  watch(changes, () => {
    const now = document.activeElement
    held = now !== null && panel.value?.contains(now) === true ? now : null
  })
  watch(
    changes,
    () => {
      const isLost = held !== null && (!held.isConnected || held.matches(':disabled'))
      held = null
      if (isLost && panel.value) next(panel.value)?.focus({ preventScroll: true })
    },
    { flush: 'post' },
  )
}
