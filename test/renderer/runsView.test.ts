/** The view of runs on a desk that the test plays: form, progress, results, comparison. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { nextTick } from 'vue'
import TrialsChip from '../../src/renderer/src/components/runs/TrialsChip.vue'
import { reportedRun } from '../../src/renderer/src/commands/reportActs'
import { openReport } from '../../src/renderer/src/components/runs/report'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useRunsStore } from '../../src/renderer/src/stores/runs'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import RunsView from '../../src/renderer/src/views/RunsView.vue'
import { LabCallError } from '../../src/shared/api'
import type {
  DeskApi,
  ExperimentCard,
  ResultCard,
  TrialsRequest,
  TrialsView,
} from '../../src/shared/deskApi'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'
import { resultOf } from '../support/trialResults'

const ID = 'experiment-2026-01-02T03-04-05-ab01'
const POINTS = [{ policy: 'eager' }, { policy: 'exponential' }]
const CARD: ExperimentCard = {
  ...{ id: 'bundled/duel', name: 'duel', title: 'The duel', summary: 'Two bid.' },
  ...{ source: 'bundled', changedAt: null, problem: '' },
}
const RUNNING: TrialsView = {
  ...{ id: ID, title: 'The duel', state: 'running', planned: 14, ended: 7 },
  counts: { valid: 7, violated: 0, unknown: 0 },
  ...{ startedAt: '2026-01-02T03:04:05.000Z', etaMs: 130_000, words: '' },
}

/** A desk as the host has it, whose trials end when the test says so. */
function playedDesk() {
  const asked: TrialsRequest[] = []
  const state: { now: TrialsView | null; deleted: string[]; wrong: string } = {
    ...{ now: null, deleted: [], wrong: '' },
  }
  const card: ResultCard = {
    ...{ id: ID, name: 'duel', title: 'The duel', startedAt: '2026-01-02T03:04:05.000Z' },
    ...{ source: 'processes', verdict: 'valid', planned: 14, ended: 14 },
  }
  const desk: Partial<DeskApi> = {
    experimentFiles: async () => [CARD],
    experimentText: async () => ({ card: CARD, text: 'version: 1' }),
    planTrials: async (request) => {
      asked.push(request)
      if (state.wrong !== '') throw new LabCallError('badArgument', state.wrong)
      const points = request.sweep.length + 1
      return { trials: 20 * points, points, estimatedS: 360, command: 'paxos-lab run duel' }
    },
    startTrials: async () => {
      state.now = RUNNING
      return ID
    },
    stopTrials: async () => void (state.now = { ...RUNNING, state: 'done', words: 'cancelled' }),
    trialsNow: async () => state.now,
    results: async () => (state.deleted.includes(ID) ? [] : [card]),
    result: async () => resultOf(POINTS),
    deleteResult: async (id) => void state.deleted.push(id),
    compareResults: async () => [
      {
        measure: 'decisionMs',
        a: { count: 7, median: 100, low: 90, high: 120 },
        b: { count: 7, median: 210, low: 190, high: 230 },
        shift: { by: 110, low: 80, high: 140 },
      },
    ],
    reportPage: async (id) => `/report/${id}/report.html`,
  }
  return { desk, asked, state }
}

const open: VueWrapper[] = []
let played: ReturnType<typeof playedDesk>
let stop: () => void

async function connect(desk: Partial<DeskApi>): Promise<void> {
  const lab = useLabStore()
  const client = syntheticClient(new SyntheticLab(), desk)
  stop = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
  await eventually('connected', () => lab.connected)
}

function view(): VueWrapper {
  const wrapper = mount(RunsView, { attachTo: document.body })
  open.push(wrapper)
  return wrapper
}

/** Finds what a test id names, in the view or in what floats over it. */
function at(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-testid="${id}"]`)
}
const text = (id: string): string => at(id)?.textContent?.replace(/\s+/g, ' ').trim() ?? ''
const press = (id: string): void => at(id)?.click()

beforeEach(async () => {
  setActivePinia(createPinia())
  played = playedDesk()
  await connect(played.desk)
})
afterEach(() => {
  open.splice(0).forEach((wrapper) => wrapper.unmount())
  stop()
})

describe('the form of the runner', () => {
  it('plans while it is filled in, and starts what it planned', async () => {
    const wrapper = view()
    await eventually('experiments are listed', () => wrapper.findAll('optgroup option').length > 0)
    await wrapper.get('[data-testid="run-experiment"]').setValue('bundled/duel')
    await wrapper.get('[data-testid="source-simulator"]').trigger('click')
    await eventually('a plan', () => text('plan') === '20 trials, about 6 min of simulated time')
    await wrapper.get('[data-testid="sweep-add"]').trigger('click')
    await wrapper.get('[data-testid="sweep-name-0"]').setValue('policy')
    await eventually('a plan', () => text('plan').startsWith('40 trials at 2 points'))
    expect(played.asked.at(-1)).toMatchObject({
      ...{ source: 'simulator', repeat: 20, jobs: 1, file: 'duel.paxlab.yaml' },
      sweep: ['policy=eager, fixed, random, exponential'],
    })
    press('start-trials')
    await eventually('its result is shown', () => at('result') !== null)
  })

  it('shows an error of the host beside its field, and starts nothing then', async () => {
    played.state.wrong = '"x" are no seeds such as 1..30 or 1,5,9'
    useRunsStore().draft = { ...useRunsStore().draft, experiment: 'bundled/duel' }
    const wrapper = view()
    await eventually('the error', () => wrapper.find('.wrong').exists())
    expect(wrapper.get('.wrong').text()).toBe(played.state.wrong)
    const label = wrapper.get('.wrong').element.parentElement?.previousElementSibling
    expect(label?.textContent).toBe('Trials')
    expect(at('start-trials')?.hasAttribute('disabled')).toBe(true)
  })

  it('takes the wish of another view, with its text as it is now', async () => {
    view()
    useRunsStore().wish = { text: 'version: 1 # mine', file: 'mine.paxlab.yaml' }
    await eventually('it is planned', () => played.asked.at(-1)?.file === 'mine.paxlab.yaml')
    expect(played.asked.at(-1)?.text).toBe('version: 1 # mine')
  })
})

describe('trials that run', () => {
  it('tell how far they are in every view, and can be cancelled', async () => {
    played.state.now = RUNNING
    open.push(mount(TrialsChip, { attachTo: document.body }))
    await eventually('the chip', () => text('trials-chip') === 'trials 7/14 · ETA 2:10')
    press('trials-chip')
    expect(useUiStore().view).toBe('runs')
    view()
    await eventually('progress', () => text('progress-words') === '7/14 · ETA 2:10')
    press('cancel-trials')
    await eventually('it ended', () => at('progress') === null && at('trials-chip') === null)
    expect(useToastsStore().toasts[0]).toMatchObject({
      ...{ title: 'The duel: 7 valid, 0 violated, 0 unknown', why: 'cancelled' },
    })
  })

  it('are asked for once a second while they run, and no longer', async () => {
    vi.useFakeTimers()
    const asked = vi.spyOn(played.desk, 'trialsNow')
    const runs = useRunsStore()
    played.state.now = RUNNING
    await runs.poll()
    await vi.advanceTimersByTimeAsync(3000)
    expect(asked.mock.calls.length).toBeGreaterThanOrEqual(3)
    played.state.now = { ...RUNNING, state: 'done', ended: 14 }
    await vi.advanceTimersByTimeAsync(1000)
    const until = asked.mock.calls.length
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked.mock.calls.length).toBe(until)
    vi.useRealTimers()
  })
})

describe('a result', () => {
  it('shows points, trials, where it comes from, and charts with names', async () => {
    useUiStore().narrow = false
    view()
    await useRunsStore().show(ID)
    await eventually('it is shown', () => at('result') !== null)
    expect(text('facts')).toMatch(/seeds 1–7.*policy=eager,exponential.*Paxos Lab 0\.1\.0.*4 CPUs/)
    expect(text('facts')).toContain('Process timing is not deterministic')
    expect(text('trial-count')).toBe('14 of 14')
    expect(document.querySelectorAll('.points tbody tr')).toHaveLength(2)
    expect(at('survival')?.getAttribute('aria-label')).toContain('6 of 7 trials decided')
    expect(at('strips')?.querySelectorAll('circle').length).toBe(12)
  })

  it('is deleted after one question with its name', async () => {
    view()
    await useRunsStore().show(ID)
    await eventually('it is shown', () => at('result-delete') !== null)
    press('result-delete')
    await eventually('it asks', () => document.body.textContent?.includes('“The duel”'))
    press('confirm-delete')
    await eventually('it is gone', () => played.state.deleted.includes(ID) && at('result') === null)
  })

  it('two points are compared, with words where the interval leaves 0 out', async () => {
    const wrapper = view()
    await useRunsStore().show(ID)
    await eventually('points', () => wrapper.findAll('.points input').length === 2)
    for (const box of wrapper.findAll('.points input')) await box.trigger('change')
    press('compare-picked')
    await eventually('words', () => text('sentences') === 'B is 2.1x slower to decide.')
    expect(text('compare-table')).toContain('+80 to +140')
    expect(text('compare')).toContain('Process timing is not deterministic')
  })
})

describe('a report', () => {
  let opened: MockInstance<() => void>
  beforeEach(() => {
    opened = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  })
  const titles = () => useToastsStore().toasts.map(({ title }) => title)
  const row = () => at('past')?.textContent ?? ''

  it('that takes long is awaited in sight: row, button and toast say so, once', async () => {
    let write: (page: string) => void = () => undefined
    let asked = 0
    played.desk.reportPage = () => {
      asked += 1
      return new Promise((resolve) => (write = resolve))
    }
    view()
    await eventually('the result is listed', () => row().includes('The duel'))
    await useRunsStore().show(ID)
    await eventually('the result is shown', () => at('result-report') !== null)
    press('result-report')
    await nextTick()
    expect(row()).toContain('writing its report')
    expect(at('result-report')?.getAttribute('aria-busy')).toBe('true')
    await openReport(ID)
    await eventually('a toast says so', () => titles().includes('Writing the report'))
    expect(useToastsStore().toasts[0]?.why).toBe('The duel')
    expect(asked).toBe(1)
    write('/report/x/report.html')
    await eventually('it is there', () => opened.mock.calls.length === 1)
    await nextTick()
    expect(row()).not.toContain('writing its report')
    expect(titles()).toEqual([])
  })

  it('that cannot be written says why, and can be asked for again', async () => {
    played.desk.reportPage = () => Promise.reject(new LabCallError('internal', 'The disk is full.'))
    view()
    await openReport(ID, 'The duel')
    const [toast] = useToastsStore().toasts
    expect(toast).toMatchObject({ level: 'error', title: 'Write the report' })
    expect(toast?.why).toContain('The disk is full.')
    expect(useRunsStore().reporting.size).toBe(0)
    expect(opened).not.toHaveBeenCalled()
  })

  it('that comes too late for a new tab has a button', async () => {
    vi.stubGlobal('navigator', { userActivation: { isActive: false } })
    await openReport(ID, 'The duel').finally(() => vi.unstubAllGlobals())
    const [toast] = useToastsStore().toasts
    expect(toast?.title).toBe('The report is written')
    expect(opened).not.toHaveBeenCalled()
    toast?.action?.run()
    expect(opened).toHaveBeenCalledTimes(1)
  })

  it('by command is that of what is shown, else of the last run that is over', async () => {
    const lab = useLabStore()
    const card = { title: 'A run', events: 1, verdict: 'valid' } as const
    lab.runs = []
    expect(reportedRun()).toBeNull()
    lab.runs = [
      { ...card, id: 'now', startedAt: '2026-01-03', recording: true },
      { ...card, id: 'old', startedAt: '2026-01-01' },
      { ...card, id: 'last', startedAt: '2026-01-02' },
    ]
    expect(reportedRun()?.id).toBe('last')
    await useRunsStore().show(ID)
    expect(reportedRun()?.id).toBe('last')
    useUiStore().view = 'runs'
    expect(reportedRun()).toEqual({ id: ID, title: 'The duel' })
    const shown: Partial<SavedView> = { title: 'Shown', status: IDLE_STATUS, events: [] }
    lab.saved = { ...shown, run: 'shown' } as SavedView
    expect(reportedRun()).toEqual({ id: 'shown', title: 'Shown' })
    // Of a file there is none, and that of another run would be taken for its.
    lab.saved = shown as SavedView
    expect(reportedRun()).toBeNull()
    lab.saved = null
  })
})

describe('a host without a desk', () => {
  it('says so, and asks no more', async () => {
    stop()
    setActivePinia(createPinia())
    await connect({})
    const wrapper = view()
    await eventually('it says so', () => wrapper.text().includes('This host keeps no experiments'))
  })
})
