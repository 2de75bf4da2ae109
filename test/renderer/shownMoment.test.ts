/** What panels say beside the picture is of the moment, and of the run, that the picture shows. */
import { readFileSync } from 'node:fs'
import { mount, shallowMount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EMPTY_SERIES } from '../../src/core/measure/series'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import AppFrame from '../../src/renderer/src/components/frame/AppFrame.vue'
import SavedBanner from '../../src/renderer/src/components/frame/SavedBanner.vue'
import InspectorPane from '../../src/renderer/src/components/inspect/InspectorPane.vue'
import GatePanel from '../../src/renderer/src/components/panels/GatePanel.vue'
import TopologyPanel from '../../src/renderer/src/components/topology/TopologyPanel.vue'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSelectionStore } from '../../src/renderer/src/stores/selection'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticSource } from '../support/syntheticSource'

/** The frame fetches every view once it stands; none of them is looked at here. */
vi.mock('../../src/renderer/src/views', () => {
  const none = { render: () => null }
  return { DialogHost: none, VIEWS: { start: none, lab: none }, fetchViews: async () => undefined }
})

const BOTH = [
  { from: 1, to: 2 },
  { from: 2, to: 1 },
]

let lab: SyntheticLab
let disconnect: () => void
const open: VueWrapper[] = []

/** N5 paused and N1 – N2 cut from 3 s to 6 s; now it is 9 s and nothing holds. */
async function healedRun(): Promise<void> {
  lab = new SyntheticLab()
  await lab.startCluster({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY })
  lab.forward(3000)
  await lab.pauseNode(5)
  await lab.changeLinks(BOTH, { kind: 'cut' })
  lab.forward(3000)
  await lab.healAll(true)
  lab.forward(3000)
  useEventsStore()
  useTimeStore()
  const store = useLabStore()
  disconnect = store.connect(syntheticSource(lab))
  await eventually('the window is connected', () => store.connected)
}

function saved(more: Partial<SavedView> = {}): SavedView {
  return {
    ...{ kind: 'simulated', title: 'Seed 1, 5 nodes', startedAt: null, verdict: 'valid' },
    ...{ status: useLabStore().status, events: useEventsStore().held.slice() },
    ...{ series: EMPTY_SERIES, left: 0, notes: [], read: async () => [] },
    ...more,
  }
}

function keep<Kept extends VueWrapper>(wrapper: Kept): Kept {
  open.push(wrapper)
  return wrapper
}

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})
afterEach(async () => {
  open.splice(0).forEach((wrapper) => wrapper.unmount())
  disconnect()
  await lab.close()
})

describe('the inspector at a moment of the past', () => {
  it('tells the faults and the time of that moment, and what can still be ended', async () => {
    await healedRun()
    const pane = keep(mount(InspectorPane))
    const faults = () => pane.get('[data-testid=faults-now]')
    expect(faults().get('h3').text()).toMatch(/^Faults now\s+0/)
    expect(faults().text()).toContain('Cut a link in the topology')
    useTimeStore().pin(4000)
    await nextTick()
    expect(faults().get('h3').text()).toMatch(/^Faults at 4\.000 s\s+2/)
    expect(faults().text()).toMatch(/N5/)
    expect(faults().findAll('button')).toEqual([])
    expect(pane.get('[data-testid=run-time]').text()).toBe('4.000 s of 9.0 s')
    useTimeStore().pin(8000)
    await nextTick()
    expect(faults().text()).toMatch(/None at this moment\.$/)
  })

  it('gives no advice in a run that is over', async () => {
    await healedRun()
    useLabStore().showSaved(saved())
    const pane = keep(mount(InspectorPane))
    expect(pane.get('[data-testid=faults-now]').text()).toMatch(/^Faults at the end\s+0\s*None\.$/)
    useTimeStore().pin(4000)
    await nextTick()
    expect(pane.findAll('[data-testid=faults-now] li')).toHaveLength(2)
    expect(pane.findAll('[data-testid=faults-now] button')).toEqual([])
  })

  it('shows a node and a link as they were', async () => {
    await healedRun()
    const selection = useSelectionStore()
    const pane = keep(mount(InspectorPane))
    selection.select({ kind: 'node', node: 5 })
    useTimeStore().pin(4000)
    await nextTick()
    expect(pane.get('[data-testid=node-role]').text()).toBe('paused')
    selection.select({ kind: 'link', from: 1, to: 2 })
    await nextTick()
    expect(pane.get('[data-testid=link-state]').text()).toBe('cut')
    // What the button does, it does now.
    expect(pane.get('[data-testid=cut-both]').text()).toMatch(/^Cut/)
    expect(pane.text()).toContain('Cut for 1.0 s.')
  })

  it('hides no fault: the list has no height of its own', () => {
    const path = 'src/renderer/src/components/inspect/RunInspector.vue'
    const [, rule] = /\n\.faults \{([^}]*)\}/.exec(readFileSync(path, 'utf8')) ?? []
    expect(rule).toMatch(/^\s*min-height: 88px;\s*$/)
    return healedRun()
  })
})

describe('the legend of the topology', () => {
  it('calls a cut of both directions so, and one of one direction so', async () => {
    await healedRun()
    const panel = keep(mount(TopologyPanel, { attachTo: document.body }))
    const legend = () => panel.get('[data-testid=topology-legend]').text()
    expect(legend()).not.toContain('cut')
    useTimeStore().pin(4000)
    await nextTick()
    expect(legend()).toContain('cut, both directions')
    expect(legend()).not.toContain('one direction')
    useTimeStore().goLive()
    await lab.changeLinks([{ from: 3, to: 4 }], { kind: 'cut' })
    lab.forward(500)
    await nextTick()
    expect(legend()).toContain('cut, one direction')
    expect(legend()).not.toContain('both directions')
  })
})

describe('a run that is over', () => {
  it('has no gate to work at', async () => {
    await healedRun()
    useLabStore().showSaved(saved())
    const panel = keep(mount(GatePanel, { props: { gate: { frames: [], total: 0 } } }))
    expect(panel.get('.none').text()).toMatch(/^This run is over: it has no gate/)
  })

  it('has figures in its banner that are no warning', async () => {
    await healedRun()
    const banner = keep(
      mount(SavedBanner, {
        props: {
          saved: saved({ facts: ['14.6 simulated s'], notes: ['a torn tail'] }),
          ...{ opening: null, stoppable: false },
        },
      }),
    )
    expect(banner.findAll('.warn').map((one) => one.text())).toEqual(['a torn tail'])
    expect(banner.find('.muted[title="14.6 simulated s"]').exists()).toBe(true)
  })
})

it('the tab of the browser has the title of the page', async () => {
  await healedRun()
  const ui = useUiStore()
  ui.view = 'start'
  keep(shallowMount(AppFrame))
  expect(document.title).toBe('Paxos Lab')
  ui.view = 'lab'
  useLabStore().showSaved(saved())
  await nextTick()
  expect(document.title).toBe('Seed 1, 5 nodes – Paxos Lab')
})
