/** Save, undo and redo of the open experiment, by key and by command, from any view. */
import { flushPromises, mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import type { Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import { COMMAND_RUNS } from '../../src/renderer/src/commands/run'
import { newText } from '../../src/renderer/src/composables/experimentNew'
import { useHotkeys } from '../../src/renderer/src/composables/useHotkeys'
import { useExperimentsStore } from '../../src/renderer/src/stores/experiments'
import { useEditingStore } from '../../src/renderer/src/stores/editing'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import ExperimentsView from '../../src/renderer/src/views/ExperimentsView.vue'
import type { WindowApi } from '../../src/shared/rpc'
import { fakeDesk } from '../support/fakeDesk'
import type { FakeDesk } from '../support/fakeDesk'

const MINE = newText('mine').replace('title: My experiment', 'title: Mine # my own')

let desk: FakeDesk
let pinia: Pinia
const open: VueWrapper[] = []

beforeEach(() => {
  vi.useFakeTimers()
  pinia = createPinia()
  setActivePinia(pinia)
  desk = fakeDesk({ mine: MINE, broken: 'steps: [' })
  const lab = useLabStore()
  lab.connection = { state: 'connected', words: '', retryInS: 0 }
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

async function view(): Promise<VueWrapper> {
  const wrapper = mount(Framed, { attachTo: document.body })
  open.push(wrapper)
  await flushPromises()
  return wrapper
}

async function viewOf(id: string): Promise<VueWrapper> {
  const wrapper = await view()
  await useExperimentsStore().open(id)
  await flushPromises()
  return wrapper
}

const inPage = (selector: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`nothing matches ${selector}`)
  return found
}
const area = () => inPage('[data-testid="ex-text"]') as HTMLTextAreaElement
const press = async (key: string, target: EventTarget = window, more: object = {}) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  target.dispatchEvent(event)
  await flushPromises()
  return event
}
async function fill(selector: string, text: string): Promise<void> {
  const field = inPage(selector) as HTMLInputElement
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await nextTick()
}

describe('changes of an experiment', () => {
  it('are saved by the key of the window, once; with nothing to save it says so', async () => {
    await viewOf('own/mine')
    const store = useExperimentsStore()
    const saves = vi.spyOn(desk, 'saveExperiment')
    const said = (): string => useToastsStore().toasts.at(-1)?.why ?? ''
    const keys = { ctrlKey: true }
    expect((await press('s', area(), keys)).defaultPrevented).toBe(true)
    expect(said()).toBe('mine.paxlab.yaml has no changes since it was saved.')
    await fill('#ex-title', 'Once')
    // The seed is no part of the document, and yet no place where a browser saves the page.
    expect((await press('s', inPage('.seed input'), keys)).defaultPrevented).toBe(true)
    expect(saves).toHaveBeenCalledTimes(1)
    expect(desk.own.get('mine')).toContain('title: Once')
    expect(useToastsStore().toasts).toHaveLength(1)
    await press('S', area(), { ...keys, shiftKey: true })
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain('name')
    await fill('#ex-title', 'Twice')
    expect((await press('s', window, keys)).defaultPrevented).toBe(true)
    expect(saves).toHaveBeenCalledTimes(1)
    useEditingStore().naming = false
    await flushPromises()
    expect(store.dirty).toBe(true)
  })

  it('of the bundle and no file at all are nothing to save', async () => {
    await viewOf('bundled/bridge')
    const said = (): string => useToastsStore().toasts.at(-1)?.why ?? ''
    await press('s', area(), { ctrlKey: true })
    expect(said()).toBe('bridge.paxlab.yaml is bundled: duplicate it to edit.')
    useEditingStore().tell(null)
    expect((await press('s', window, { ctrlKey: true })).defaultPrevented).toBe(true)
    expect(said()).toBe('No experiment is open in the editor.')
  })

  it('are changed back and forth by commands, from any view', async () => {
    await viewOf('own/mine')
    const now = () => useEditingStore().now
    expect(now()).toMatchObject({ canSave: false, canSaveAs: true, canUndo: false })
    await fill('#ex-title', 'Other')
    expect(now()).toMatchObject({ canSave: true, canUndo: true, canRedo: false })
    useUiStore().view = 'runs'
    COMMAND_RUNS['view.experimentUndo']()
    await nextTick()
    expect(area().value).toBe(MINE)
    expect(useUiStore().view).toBe('experiments')
    expect(now()).toMatchObject({ canSave: false, canUndo: false, canRedo: true })
    COMMAND_RUNS['view.experimentRedo']()
    await nextTick()
    expect(area().value).toContain('title: Other')
    useLabStore().control = { holds: false, free: false, viewers: 2 }
    await nextTick()
    expect(now()).toMatchObject({ canSave: false, words: expect.stringContaining('control') })
  })
})
