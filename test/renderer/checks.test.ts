/** The view of the checks: how each stands, what shows a violation, and alarms that last. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { INVARIANT_IDS, TITLES } from '../../src/core/check/views'
import type { LabEvent } from '../../src/core/event'
import { EMPTY_SERIES } from '../../src/core/measure/series'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import {
  checkRows,
  lacksBound,
  spaced,
  stateOf,
  summaryOf,
  wordsOf,
} from '../../src/renderer/src/components/checks/checkTable'
import { readEvidence } from '../../src/renderer/src/components/checks/evidence'
import { useAlarmsStore } from '../../src/renderer/src/stores/alarms'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import ChecksView from '../../src/renderer/src/views/ChecksView.vue'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { CheckView, LabStatus } from '../../src/shared/api'

const view = (id: string, state: CheckView['state'], words = ''): CheckView => ({
  ...{ id, title: id, state, words, evidence: state === 'violated' ? [3, 4] : [] },
})
const voted = (seq: number, by: number, id: string, round: number): LabEvent => ({
  ...{ seq, atMs: seq * 100, by, life: 1, nodeSeq: seq },
  ...{ type: 'voted', ballot: { round, node: by }, slot: 12, count: 1, ids: [id] },
})
const told: LabEvent = {
  ...{ seq: 9, atMs: 950, by: 'lab', type: 'violated', invariant: 'I8' },
  ...{ words: 'slot 12 has two values', evidence: [3, 4] },
}
const EVENTS = [voted(3, 1, 'a:1', 4), voted(4, 2, 'b:7', 5), told]
const CHECKS = INVARIANT_IDS.map((id) =>
  id === 'I8'
    ? view(id, 'violated', 'slot 12 has two values at node 2')
    : view(id, 'holds', 'No violation in 41220 events'),
)

beforeEach(() => setActivePinia(createPinia()))

describe('how a check stands', () => {
  it('never says more than it saw', () => {
    expect(stateOf(view('I1', 'holds'), true)).toBe('holds')
    expect(stateOf(view('I9', 'idle', 'Nothing to judge yet'), true)).toBe('checking')
    expect(stateOf(view('I9', 'idle', 'Nothing to judge yet'), false)).toBe('idle')
    expect(stateOf(view('I15', 'idle', 'No bound was given'), true)).toBe('idle')
    const unheard = view('I14', 'idle', 'No history of clients was judged')
    expect(wordsOf(unheard, true)).toMatch(/^Judged when the cluster stops/)
    expect(wordsOf(unheard, false)).toBe(unheard.words)
    expect(lacksBound(view('I15', 'idle', 'No bound was given'))).toBe(true)
    expect(lacksBound(view('I15', 'idle', 'Nothing to judge yet'))).toBe(false)
    const lost = 'Facts were lost at event 7: not enough data'
    expect(stateOf(view('I14', 'notEnoughData', lost), true)).toBe('notEnoughData')
    const budget = 'out of budget: 900 operations on 3 keys, no answer for "k7"'
    expect(stateOf(view('I14', 'notEnoughData', budget), false)).toBe('budget')
    expect(spaced('No violation in 41220 events')).toBe('No violation in 41\u202f220 events')
  })

  it('is grouped, has a sentence with its place, and is summed up with alarms first', () => {
    const rows = checkRows(CHECKS, EVENTS, true)
    expect(rows.map(({ id }) => id)).toEqual([...INVARIANT_IDS])
    expect(rows.filter(({ group }) => group === 'Liveness').map(({ id }) => id)).toEqual(['I15'])
    expect(rows.every(({ says, place }) => says !== '' && place !== '')).toBe(true)
    expect(summaryOf(rows).map(({ words }) => words)).toEqual(['1 violated', '14 hold so far'])
    expect(rows.find(({ id }) => id === 'I8')?.atMs).toBe(950)
    expect(Object.keys(TITLES)).toHaveLength(rows.length)
  })

  it('a record without verdicts still tells what it recorded as violated', () => {
    const rows = checkRows([], EVENTS, false)
    expect(rows.filter(({ state }) => state === 'violated').map(({ id }) => id)).toEqual(['I8'])
    expect(rows.filter(({ state }) => state === 'idle')).toHaveLength(14)
    expect(checkRows([], [], true)).toEqual([])
  })
})

it('evidence tells both values, who stands for each, and the witnesses', () => {
  const { slot, sides, witnesses } = readEvidence(EVENTS)
  expect(slot).toBe(12)
  expect(sides.map(({ value, nodes, ballots }) => [value, nodes, ballots])).toEqual([
    ['a:1', [1], ['4.1']],
    ['b:7', [2], ['5.2']],
  ])
  expect(witnesses).toEqual([
    { ballot: '4.1', by: 'voted', nodes: [1] },
    { ballot: '5.2', by: 'voted', nodes: [2] },
  ])
  expect(readEvidence([told])).toEqual({ slot: null, sides: [], witnesses: [] })
})

const STATUS: LabStatus = {
  ...IDLE_STATUS,
  ...{ state: 'running', runDir: 'run-1', checks: CHECKS },
  options: { ...DEFAULT_CLUSTER, policy: LEADER_POLICY, mutant: 'M1' },
}

describe('the view', () => {
  it('opens the violation, jumps to its moment, and can be acknowledged', async () => {
    const lab = useLabStore()
    const alarms = useAlarmsStore()
    useEventsStore().reset(EVENTS)
    lab.status = STATUS
    const wrapper = mount(ChecksView, { attachTo: document.body })
    expect(wrapper.get('[data-check="I1"]').text()).toContain('No violation in 41\u202f220 events')
    expect(wrapper.get('[data-testid="check-detail"] h2').text()).toBe('I8 Agreement')
    expect(wrapper.findAll('.panel-head .chip').length).toBeGreaterThan(0)
    expect(wrapper.get('[data-testid="evidence-values"]').text()).toContain('b:7')
    expect(wrapper.get('[data-testid="evidence-events"]').findAll('tbody tr')).toHaveLength(2)
    expect(alarms.open).toHaveLength(1)
    await wrapper.get('[data-testid="acknowledge"]').trigger('click')
    expect(alarms.open).toHaveLength(0)
    expect(wrapper.find('[data-testid="acknowledge"]').exists()).toBe(false)
    await wrapper.get('[data-testid="evidence-jump"]').trigger('click')
    expect(useUiStore().view).toBe('lab')
    expect(useTimeStore().live).toBe(false)
    wrapper.unmount()
  })
})

describe('alarms', () => {
  it('outlast their run until somebody acknowledges them', () => {
    const lab = useLabStore()
    const alarms = useAlarmsStore()
    lab.status = STATUS
    expect(alarms.open.map(({ invariant }) => invariant)).toEqual(['I8'])
    lab.status = { ...IDLE_STATUS, state: 'running', runDir: 'run-2' }
    expect(alarms.open.map(({ run }) => run)).toEqual(['run-1'])
    alarms.acknowledge()
    expect(alarms.open).toEqual([])
    // Seen again, it is known already.
    lab.status = STATUS
    expect(alarms.open).toEqual([])
  })

  it('of a saved run go with it', () => {
    const lab = useLabStore()
    const alarms = useAlarmsStore()
    const run = { kind: 'saved', title: 'old', startedAt: null, verdict: 'violated' } as const
    const rest = { status: STATUS, events: [], series: EMPTY_SERIES, left: 0, notes: [] }
    lab.saved = { ...run, ...rest, read: () => Promise.resolve([]) }
    lab.status = STATUS
    expect(alarms.open).toHaveLength(1)
    lab.saved = null
    lab.status = IDLE_STATUS
    expect(alarms.open).toEqual([])
  })
})
