/** The store of the lab on the test double: snapshots, pushes, failures, a lost host. */
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient, syntheticSource } from '../support/syntheticSource'

const OPTIONS = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
let double: SyntheticLab
let stop: () => void

describe('the store of the lab', () => {
  beforeEach(async () => {
    setActivePinia(createPinia())
    double = new SyntheticLab()
    const lab = useLabStore()
    stop = lab.connect(syntheticSource(double))
    await eventually('connected', () => lab.connected)
  })
  afterEach(() => stop())

  it('shows what the lab pushes, never what was asked for', async () => {
    const lab = useLabStore()
    await lab.act((call) => call.startCluster(OPTIONS))
    double.forward(3000)
    expect(lab.running).toBe(true)
    expect(lab.members).toEqual([1, 2, 3, 4, 5])
    expect(useEventsStore().held.some((event) => event.type === 'elected')).toBe(true)
    const pause = lab.act((call) => call.pauseNode(2))
    await pause
    double.forward(100)
    expect(lab.status.nodes[1]?.state).toBe('paused')
  })

  it('a refused call becomes a toast with its reason and answers null', async () => {
    const lab = useLabStore()
    expect(await lab.act((call) => call.killNode(2), 'Kill N2')).toBeNull()
    const [toast] = useToastsStore().toasts
    expect(toast).toMatchObject({ level: 'error', title: 'Kill N2', why: 'No cluster runs.' })
    expect(toast?.details).toContain('code: notRunning')
  })

  it('a new cluster makes it forget the events of the one before', async () => {
    const lab = useLabStore()
    await lab.act((call) => call.startCluster(OPTIONS))
    double.forward(5000)
    await lab.act((call) => call.stopCluster())
    await lab.act((call) => call.startCluster(OPTIONS))
    expect([...useEventsStore().held].map((event) => event.type)).toEqual(['clusterStarted'])
  })
})

describe('a host that is lost', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  it('is told, tried again, and what was shown stays', async () => {
    const lab = useLabStore()
    const client = syntheticClient(new SyntheticLab())
    const open = vi.fn(async () => client)
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
    await vi.waitFor(() => expect(lab.connected).toBe(true))
    client.lose('the socket closed')
    expect(lab.connection).toMatchObject({ state: 'lost', words: 'the socket closed' })
    expect(lab.loaded).toBe(true)
    expect(await lab.act((call) => call.healAll(true), 'Heal all')).toBeNull()
    expect(useToastsStore().toasts[0]?.why).toContain('not connected')
    await vi.advanceTimersByTimeAsync(1000)
    expect(open).toHaveBeenCalledTimes(2)
    expect(lab.connected).toBe(true)
    end()
  })

  it('a source that cannot open is tried again later and later', async () => {
    const lab = useLabStore()
    const open = vi.fn(() => Promise.reject(new Error('no session')))
    const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
    await vi.advanceTimersByTimeAsync(0)
    expect(lab.connection).toMatchObject({
      state: 'lost',
      words: 'no session',
      retryInS: 1,
      silentS: 0,
    })
    await vi.advanceTimersByTimeAsync(1000)
    expect(lab.connection.retryInS).toBe(2)
    end()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(open).toHaveBeenCalledTimes(2)
  })
})
