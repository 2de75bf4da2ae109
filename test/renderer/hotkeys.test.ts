/** Keys of the whole page: one that can do nothing says why, one that is held down acts once. */
import { createPinia, setActivePinia } from 'pinia'
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { useHotkeys } from '../../src/renderer/src/composables/useHotkeys'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSelectionStore } from '../../src/renderer/src/stores/selection'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticSource } from '../support/syntheticSource'

const page = { setup: useHotkeys, render: () => null }

let view: VueWrapper
let end: () => void
let double: SyntheticLab

beforeEach(async () => {
  setActivePinia(createPinia())
  double = new SyntheticLab()
  await double.startCluster({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY })
  double.forward(3000)
  const lab = useLabStore()
  end = lab.connect(syntheticSource(double))
  await vi.waitFor(() => expect(lab.connected).toBe(true))
  useUiStore().view = 'lab'
  view = mount(page)
})
afterEach(() => {
  view.unmount()
  end()
})

function press(key: string, change: KeyboardEventInit = {}): void {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...change }))
}

it('a node that cannot do what its key says tells why', async () => {
  const follower = useLabStore().status.nodes.find(({ status }) => status?.role !== 'leading')!
  useSelectionStore().select({ kind: 'node', node: follower.node })
  press('E', { shiftKey: true })
  expect(useToastsStore().toasts).toMatchObject([
    { title: 'Step down', why: `N${follower.node} does not lead.` },
  ])
  press('E', { shiftKey: true, repeat: true })
  expect(useToastsStore().toasts).toHaveLength(1)
  // It is a key of the chart and the diagram, too: alone it deposes nobody.
  press('d')
  expect(useToastsStore().toasts).toHaveLength(1)
})

it('a key that is held down acts once, and goes on where it moves in time', () => {
  const [lab, time, ui] = [useLabStore(), useTimeStore(), useUiStore()]
  useSelectionStore().select({ kind: 'node', node: lab.members[0]! })
  press('g', { repeat: true })
  expect(ui.lowerTab).not.toBe('logs')
  const steps = vi.spyOn(time, 'faster')
  press('>')
  press('>', { repeat: true })
  expect(steps).toHaveBeenCalledTimes(2)
})
