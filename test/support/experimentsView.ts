/** The view of experiments over a desk in memory, in a window that listens for keys. */
import { flushPromises, mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import type { Pinia } from 'pinia'
import { afterEach, beforeEach, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import { newText } from '../../src/renderer/src/composables/experimentNew'
import { useHotkeys } from '../../src/renderer/src/composables/useHotkeys'
import { useExperimentsStore } from '../../src/renderer/src/stores/experiments'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import ExperimentsView from '../../src/renderer/src/views/ExperimentsView.vue'
import type { WindowApi } from '../../src/shared/rpc'
import { fakeDesk } from './fakeDesk'
import type { FakeDesk } from './fakeDesk'

export const MINE = newText('mine').replace('title: My experiment', 'title: Mine # my own')

export let desk: FakeDesk
export let pinia: Pinia
const open: VueWrapper[] = []

beforeEach(() => {
  vi.useFakeTimers()
  pinia = createPinia()
  setActivePinia(pinia)
  desk = fakeDesk({ mine: MINE, broken: 'steps: [' })
  const lab = useLabStore()
  lab.connection = { state: 'connected', words: '', retryInS: 0, silentS: 0 }
  lab.control = { holds: true, free: false, viewers: 1 }
  lab.askHost = async (run) => await run(desk as Partial<WindowApi> as WindowApi)
  useUiStore().narrow = false
  useUiStore().view = 'experiments'
})
afterEach(() => {
  open.splice(0).forEach((wrapper) => wrapper.unmount())
  disposePinia(pinia)
  vi.useRealTimers()
})

/** The view in a window that listens for the keys of the registry. */
const Framed = defineComponent({
  setup() {
    useHotkeys()
    return () => h(ExperimentsView)
  },
})

export async function view(): Promise<VueWrapper> {
  const wrapper = mount(Framed, { attachTo: document.body })
  open.push(wrapper)
  await flushPromises()
  return wrapper
}

export async function viewOf(id: string): Promise<VueWrapper> {
  const wrapper = await view()
  await useExperimentsStore().open(id)
  await flushPromises()
  return wrapper
}

export const inPage = (selector: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`nothing matches ${selector}`)
  return found
}
export const area = () => inPage('[data-testid="ex-text"]') as HTMLTextAreaElement
export const press = async (key: string, target: EventTarget = window, more: object = {}) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  target.dispatchEvent(event)
  await flushPromises()
  return event
}
export async function fill(selector: string, text: string): Promise<void> {
  const field = inPage(selector) as HTMLInputElement
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await nextTick()
}
