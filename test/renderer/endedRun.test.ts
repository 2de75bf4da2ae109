/** A cluster that was stopped: the window says so, and leads to what is left of the run. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import NoCluster from '../../src/renderer/src/components/start/NoCluster.vue'
import TimeBar from '../../src/renderer/src/components/time/TimeBar.vue'
import { useNewHost } from '../../src/renderer/src/composables/useNewHost'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import type { LabStatus } from '../../src/shared/api'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const ID = '2026-01-05T10-42-00-abcd'
const CARD = {
  ...{ id: ID, title: '5 nodes', startedAt: '2026-01-05T10:42:00Z', events: 90 },
  verdict: 'valid',
} as const

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** A host whose lab is in this state, with one run in its list. */
async function hostWith(status: Partial<LabStatus>, host = 'one') {
  const double = new SyntheticLab()
  const whole = await double.snapshot()
  vi.spyOn(double, 'snapshot').mockResolvedValue({
    ...whole,
    ...{ status: { ...whole.status, ...status }, runs: [CARD] },
  })
  return syntheticClient(double, {}, {}, host)
}

const OVER = { state: 'idle', runDir: `/runs/${ID}`, atMs: 4000 } as const
const NO_CLUSTER = { state: 'idle', runDir: null, atMs: 0 } as const

describe('a run that has ended', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.stubGlobal('ResizeObserver', NoObserver)
  })

  it('is not live: the bar says so and plays it, the place of the nodes leads to its record', async () => {
    const [lab, time] = [useLabStore(), useTimeStore()]
    const client = await hostWith(OVER)
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    const bar = mount(TimeBar, { attachTo: document.body })
    expect(bar.get('[data-testid="time-edge"]').text()).toBe('ENDED')
    expect(time.toMs).toBe(4000)
    await bar.get('[aria-label=Play]').trigger('click')
    expect(time).toMatchObject({ playing: true, cursorMs: 0 })
    bar.unmount()
    const place = mount(NoCluster)
    expect(place.text()).toMatch(/The run has ended/)
    expect(place.get('[data-testid="look-back"]').text()).toBe('Look at its nodes')
    end()
  })

  it('and before the first run there is nothing to look back at', async () => {
    const lab = useLabStore()
    const client = await hostWith(NO_CLUSTER)
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    expect(mount(NoCluster).find('[data-testid="look-back"]').exists()).toBe(false)
    end()
  })

  it('is told when another host answers in place of the one that had it', async () => {
    const lab = useLabStore()
    vi.useFakeTimers()
    const clients = [
      await hostWith({ state: 'running', runDir: `/runs/${ID}`, atMs: 4000 }),
      await hostWith(NO_CLUSTER, 'two'),
    ]
    let next = 0
    const open = async () => clients[next++] ?? (clients[1] as (typeof clients)[number])
    const watching = mount({ setup: () => useNewHost(), template: '<i />' })
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    clients[0]?.lose('the host was killed')
    await vi.advanceTimersByTimeAsync(1000)
    await flushPromises()
    expect(lab.connected).toBe(true)
    expect(useToastsStore().toasts).toMatchObject([
      { title: 'The host was started again', action: { label: 'Open its record' } },
    ])
    watching.unmount()
    end()
    vi.useRealTimers()
  })
})
