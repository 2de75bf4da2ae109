/**
 * Text of the whole window grows while this view is open (×1.25, in a small window ×1.12), by the
 * tokens of the setting "text size"; a larger setting of the person stays.
 */
import { onBeforeUnmount, watch } from 'vue'
import { useMediaQuery } from '@vueuse/core'
import { useSettingsStore } from '../../stores/settings'

export function useLargeText(): void {
  const settings = useSettingsStore()
  const small = useMediaQuery('(max-width: 1279px), (max-height: 719px)')

  function enlarge(): void {
    const { dataset } = document.documentElement
    const wanted = small.value ? 112 : 125
    dataset['text'] = String(Math.max(wanted, settings.shownText))
  }

  enlarge()
  // After the store has applied its own.
  watch([small, () => settings.shownText, () => settings.shownTheme], enlarge, { flush: 'post' })
  watch([() => settings.highContrast, () => settings.reducedMotion], enlarge, { flush: 'post' })
  watch([() => settings.projector], enlarge, { flush: 'post' })
  onBeforeUnmount(() => settings.apply())
}
