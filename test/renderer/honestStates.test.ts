/** What the window says of a host that is gone, of a run that is over, and of what it sends. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { boundedCalls } from '../../src/renderer/src/api/messageSize'
import RefusedPage from '../../src/renderer/src/components/frame/RefusedPage.vue'
import StatusBar from '../../src/renderer/src/components/frame/StatusBar.vue'
import ToolBar from '../../src/renderer/src/components/frame/ToolBar.vue'
import { pastRows } from '../../src/renderer/src/components/runs/pastRows'
import { rangePin } from '../../src/renderer/src/components/runs/rangePin'
import { extentMs } from '../../src/renderer/src/composables/timeWindow'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { usePinsStore } from '../../src/renderer/src/stores/pins'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { TOAST_INFO_MS, TOAST_NEW_MS, useToastsStore } from '../../src/renderer/src/stores/toasts'
import { EMPTY_SERIES } from '../../src/core/measure/series'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { MESSAGE_BYTES_MAX } from '../../src/shared/rpc'
import type { WindowApi } from '../../src/shared/rpc'
import type { Pin } from '../../src/shared/pins'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { eventually } from '../support/eventually'
import { withDesk } from '../support/noDesk'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const OPTIONS = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const RUN = '2026-11-21T10-00-00-abcd'

beforeEach(() => setActivePinia(createPinia()))

function over(double: SyntheticLab, more: Partial<SavedView> = {}): SavedView {
  return {
    ...{ kind: 'saved', title: 'A run', startedAt: null, verdict: 'valid' },
    status: { ...useLabStore().status, atMs: 11_000, runDir: `/runs/${RUN}` },
    ...{ events: [], series: EMPTY_SERIES, left: 0, notes: [], read: async () => [] },
    ...more,
  }
}

function statusBar(changes: object) {
  const { connection, status } = useLabStore()
  return mount(StatusBar, {
    props: {
      ...{ connection, status, saved: false, stale: false, live: true, alarms: [] },
      ...{ framesPerSecond: 10, opsPerSecond: 5, ...changes },
    },
  })
}

async function connected(desk: Parameters<typeof withDesk>[1] = {}) {
  const lab = useLabStore()
  const double = new SyntheticLab()
  const client = syntheticClient(double)
  const call = withDesk(double, desk)
  const open = vi.fn(async () => ({ ...client, call }))
  const end = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open })
  await eventually('connected', () => lab.connected)
  await lab.act((api) => api.startCluster(OPTIONS))
  double.forward(3000)
  return { lab, double, client, end }
}

describe('a lost host', () => {
  it('leaves a state that is called old, and no rate', async () => {
    const { lab, client, end } = await connected()
    expect(lab.stale).toBe(false)
    expect(statusBar({}).get('[data-testid="nodes-up"]').text()).toMatch(/5\/5\s+nodes answer$/)
    client.lose('the socket closed')
    expect(lab.stale).toBe(true)
    const bar = statusBar({ stale: lab.stale })
    expect(bar.get('[data-testid="nodes-up"]').text()).toMatch(/answered when last heard of/)
    expect(bar.text()).not.toContain('10 msg/s')
    expect(bar.text()).toContain('recorded')
    lab.showSaved(over(new SyntheticLab()))
    // A run that is over is as old as it is.
    expect(lab.stale).toBe(false)
    end()
  })

  it('that refuses the page gets one that says what to do', () => {
    const page = mount(RefusedPage, { props: { words: 'Open the last link' } })
    expect(page.text()).toMatch(/needs a new link.*terminal.*npm start.*Open the last link/s)
  })
})

describe('a saved run', () => {
  it('says that it is over, not that nodes answer, and has no faults to heal', async () => {
    const { lab, double, end } = await connected()
    lab.showSaved(over(double))
    expect(lab.status.state).toBe('running')
    const bar = statusBar({ saved: true })
    expect(bar.find('[data-testid="nodes-up"]').exists()).toBe(false)
    expect(bar.get('[data-testid="saved-run"]').text()).toBe('a run that is over')
    const fault = {
      id: 'f1',
      fault: { kind: 'kill', node: 1 },
      startedAtMs: 0,
      endedAtMs: null,
    } as const
    const tools = mount(ToolBar, {
      props: {
        status: { ...lab.status, faults: [fault] },
        ...{ plan: OPTIONS, usable: false, saved: true, title: 'A run', begins: false },
        keyOf: () => '',
      },
    })
    const heal = tools.findAll('button').find((one) => one.text().startsWith('Heal all'))
    expect(heal?.text()).toBe('Heal all')
    expect(heal?.attributes('title')).toBe('This run is over')
    end()
  })

  it('has a strip as long as it is, without room to grow', async () => {
    const { lab, double, end } = await connected()
    const time = useTimeStore()
    lab.showSaved(over(double))
    expect(extentMs(time.view)).toBe(11_000)
    time.fit()
    expect([time.fromMs, time.toMs]).toEqual([0, 11_000])
    await lab.closeSaved()
    expect(extentMs(time.view)).toBe(10_000)
    end()
  })

  it('does not stand between the window and the desk of its host', async () => {
    const { lab, double, end } = await connected({ experimentFiles: async () => [] })
    lab.showSaved(over(double))
    expect(await lab.act((call) => call.experimentFiles())).toEqual([])
    expect(useToastsStore().toasts).toEqual([])
    expect(await lab.act((call) => call.killNode(1))).toBeNull()
    expect(useToastsStore().toasts[0]?.why).toContain('This run is over')
    end()
  })
})

describe('toasts', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const titles = (): string[] => useToastsStore().toasts.map(({ title }) => title)

  it('an error goes with its view, or after it was read; what was said is kept', () => {
    const toasts = useToastsStore()
    toasts.show({ title: 'a', level: 'error' })
    vi.advanceTimersByTime(TOAST_NEW_MS)
    toasts.show({ title: 'b', level: 'error' })
    toasts.leaveView()
    // What came with the new view stays in it.
    expect(titles()).toEqual(['b'])
    vi.advanceTimersByTime(TOAST_INFO_MS * 10)
    expect(titles()).toEqual(['b'])
    const [b] = toasts.toasts
    toasts.hold(b?.id ?? 0, true)
    vi.advanceTimersByTime(TOAST_INFO_MS * 10)
    expect(titles()).toEqual(['b'])
    toasts.hold(b?.id ?? 0, false)
    vi.advanceTimersByTime(TOAST_INFO_MS)
    expect(titles()).toEqual([])
    expect(toasts.past.map(({ title }) => title)).toEqual(['a', 'b'])
    toasts.forgetPast()
    expect(toasts.past).toEqual([])
  })
})

describe('what is too long for one message', () => {
  it('is refused in the window, with its size, and nothing is sent', async () => {
    const saveExperiment = vi.fn(async () => null)
    const call = boundedCalls({ saveExperiment } as unknown as WindowApi)
    const text = '\n'.repeat(MESSAGE_BYTES_MAX / 2 + 1)
    const told = call.saveExperiment('mine', text)
    await expect(told).rejects.toMatchObject({ code: 'badArgument' })
    await expect(told).rejects.toThrow(/takes 1026 KiB to send.*may send 1024 KiB/)
    expect(saveExperiment).not.toHaveBeenCalled()
    await call.saveExperiment('mine', 'x'.repeat(MESSAGE_BYTES_MAX / 2))
    expect(saveExperiment).toHaveBeenCalledTimes(1)
  })
})

it('the list says what is recorded now and what was cut short', () => {
  const card = { id: RUN, title: 'A', startedAt: '2026', events: 0, verdict: 'unknown' } as const
  const cards = [{ ...card, recording: true }, card, { ...card, events: 12 }]
  const rows = cards.flatMap((one) => pastRows([], [one]))
  expect(rows.map(({ recording, words }) => [recording, words])).toEqual([
    [true, 'not over yet'],
    [false, 'cut short'],
    [false, '12 events'],
  ])
})

describe('pins', () => {
  const draft = {
    ...{ title: 'Throughput', caption: '', fromMs: 0, toMs: 1, atMs: null },
    ...{ svg: '<svg/>', rows: [] },
  } as const

  it('go to the host with the run that is shown, of the past too', async () => {
    const addPin = vi.fn(async () => [{ ...draft, id: 'p1', pinnedAt: '' }] as const)
    const { lab, double, end } = await connected({ addPin })
    lab.showSaved(over(double))
    await usePinsStore().add(draft, null)
    expect(addPin).toHaveBeenCalledWith(RUN, draft)
    expect(usePinsStore().pins).toHaveLength(1)
    expect(useToastsStore().toasts.at(-1)?.why).toBe('The report has 1 pin.')
    end()
  })

  it('of a run made in the page are refused, and the picture is offered as a file', async () => {
    const addPin = vi.fn(async (): Promise<readonly Pin[]> => [])
    const { lab, double, end } = await connected({ addPin })
    const status = { ...IDLE_STATUS, atMs: 5 }
    lab.showSaved(over(double, { kind: 'simulated', status }))
    const save = vi.fn()
    await usePinsStore().add(draft, save)
    const toast = useToastsStore().toasts.at(-1)
    expect(toast?.why).toContain('kept nowhere')
    toast?.action?.run()
    expect(save).toHaveBeenCalledTimes(1)
    expect(addPin).not.toHaveBeenCalled()
    end()
  })

  it('a range gives its figures', () => {
    const types = [
      { name: 'accept', family: 'accept', count: 3 },
      { name: 'promise', family: 'prepare', count: 900 },
    ] as const
    const pin = rangePin(
      {
        ...{ fromMs: 1000, toMs: 3000, messages: 903, bytes: 1, dropped: 2, doubled: 0 },
        ...{ skewed: 0, medianMs: 1.5, p95Ms: null, types: [...types] as never, bids: 4 },
        ...{ preempted: 1, chosen: 7 },
      },
      2000,
      's',
    )
    expect(pin).toMatchObject({ fromMs: 1000, toMs: 3000, atMs: 2000, svg: '' })
    expect(pin.rows.at(1)).toEqual(['Messages', '903'])
    expect(pin.rows.slice(-2)).toEqual([
      ['Messages: promise', '900'],
      ['Messages: accept', '3'],
    ])
  })
})
