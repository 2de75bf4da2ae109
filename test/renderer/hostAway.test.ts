/** A host that goes away: a span that was not watched is drawn, and a refusal is told apart. */
import { createPinia, setActivePinia } from 'pinia'
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { HostRefusal } from '../../src/renderer/src/api/client'
import HostBanner from '../../src/renderer/src/components/frame/HostBanner.vue'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useSpacetimeStore } from '../../src/renderer/src/stores/spacetime'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { NO_CONTROL } from '../../src/shared/rpc'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const OPTIONS = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }

describe('a host that goes away', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  it('tells a window that comes later of faults that its newest events do not hold', async () => {
    const [lab, series] = [useLabStore(), useSeriesStore()]
    const double = new SyntheticLab()
    await double.startCluster(OPTIONS)
    const fault = { kind: 'pause', node: 2, cooperative: false } as const
    const spell = { id: 'f1', fault, startedAtMs: 10, endedAtMs: null }
    const at = { atMs: 10, by: 'lab' } as const
    const earlier: LabEvent[] = [
      { ...at, seq: 1, type: 'faultStarted', fault: spell },
      { ...at, seq: 2, atMs: 20, type: 'faultEnded', fault: { ...spell, endedAtMs: 20 } },
    ]
    const whole = await double.snapshot()
    vi.spyOn(double, 'snapshot').mockResolvedValue({ ...whole, earlier, events: [] })
    const open = async () => syntheticClient(double)
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    expect(series.bands).toMatchObject([{ id: 'f1', fromMs: 10, toMs: 20 }])
    end()
  })

  it('and comes back in the same run leaves a grey band over what was not watched', async () => {
    const [lab, series] = [useLabStore(), useSeriesStore()]
    const double = new SyntheticLab()
    let client = syntheticClient(double)
    const open = async () => (client = syntheticClient(double))
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    await lab.act((call) => call.startCluster(OPTIONS))
    double.forward(2000)
    const lostAtMs = lab.status.atMs
    client.lose('the socket closed')
    double.forward(3000)
    expect(series.bands.filter(({ kind }) => kind === 'gap')).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(lab.connected).toBe(true)
    const gaps = series.bands.filter(({ kind }) => kind === 'gap')
    expect(gaps).toMatchObject([{ label: 'window not connected', fromMs: lostAtMs }])
    expect(gaps[0]?.toMs).toBe(lab.status.atMs)
    await lab.act((call) => call.stopCluster())
    await lab.act((call) => call.startCluster(OPTIONS))
    expect(series.bands.filter(({ kind }) => kind === 'gap')).toEqual([])
    end()
  })

  it('and is silent on an open channel is told, and leaves a grey band as it goes on', async () => {
    const [lab, series] = [useLabStore(), useSeriesStore()]
    const double = new SyntheticLab()
    const client = syntheticClient(double)
    const open = vi.fn(async () => client)
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    await lab.act((call) => call.startCluster(OPTIONS))
    double.forward(2000)
    const lostAtMs = lab.status.atMs
    client.freeze(true)
    await vi.advanceTimersByTimeAsync(5000)
    expect(lab.connection).toMatchObject({ state: 'silent', retryInS: 0 })
    expect(lab.mayAct).toBe(false)
    const { connection } = lab
    const banner = mount(HostBanner, { props: { connection, control: NO_CONTROL, loaded: true } })
    expect(banner.text()).toMatch(/Host not answering.*for [34] s.*frozen or busy.*stays readable/s)
    client.freeze(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(lab.connected).toBe(true)
    double.forward(3000)
    const gaps = series.bands.filter(({ kind }) => kind === 'gap')
    expect(gaps).toMatchObject([{ label: 'host not answering', fromMs: lostAtMs }])
    expect(gaps[0]?.toMs).toBeGreaterThan(lostAtMs)
    expect(open).toHaveBeenCalledTimes(1)
    end()
  })

  it('is no host that speaks while a question stays open', async () => {
    const lab = useLabStore()
    const client = syntheticClient(new SyntheticLab())
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    client.freeze(true)
    for (let turn = 0; turn < 10; turn += 1) {
      client.heard += 1
      await vi.advanceTimersByTimeAsync(1000)
      expect(lab.connection.state).toBe('connected')
    }
    await vi.advanceTimersByTimeAsync(3000)
    expect(lab.connection.state).toBe('silent')
    // Its messages come again before the answer does.
    client.heard += 1
    await vi.advanceTimersByTimeAsync(1000)
    expect(lab.connection.state).toBe('connected')
    end()
  })

  it('that was silent is told by the diagram that nobody watches any more', async () => {
    const [lab, space] = [useLabStore(), useSpacetimeStore()]
    const double = new SyntheticLab()
    const asked = vi.spyOn(double, 'watchMessages')
    const client = syntheticClient(double)
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    space.show(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveBeenLastCalledWith(true)
    client.freeze(true)
    await vi.advanceTimersByTimeAsync(6000)
    expect(lab.connection.state).toBe('silent')
    space.show(false)
    client.freeze(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveBeenLastCalledWith(false)
    end()
  })

  it('is no host that was asked while this page was busy or asleep', async () => {
    const lab = useLabStore()
    const client = syntheticClient(new SyntheticLab())
    const views: string[] = []
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    client.freeze(true)
    // One turn in which it is asked, and one that comes late, however much time has passed.
    await vi.advanceTimersByTimeAsync(2000)
    vi.setSystemTime(Date.now() + 60_000)
    views.push(lab.connection.state)
    client.freeze(false)
    await vi.advanceTimersByTimeAsync(10_000)
    views.push(lab.connection.state)
    expect(views).toEqual(['connected', 'connected'])
    end()
    client.freeze(true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lab.connection.state).toBe('connected')
  })

  it('refuses a page of another link, which says what to do', async () => {
    const lab = useLabStore()
    const open = () => Promise.reject(new HostRefusal('Open the last link'))
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
    await vi.advanceTimersByTimeAsync(0)
    expect(lab.connection).toMatchObject({ state: 'refused', words: 'Open the last link' })
    const { connection } = lab
    const banner = mount(HostBanner, { props: { connection, control: NO_CONTROL, loaded: true } })
    expect(banner.text()).toMatch(/does not know this page.*Open the last link.*stays readable/s)
    end()
  })
})
