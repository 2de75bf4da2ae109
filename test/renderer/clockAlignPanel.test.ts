/** The toggle "align clocks" with its store, list and command; off, on, anew, and another run. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import type { LabEvent, MessageNote } from '../../src/core/event'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { TIME_RUNS } from '../../src/renderer/src/commands/timeRuns'
import ClockAlign from '../../src/renderer/src/components/spacetime/ClockAlign.vue'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSpacetimeStore } from '../../src/renderer/src/stores/spacetime'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticSource } from '../support/syntheticSource'

const OPTIONS = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const NOTE: Omit<MessageNote, 'id'> = {
  ...{ message: 'prepare', ballot: { round: 5, node: 1 }, slot: 7, count: 1 },
}
let stop: () => void

/** One message, told by both its nodes. */
function told(id: string, from: number, to: number, sentMs: number, endMs: number): LabEvent[] {
  const stamp = { seq: 1, life: 1, nodeSeq: 1, id, ...NOTE }
  return [
    { ...stamp, atMs: sentMs, by: from, type: 'sent', to, after: 0 },
    { ...stamp, atMs: endMs, by: to, type: 'received', from },
  ]
}

/** The clock of node 3 is 12 ms behind: 4 ms one way look like -8, and like 16 the other way. */
const LATE = [...told('a', 1, 3, 100, 92), ...told('b', 3, 1, 93, 109)]

function row(list: Element, at: number): string {
  const cells = list.querySelectorAll('tbody tr')[at]?.querySelectorAll('td') ?? []
  return Array.from(cells, (cell) => cell.textContent?.trim()).join(' ')
}

describe('aligning clocks', () => {
  beforeEach(async () => {
    setActivePinia(createPinia())
    const lab = useLabStore()
    stop = lab.connect(syntheticSource(new SyntheticLab()))
    await eventually('connected', () => lab.connected)
    await lab.act((call) => call.startCluster(OPTIONS))
    const space = useSpacetimeStore()
    space.engine().tell({ kind: 'events', events: LATE })
  })
  afterEach(() => {
    stop()
    document.body.innerHTML = ''
  })

  it('is off, says what it does, and lists by how much each node was shifted', async () => {
    const space = useSpacetimeStore()
    const view = mount(ClockAlign, { attachTo: document.body })
    const toggle = view.get('[data-testid=spacetime-align]')
    expect(space.aligned).toBeNull()
    expect(toggle.attributes('aria-pressed')).toBe('false')
    expect(toggle.attributes('title')).toMatch(/no message arrives before it was sent/)
    expect(toggle.attributes('title')).toMatch(/keep the recorded times/)
    expect(view.find('[data-testid=spacetime-aligned]').exists()).toBe(false)
    await toggle.trigger('click')
    await eventually('it is estimated', () => space.aligned !== null)
    await nextTick()
    expect(toggle.attributes('aria-pressed')).toBe('true')
    expect(toggle.attributes('title')).toContain('clocks aligned: N3 +12.0 ms')
    expect(toggle.attributes('title')).toContain('N2 0 ms, stays: no messages both ways')
    await view.get('[data-testid=spacetime-aligned]').trigger('click')
    const list = await eventually('the list', () => document.querySelector('.clock-list'))
    expect(row(list, 0)).toBe('N1 0 ms the others are compared with it')
    expect(row(list, 2)).toBe('N3 +12.0 ms the middle of +8.00 ms and +16.0 ms')
    expect(list.textContent).toMatch(/from 2 messages/)
    await toggle.trigger('click')
    expect(space.aligned).toBeNull()
    view.unmount()
  })

  it('stands while more is told, until it is estimated anew; recorded times stay', async () => {
    const space = useSpacetimeStore()
    await space.align()
    const shift = () => space.aligned?.estimate.nodes[2]?.shiftMs
    expect(shift()).toBeCloseTo(12, 3)
    space.engine().tell({ kind: 'events', events: told('c', 3, 1, 300, 310) })
    const rows = await space.ask({ what: 'rows', from: 0, count: 1 })
    expect(rows).toMatchObject({ lines: [{ startMs: 93, endMs: 109 }] })
    expect(shift()).toBeCloseTo(12, 3)
    await space.align()
    expect(shift()).toBeCloseTo(9, 3)
  })

  it('ends with its run, and nothing late brings it back', async () => {
    const space = useSpacetimeStore()
    await space.align()
    const late = space.align()
    const lab = useLabStore()
    await lab.act((call) => call.stopCluster())
    await lab.act((call) => call.startCluster(OPTIONS))
    await late
    expect(space.aligned).toBeNull()
  })

  it('as a command it shows the diagram, and takes it back there', async () => {
    const ui = useUiStore()
    const space = useSpacetimeStore()
    ui.view = 'lab'
    await TIME_RUNS['time.alignClocks']()
    expect([ui.view, space.aligned !== null]).toEqual(['timeline', true])
    await TIME_RUNS['time.alignClocks']()
    expect([ui.view, space.aligned]).toEqual(['timeline', null])
  })
})
