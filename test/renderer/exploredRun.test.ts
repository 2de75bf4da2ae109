/** A counterexample of the explorer in the window: its nodes, its charts and its time of steps. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { DigestCheck } from '../../src/core/check/digestCheck'
import { formatBallot } from '../../src/core/paxos/ballot'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { askObstacle, loadObstacle } from '../../src/renderer/src/api/facts'
import FaultTrack from '../../src/renderer/src/components/charts/FaultTrack.vue'
import TimeAxis from '../../src/renderer/src/components/charts/TimeAxis.vue'
import ToolBar from '../../src/renderer/src/components/frame/ToolBar.vue'
import InspectorPane from '../../src/renderer/src/components/inspect/InspectorPane.vue'
import ClientPanel from '../../src/renderer/src/components/panels/ClientPanel.vue'
import { rangePin } from '../../src/renderer/src/components/runs/rangePin'
import RangePanel from '../../src/renderer/src/components/spacetime/RangePanel.vue'
import { nodeModels } from '../../src/renderer/src/components/topology/nodeModel'
import { fileName } from '../../src/renderer/src/composables/chartExport'
import { chartSvg } from '../../src/renderer/src/composables/chartSvg'
import { readTheme } from '../../src/renderer/src/composables/chartTheme'
import { timeTicks } from '../../src/renderer/src/composables/chartTicks'
import { CHARTS } from '../../src/renderer/src/composables/pictures'
import { latency } from '../../src/renderer/src/composables/pictures/latency'
import { unitOf } from '../../src/renderer/src/composables/pictures/picture'
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
import type { MessageLine } from '../../src/renderer/src/spacetime/protocol'
import { fineTime, tookWords } from '../../src/renderer/src/spacetime/words'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSelectionStore } from '../../src/renderer/src/stores/selection'
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
    expect(models.map(({ promised }) => promised)).toEqual(['1.5', '1.5', '–', '–', '–'])
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

  it('is in the tables and files of every chart, and nowhere seconds', () => {
    const { data } = useSeriesStore()
    const time = useTimeStore()
    const input: PictureInput = {
      ...{ data, members: useLabStore().members, fromMs: 0, toMs: time.nowMs, nowMs: time.nowMs },
      ...{ readMs: time.nowMs, ended: true, unit: time.unit, hidden: new Set<string>() },
      theme: readTheme(document.documentElement),
    }
    const size = { width: 600, height: 160, widthOf: (text: string) => text.length * 6 }
    for (const chart of CHARTS) {
      const { columns, rows } = chart.table(input)
      expect(columns.join(), chart.id).not.toMatch(/\b(s|ms)\b(?! p95)|per second|\/s\b/)
      const moments = columns.flatMap((name, at) => (/ step$/.test(name) ? [at] : []))
      for (const row of rows) for (const at of moments) expect(row[at]).toMatch(/^(\d{1,2})?$/)
      expect(unitOf(chart, time.unit), chart.id).not.toMatch(/\b(s|ms|second)\b/)
      const { id, title, scale, timeless = false } = chart
      const svg = chartSvg({
        ...{ id, title, scale, timeless, unit: unitOf(chart, time.unit), words: '', bands: [] },
        ...{ flags: [], fromMs: 0, toMs: time.nowMs, nowMs: time.nowMs, time: time.unit },
        ...{ theme: input.theme, picture: chart.picture(input), ...size },
      })
      expect(svg, id).not.toMatch(/>(s|[\d.]+ m?s)<\/text>/)
      if (!timeless) expect(svg, id).toContain('>step</text>')
    }
    expect(staircase.table(input).columns).toContain('begun step')
    expect(staircase.table(input).rows[0]?.slice(0, 3)).toEqual(['1.4', '1', '4'])
    const shown = { fromMs: 0, toMs: time.nowMs, unit: time.unit }
    expect(fileName('throughput', shown, 'csv')).toBe('paxos-lab-throughput-step0-step12.csv')
  })

  it('is in the words of messages, ranges, faults and clocks', () => {
    const line = {
      ...{ startMs: 2000, endMs: 4000, fate: 'passed' },
    } as unknown as MessageLine
    expect(fineTime(2000, 'step')).toBe('2')
    expect(tookWords(line, 'step')).toBe('2 steps under way')
    expect(tookWords(line, 's')).toBe('2000.0 ms under way')
    const fast = { ...line, endMs: line.startMs + 0.004 }
    expect(tookWords(fast, 's')).toBe('4 µs under way')
    const range = {
      ...{ fromMs: 1000, toMs: 4000, messages: 3, bytes: 0, dropped: 0, doubled: 0, skewed: 0 },
      ...{ medianMs: 1000, p95Ms: null, types: [], bids: 1, preempted: 0, chosen: 0 },
    }
    const figures = rangePin(range, null, 'step').rows.map((row) => row.join(' '))
    expect(figures).toContain('Length 3 steps')
    expect(figures).toContain('Median one-way time 1 step')
    const panel = mount(RangePanel, {
      props: { fromMs: 1000, toMs: 4000, unit: 'step', statistics: range },
    })
    expect(panel.text()).toContain('step 1 to step 4')
    expect(panel.text()).not.toMatch(/\d m?s\b/)
    const band = { id: 'f1', kind: 'down', label: 'N1 killed', glyph: 'kill' } as const
    const track = mount(FaultTrack, {
      props: {
        ...{ bands: [{ ...band, fromMs: 2000, toMs: 5000 }], flags: [], fromMs: 0, toMs: 9000 },
        ...{ nowMs: 9000, unit: 'step', left: 0, width: 300 },
      },
    })
    const title = track.get('[data-band]').attributes('title')
    expect(title).toBe('N1 killed for 3 steps, from step 2')
  })

  it('is in all inspectors', async () => {
    const lab = useLabStore()
    const time = useTimeStore()
    const selection = useSelectionStore()
    const pane = mount(InspectorPane)
    const seen: string[] = [pane.text()]
    const looks = [
      { kind: 'node', node: 4 },
      { kind: 'link', from: 1, to: 2 },
      { kind: 'event', seq: 34 },
    ] as const
    time.pin(5000)
    for (const look of looks) {
      selection.select(look)
      await nextTick()
      seen.push(pane.text())
    }
    for (const text of seen) expect(text).not.toMatch(/\d m?s\b/)
    expect(seen.slice(1).every((text) => /step [45]/.test(text))).toBe(true)
    // An acceptor of the model has no process, and nothing can be done to it any more.
    expect(seen[1]).not.toMatch(/Flush|Process|pid|Kill|Pause/)
    expect(lab.status.nodes[3]?.status).not.toBeNull()
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

describe('nobody can ask its nodes anything', () => {
  it('the bar offers no load, and any other source says why there is none', () => {
    const { status } = useLabStore()
    const props = { plan: OPTIONS, title: 'A path', begins: false, keyOf: () => '' }
    const bar = mount(ToolBar, { props: { ...props, status, usable: false, saved: true } })
    expect(bar.find('[data-testid="load"]').exists()).toBe(false)
    const idle = { ...status, state: 'idle' } as const
    const none = mount(ToolBar, { props: { ...props, status: idle, usable: true } })
    expect(none.get('[data-testid="load"]').attributes()).toMatchObject({
      ...{ disabled: '', title: 'Load generator. Start a cluster first.' },
    })
    const live = { usable: true, over: false }
    const running = { ...status, state: 'running' } as const
    expect(loadObstacle(running, live)).toBe('')
    expect(loadObstacle({ ...running, stepping: {} as never }, live)).toMatch(/Step mode is on/)
    expect(askObstacle({ ...running, stepping: {} as never }, live)).toBe('')
    expect(askObstacle(running, { usable: false, over: false })).toMatch(/does not control/)
    expect(askObstacle({ ...running, state: 'starting' }, live)).toMatch(/still starting/)
    expect(askObstacle({ ...running, state: 'stopping' }, live)).toMatch(/being stopped/)
  })

  it('the panel of the client shows what was answered, and no form', () => {
    const lab = useLabStore()
    const over = { usable: false, over: lab.saved !== null }
    const panel = mount(ClientPanel, {
      props: {
        ...{ members: lab.members, answers: [], wish: null, unit: useTimeStore().unit },
        ...{ blocked: askObstacle(lab.status, over), over: over.over },
        send: () => Promise.resolve(null),
      },
    })
    expect(panel.find('form').exists()).toBe(false)
    expect(panel.text()).toMatch(/This run is over: its nodes take no requests/)
  })
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
