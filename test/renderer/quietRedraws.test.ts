/** What a status that says nothing new does not draw again, and what a followed list draws once. */
import { mount } from '@vue/test-utils'
import type * as VueUse from '@vueuse/core'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref, shallowRef, useTemplateRef } from 'vue'
import { useCommands } from '../../src/renderer/src/composables/useCommands'
import type { Commands } from '../../src/renderer/src/composables/useCommands'
import { useRowWindow } from '../../src/renderer/src/composables/useRowWindow'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useUiStore } from '../../src/renderer/src/stores/ui'

/** Nothing is laid out here: an element is as high as a list in a panel. */
vi.mock('@vueuse/core', async (original) => ({
  ...(await original<typeof VueUse>()),
  useElementSize: () => ({ width: ref(300), height: ref(100) }),
}))

describe('the registry as menus see it', () => {
  it('is the same list until a command can be used that could not, or the other way', async () => {
    setActivePinia(createPinia())
    let commands!: Commands
    mount(
      defineComponent({
        setup: () => {
          commands = useCommands()
          return () => null
        },
      }),
    )
    const lab = useLabStore()
    const before = commands.views.value
    lab.status = { ...lab.status, events: lab.status.events + 1 }
    await nextTick()
    expect(commands.views.value).toBe(before)
    useUiStore().view = 'teach'
    await nextTick()
    expect(commands.views.value).not.toBe(before)
    const [was, is] = [before, commands.views.value].map((views) => new Set(views))
    expect([...is!].some((view) => was!.has(view))).toBe(true)
  })
})

describe('a list that follows its end', () => {
  it('has the rows of the new place at once, and its element after they are laid out', async () => {
    const rows = shallowRef(10)
    let list!: ReturnType<typeof useRowWindow>
    const wrapper = mount(
      defineComponent({
        setup: () => {
          const scroller = useTemplateRef<HTMLElement>('scroller')
          list = useRowWindow({ scroller, rows: () => rows.value, rowPx: 20, overscan: 2 })
          return () => h('div', { ref: 'scroller' }, String(list.span.value.to))
        },
      }),
    )
    const element = wrapper.element as HTMLElement
    rows.value = 1000
    const done = list.scrollTo(999)
    expect(list.span.value.to).toBe(1000)
    expect(element.scrollTop).toBe(0)
    await done
    expect(wrapper.text()).toBe('1000')
    expect(element.scrollTop).toBe(1000 * 20 - 100)
    // A row that moved away between press and release would lose the click.
    element.dispatchEvent(new Event('pointerdown'))
    rows.value = 2000
    await list.scrollTo(1999)
    expect([list.span.value.to, element.scrollTop]).toEqual([1000 + 2, 1000 * 20 - 100])
    window.dispatchEvent(new Event('pointerup'))
    await list.scrollTo(1999)
    expect(list.span.value.to).toBe(2000)
  })
})
