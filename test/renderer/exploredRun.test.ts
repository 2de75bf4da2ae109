/** A counterexample of the explorer in the window: its nodes, its charts and its time of steps. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { DigestCheck } from '../../src/core/check/digestCheck'
import { formatBallot } from '../../src/core/paxos/ballot'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import TimeAxis from '../../src/renderer/src/components/charts/TimeAxis.vue'
import ToolBar from '../../src/renderer/src/components/frame/ToolBar.vue'
import { nodeModels } from '../../src/renderer/src/components/topology/nodeModel'
import { readTheme } from '../../src/renderer/src/composables/chartTheme'
import { timeTicks } from '../../src/renderer/src/composables/chartTicks'
import { latency } from '../../src/renderer/src/composables/pictures/latency'
import type { PictureInput } from '../../src/renderer/src/composables/pictures/picture'
import { progress } from '../../src/renderer/src/composables/pictures/progress'
import { staircase } from '../../src/renderer/src/composables/pictures/staircase'
import { throughput } from '../../src/renderer/src/composables/pictures/throughput'
import * as unit from '../../src/renderer/src/composables/timeUnit'
import { extentMs } from '../../src/renderer/src/composables/timeWindow'
import { useShownNodes } from '../../src/renderer/src/composables/useShownNodes'
import { explore } from '../../src/renderer/src/sources/exploration'
import { exploredView } from '../../src/renderer/src/sources/explorer'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { DEFAULT_CLUSTER } from '../../src/shared/api'

const OPTIONS = { ...DEFAULT_CLUSTER, nodes: 3, policy: LEADER_POLICY } as const
const BOUNDS = { acceptors: 3, values: 2, ballots: 2, mutant: 'M7' } as const
const explored = explore({ bounds: BOUNDS, symmetry: false }, () => 0, vi.fn())

function counterexample(): SavedView {
  const found = explored.counterexample
  if (found === null) throw new Error('nothing broke')
  return exploredView(explored, found)
}

/** By node: promised ballot, voted through, chosen through, role. */
function rows(): string[] {
  return useShownNodes().value.statuses.map(
    ({ node, promised, votedThrough, chosenThrough, role }) =>
      `N${node} ${formatBallot(promised)} ${votedThrough} ${chosenThrough} ${role}`,
  )
}

beforeEach(() => {
  setActivePinia(createPinia())
  useSeriesStore()
  useTimeStore()
  useLabStore().showSaved(counterexample())
})

describe('the nodes of a path', () => {
  it('show at its end what they promised, voted and learned: two values chosen', () => {
    expect(rows()).toEqual([
      'N1 1.5 1 0 idle',
      'N2 1.5 1 0 idle',
      'N3 0.0 0 0 idle',
      'N4 0.0 0 1 leading',
      'N5 0.0 0 1 leading',
    ])
    const models = nodeModels(useLabStore().status.nodes, new Map())
    expect(models.map(({ promised }) => promised)).toEqual(['1.5', '1.5', '0.0', '0.0', '0.0'])
    expect(models.every(({ bars }) => bars !== null)).toBe(true)
  })

  it('show at each step what was so after it, and nothing promised before the first', () => {
    const time = useTimeStore()
    const words = explored.counterexample?.steps ?? []
    time.pin(0)
    expect(rows().every((row) => row.endsWith(' 0.0 0 0 idle'))).toBe(true)
    const promises = words.findIndex((word) => word.startsWith('1b  N1'))
    time.pin((promises + 1) * 1000)
    expect(rows()[0]).toBe('N1 1.4 0 0 idle')
    expect(rows()[3]).toMatch(/^N4 .* preparing$/)
    const votes = words.findIndex((word) => word.startsWith('2b  N1'))
    time.pin((votes + 1) * 1000)
    expect(rows()[0]).toBe('N1 1.4 1 0 idle')
    expect(rows()[3]).toMatch(/^N4 .* leading$/)
  })

  it('claim no digest that could be compared: nothing was applied', () => {
    const check = new DigestCheck()
    for (const event of counterexample().events) check.feed(event, vi.fn())
    expect(check.judged).toBe(0)
  })
})

describe('its time', () => {
  it('counts steps, fits the run, and has a tick at whole steps only', () => {
    const time = useTimeStore()
    expect(time.unit).toBe('step')
    const steps = explored.counterexample?.steps.length ?? 0
    expect(time.nowMs).toBe(steps * 1000)
    expect(extentMs(time.view)).toBe(steps * 1000)
    const least = unit.tickMsMin(time.unit)
    const texts = timeTicks(0, 4000, 2000, 72, least).map(({ text }) => text)
    expect(texts).toEqual(['0', '1', '2', '3', '4'])
    expect(unit.momentWords(time.nowMs, time.unit)).toBe(`step ${steps}`)
    expect(unit.rangeWords(0, time.nowMs, time.unit)).toBe(`steps 0–${steps}`)
    expect(unit.spanWords(1000, time.unit)).toBe('1 step')
    const props = { fromMs: 0, toMs: time.nowMs, cursorMs: 3000, left: 40, width: 600 }
    const axis = mount(TimeAxis, { props: { ...props, unit: time.unit } })
    const all = axis.findAll('text').map((text) => text.text())
    expect(all).toContain('step')
    expect(all).not.toContain('s')
    expect(axis.get('.now').text()).toBe('3')
  })

  it('is seconds again for any other run', () => {
    expect(unit.timeUnitOf({ cluster: 'c1' })).toBe('s')
    expect(unit.timeUnitOf({ cluster: null })).toBe('s')
    expect(unit.momentWords(27_360, 's')).toBe('27.360 s')
    expect(unit.rangeWords(0, 30_000, 's')).toBe('0–30 s')
  })
})

it('charts draw the log of each node, and ask for nothing of a run that is over', () => {
  const { data } = useSeriesStore()
  const time = useTimeStore()
  const input: PictureInput = {
    ...{ data, members: useLabStore().members, fromMs: 0, toMs: time.nowMs, nowMs: time.nowMs },
    ...{ readMs: time.nowMs, ended: true, hidden: new Set<string>() },
    theme: readTheme(document.documentElement),
  }
  expect(progress.picture(input).empty).toBeNull()
  const values = progress.legend(input).map(({ label, value }) => `${label} ${value}`)
  expect(values).toEqual(['N1 0', 'N2 0', 'N3 0', 'N4 1', 'N5 1'])
  expect(throughput.picture(input).empty).toBe('No client asked anything in this run.')
  expect(latency.picture(input).empty).toBe('No request was acknowledged in this run.')
  expect(staircase.picture(input).empty).toBeNull()
  const live = { ...input, ended: false }
  expect(throughput.picture(live).empty).toMatch(/Start the load/)
})

it('the bar names no seed and no policy: it was made with neither', () => {
  const { status } = useLabStore()
  const props = {
    ...{ plan: OPTIONS, usable: false, saved: true, title: 'A path', begins: false },
    keyOf: () => '',
  }
  const bar = mount(ToolBar, { props: { ...props, status } })
  expect(bar.find('[data-testid="tool-seed"]').exists()).toBe(false)
  expect(bar.text()).not.toMatch(/Seed|Policy/)
  const made = { ...status, cluster: 'c1', options: OPTIONS }
  const other = mount(ToolBar, { props: { ...props, status: made } })
  expect(other.text()).toMatch(/Seed/)
})
