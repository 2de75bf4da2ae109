/** "Re-enact on real processes": where it is offered, why not, its progress and how it ended. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import type { Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { AbstractBounds } from '../../src/core/check/explore/abstractBounds'
import DialogHost from '../../src/renderer/src/components/dialogs/DialogHost.vue'
import { endWords } from '../../src/renderer/src/components/dialogs/reenactWords'
import ReenactButton from '../../src/renderer/src/components/frame/ReenactButton.vue'
import ReenactChip from '../../src/renderer/src/components/frame/ReenactChip.vue'
import { useCommands } from '../../src/renderer/src/composables/useCommands'
import { explore } from '../../src/renderer/src/sources/exploration'
import { exploredView, forkedPathView } from '../../src/renderer/src/sources/explorer'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { scheduleOfPath } from '../../src/renderer/src/sources/exploreSchedule'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useReenactStore } from '../../src/renderer/src/stores/reenact'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { LabCallError } from '../../src/shared/api'
import type { DeskApi } from '../../src/shared/deskApi'
import type { ReenactmentView } from '../../src/shared/reenactApi'
import { parseSchedule } from '../../src/shared/scheduleCodec'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const M7: AbstractBounds = { acceptors: 3, values: 2, ballots: 2, mutant: 'M7' }

function counterexample(bounds: AbstractBounds): SavedView {
  const found = explore(
    { bounds, symmetry: false },
    () => 0,
    () => {},
  )
  if (found.counterexample === null) throw new Error('nothing broke')
  return exploredView(found, found.counterexample)
}

const RUNNING: ReenactmentView = {
  ...{ title: 'a path', mutant: 'M7', nodes: 5, state: 'running', acts: 18, act: 4 },
  ...{ words: 'deliver 1>4 promise 1.4', expected: 'I8', run: null, end: null, failure: '' },
}

let pinia: Pinia
let started: string[]
let now: ReenactmentView | null
let stop: () => void
const open: VueWrapper[] = []

const DESK: Partial<DeskApi> = {
  startReenactment: async (text) => {
    started.push(text)
    now = RUNNING
  },
  stopReenactment: async () => {
    now = { ...RUNNING, state: 'done', failure: 'it was cancelled: stopped at act 4' }
  },
  reenactmentNow: async () => now,
  runs: async () => [],
}

async function connect(desk: Partial<DeskApi> = DESK): Promise<void> {
  const lab = useLabStore()
  const client = syntheticClient(new SyntheticLab(), desk)
  stop = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
  await eventually('connected', () => lab.connected)
}

function shown(component: Parameters<typeof mount>[0]): VueWrapper {
  const wrapper = mount(component, { attachTo: document.body })
  open.push(wrapper)
  return wrapper
}

const at = (id: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-testid="${id}"]`)
const text = (id: string): string => at(id)?.textContent?.replace(/\s+/g, ' ').trim() ?? ''

beforeEach(() => {
  pinia = createPinia()
  setActivePinia(pinia)
  started = []
  now = null
  stop = () => {}
})
afterEach(() => {
  open.splice(0).forEach((wrapper) => wrapper.unmount())
  stop()
  // A store that still asks its host would be the active one again in the middle of the next test.
  disposePinia(pinia)
})

describe('it is offered', () => {
  it('for a counterexample, and the host gets the schedule that machines play', async () => {
    await connect()
    useLabStore().showSaved(counterexample(M7))
    shown(ReenactButton)
    expect(text('reenact')).toBe('Re-enact on real processes…')
    const command = useCommands().views.value.find(({ id }) => id === 'view.reenact')
    expect(command?.enabled).toBe(true)
    expect(await useReenactStore().start()).toBe(true)
    const schedule = parseSchedule(started[0] ?? '')
    expect(schedule).toMatchObject({ nodes: 5, config: { mutant: 'M7' }, end: { invariant: 'I8' } })
    expect(schedule.acts.length).toBeGreaterThan(10)
  })

  it('for a path by hand, with what it violates: here nothing', async () => {
    await connect()
    const { explored } = counterexample(M7)
    const acts = (explored?.acts ?? []).slice(0, 3)
    useLabStore().showSaved(forkedPathView({ ...explored!, acts, forkedAt: 3 }, false))
    expect(useReenactStore().subject?.schedule?.end.invariant).toBeNull()
    expect(useReenactStore().can).toBe(true)
  })

  it('for a run directory that holds a schedule', async () => {
    const { schedule } = scheduleOfPath(counterexample(M7).explored!, 'I8')
    const extras = { schedule: JSON.stringify(schedule), reenacted: null, replay: null }
    await connect({ ...DESK, runExtras: async () => extras })
    useReenactStore()
    const { explored: _path, ...rest } = counterexample(M7)
    useLabStore().showSaved({ ...rest, kind: 'saved', run: '2026-03-04T05-06-07-abcd' })
    await eventually('what it holds', () => useReenactStore().can)
    expect(useReenactStore().subject?.schedule).toEqual(schedule)
  })
})

describe('it is not offered, and says why', () => {
  const why = (): string => {
    shown(ReenactButton)
    expect(at('reenact')).toBeNull()
    expect(useReenactStore().can).toBe(false)
    return text('reenact-why')
  }

  it('without a host', () => {
    useLabStore().showSaved(counterexample(M7))
    expect(why()).toContain('none is connected')
    const command = useCommands().views.value.find(({ id }) => id === 'view.reenact')
    expect(command?.enabled).toBe(false)
  })

  it('of a host that cannot', async () => {
    const refuse = (): Promise<never> => Promise.reject(new LabCallError('unavailable', 'no'))
    await connect({ reenactmentNow: refuse })
    useLabStore().showSaved(counterexample(M7))
    useReenactStore()
    await eventually('the host has answered', () => useReenactStore().obstacle !== '')
    expect(why()).toContain('it keeps no runs')
  })

  it('for a rule that processes have no acts for, or too many nodes', async () => {
    await connect()
    useLabStore().showSaved(counterexample({ ...M7, ballots: 1, mutant: 'M11' }))
    expect(why()).toContain('M11 breaks a rule of the model')
    const bounds = { ...M7, acceptors: 5, ballots: 5 }
    expect(scheduleOfPath({ bounds, acts: [] }, null).why).toMatch(/^It needs 11 nodes/)
  })

  it('where nothing of the kind is shown', async () => {
    await connect()
    shown(ReenactButton)
    expect([at('reenact'), at('reenact-why')]).toEqual([null, null])
  })
})

describe('while it goes on', () => {
  beforeEach(async () => {
    await connect()
    useLabStore().showSaved(counterexample(M7))
    useUiStore().open('reenact')
    shown(DialogHost)
    shown(ReenactChip)
    await nextTick()
    expect(text('reenact-state')).toContain('a few seconds')
    at('reenact-start')?.click()
    await eventually('it runs', () => text('reenact-state').includes('Act 4 of 18'))
  })

  it('the dialog and the status bar say which act, and it can be cancelled', async () => {
    expect(text('reenact-state')).toContain('deliver 1>4 promise 1.4')
    expect(text('reenact-chip')).toBe('re-enacting 4/18')
    at('reenact-cancel')?.click()
    await eventually('it is over', () => text('reenact-state').includes('it was cancelled'))
    expect(at('reenact-chip')).toBeNull()
    expect(at('reenact-open')).toBeNull()
  })

  it('in the background it ends with a message and the way to its run', async () => {
    useUiStore().close()
    const end = { same: true, violated: ['I8'], valuesOnDisk: 2 }
    now = { ...RUNNING, state: 'done', act: 18, end, run: '2026-03-04T05-06-07-abcd' }
    await eventually('a message', () => useToastsStore().toasts.length > 0)
    expect(useToastsStore().toasts[0]).toMatchObject({
      why: expect.stringContaining('The same violation came on real processes: I8.'),
      action: { label: 'Open the run' },
    })
  })
})

describe('how it ended', () => {
  it.each([
    [
      { same: true, violated: ['I6', 'I8'], valuesOnDisk: 2 },
      'I8',
      /same violation .*I8\. The disks/,
    ],
    [{ same: true, violated: [], valuesOnDisk: 1 }, null, /^Nothing was violated/],
    [
      { same: false, violated: ['I6'], valuesOnDisk: 1 },
      'I8',
      /otherwise: .*of I8, .* found I6\.$/,
    ],
    [{ same: false, violated: [], valuesOnDisk: 0 }, 'I15', /Liveness is not judged/],
  ] as const)('%j, with %s expected', (end, expected, words) => {
    expect(endWords({ ...RUNNING, state: 'done', end, expected })).toMatch(words)
  })

  it('before its end: at which act, and why', () => {
    const words = endWords({ ...RUNNING, state: 'done', failure: 'act 4: nothing came' })
    expect(words).toBe('It did not come to its end (act 4 of 18): act 4: nothing came')
  })
})
