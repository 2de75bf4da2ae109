/** Another host in place of the one that was lost is told; the same one, come back, is not. */
import { createPinia, setActivePinia } from 'pinia'
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { useNewHost } from '../../src/renderer/src/composables/useNewHost'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const OPTIONS = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const page = { setup: useNewHost, render: () => null }

let view: VueWrapper
let end: () => void
let double: SyntheticLab
let host: string
let lose: () => void

beforeEach(async () => {
  setActivePinia(createPinia())
  vi.useFakeTimers()
  double = new SyntheticLab()
  host = 'first'
  const lab = useLabStore()
  view = mount(page)
  const open = async () => {
    const client = syntheticClient(double, {}, {}, host)
    lose = () => client.lose('the socket closed')
    return client
  }
  end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
  await vi.advanceTimersByTimeAsync(10)
  await lab.act((call) => call.startCluster(OPTIONS))
  double.forward(1000)
})
afterEach(() => {
  end()
  view.unmount()
  vi.useRealTimers()
})

const told = (): string[] => useToastsStore().toasts.map(({ title, why }) => `${title}: ${why}`)

/** Comes back with another run than the one that was shown. */
async function comeBack(name: string): Promise<void> {
  lose()
  const before = double
  host = name
  double = new SyntheticLab()
  await before.stopCluster()
  await vi.advanceTimersByTimeAsync(3000)
  expect(useLabStore().connected).toBe(true)
}

it('says that a run that went on ended with its host', async () => {
  await comeBack('second')
  expect(told()).toEqual([
    'The host was started again: The run that was shown here ended with the host before.',
  ])
})

it('says no such thing of a run that was over', async () => {
  await useLabStore().act((call) => call.stopCluster())
  await comeBack('second')
  expect(told().join()).not.toContain('ended with the host before')
})

it('says nothing where the same host comes back, whatever was started there meanwhile', async () => {
  await comeBack('first')
  expect(told()).toEqual([])
})
