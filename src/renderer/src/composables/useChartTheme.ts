/** Theme of canvas code: read again whenever the tokens change. */
import { onBeforeUnmount, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { readTheme } from './chartTheme'
import type { ChartTheme } from './chartTheme'

const THEME_ATTRIBUTES = ['data-theme', 'data-contrast', 'data-text', 'data-projector', 'class']

export function useChartTheme(): Readonly<ShallowRef<ChartTheme>> {
  const theme = shallowRef(readTheme())
  const refresh = (): void => {
    theme.value = readTheme()
  }
  // The root's attributes carry the theme; the system's choice may change it without one.
  const observer = new MutationObserver(refresh)
  observer.observe(document.documentElement, { attributeFilter: THEME_ATTRIBUTES })
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', refresh)
  // Labels measured before the bundled fonts arrive would be drawn in another one.
  void document.fonts?.ready.then(refresh)
  onBeforeUnmount(() => {
    observer.disconnect()
    dark.removeEventListener('change', refresh)
  })
  return theme
}
