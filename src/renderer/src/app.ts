/** Puts the window together. Tests and the development harness hand in another source. */
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import type { App as VueApp } from 'vue'
import type { LabSource } from './api/client'
import App from './App.vue'
import { useEventsStore } from './stores/events'
import { useLabStore } from './stores/lab'
import { useRatesStore } from './stores/rates'
import { useSeriesStore } from './stores/series'
import { useSettingsStore } from './stores/settings'
import { useTimeStore } from './stores/time'

export function mountApp(source: LabSource, root = '#app'): VueApp {
  const app = createApp(App)
  app.use(createPinia())
  useSettingsStore().apply()
  // Stores that fold pushes exist before the first push arrives.
  useEventsStore()
  useRatesStore()
  useSeriesStore()
  useTimeStore()
  app.mount(root)
  useLabStore().connect(source)
  return app
}
