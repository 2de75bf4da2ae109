/** Where the focus is when a dialog opens, and while what had it cannot be used. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import type { Component } from 'vue'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import BaseDialog from '../../src/renderer/src/components/dialogs/BaseDialog.vue'
import ClockDialog from '../../src/renderer/src/components/dialogs/ClockDialog.vue'
import ExploreDialog from '../../src/renderer/src/components/dialogs/ExploreDialog.vue'
import FrameDialog from '../../src/renderer/src/components/dialogs/FrameDialog.vue'
import HoldDialog from '../../src/renderer/src/components/dialogs/HoldDialog.vue'
import NewClusterDialog from '../../src/renderer/src/components/dialogs/NewClusterDialog.vue'
import LeaveDialog from '../../src/renderer/src/components/experiments/LeaveDialog.vue'
import NameDialog from '../../src/renderer/src/components/experiments/NameDialog.vue'
import MessagesDialog from '../../src/renderer/src/components/frame/MessagesDialog.vue'
import DeleteDialog from '../../src/renderer/src/components/runs/DeleteDialog.vue'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { eventually } from '../support/eventually'

const open: VueWrapper[] = []
afterEach(() => open.splice(0).forEach((wrapper) => wrapper.unmount()))

const plan = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const single = { single: true, title: 'a run', words: '2 events' }

/** What somebody would call it: its words, label or id. */
function focused(): string {
  const at = document.activeElement
  if (!(at instanceof HTMLElement) || at === document.body) return 'nothing'
  return at.id || at.dataset['testid'] || at.getAttribute('aria-label') || at.textContent.trim()
}

async function opened(dialog: Component, props: object): Promise<void> {
  const options = { props, attachTo: document.body, global: { plugins: [createPinia()] } }
  open.push(mount(dialog, options) as VueWrapper)
  await eventually('the dialog has the focus', () => focused() !== 'nothing')
}

describe('a dialog opens with the focus', () => {
  it.each<readonly [string, Component, object]>([
    ['hold-from', HoldDialog, { members: [1, 2, 3], link: null, blog: false }],
    ['explore-acceptors', ExploreDialog, {}],
    ['clock-offset', ClockDialog, { node: 2 }],
    ['ex-name-field', NameDialog, { name: 'a', taken: [] }],
    // The number that is chosen: Enter changes nothing.
    ['5', NewClusterDialog, { plan, running: false }],
    // Nothing to fill in: what the dialog is for.
    ['Save', LeaveDialog, { name: 'a' }],
    ['Close', MessagesDialog, {}],
    ['frame-text', FrameDialog, { title: 'Frame 7', text: '{}' }],
    // What cannot be undone is never under Enter.
    ['Keep it', DeleteDialog, single],
  ])('on %s', async (place, dialog, props) => {
    await opened(dialog, props)
    expect(focused()).toBe(place)
  })
})

describe('an act that goes on', () => {
  it('gives the focus to the text, and has it again when it is over', async () => {
    const busy = ref(false)
    const act = defineComponent(
      () => () =>
        h(
          BaseDialog,
          { title: 'Search', description: 'Every state.' },
          {
            footer: () =>
              h('button', { type: 'button', class: 'btn primary', disabled: busy.value }, 'Go'),
          },
        ),
    )
    await opened(act, {})
    expect(focused()).toBe('Go')
    busy.value = true
    await nextTick()
    await eventually('the text has it', () => document.activeElement?.className === 'body')
    busy.value = false
    await nextTick()
    await eventually('the act has it again', () => focused() === 'Go')
  })
})
