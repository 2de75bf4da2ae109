/** The inspector of the run: faults and what ends them, and what is known without options. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { ActiveFault } from '../../src/core/fault'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import RunInspector from '../../src/renderer/src/components/inspect/RunInspector.vue'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { ClusterOptions } from '../../src/shared/api'

const PLAN: ClusterOptions = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const open: VueWrapper[] = []

function keep<T extends VueWrapper>(wrapper: T): T {
  open.push(wrapper)
  return wrapper
}
afterEach(() => open.splice(0).forEach((wrapper) => wrapper.unmount()))

describe('the inspector without a selection', () => {
  it('lists the faults of now with what ends each', async () => {
    const fault = (id: string, of: ActiveFault['fault'], startedAtMs: number): ActiveFault => ({
      id,
      fault: of,
      startedAtMs,
      endedAtMs: null,
    })
    const faults = [
      fault('f1', { kind: 'kill', node: 5 }, 1000),
      fault('f2', { kind: 'pause', node: 1, cooperative: false }, 2000),
    ]
    const status = { ...IDLE_STATUS, state: 'running', options: PLAN, faults } as const
    const wrapper = keep(
      mount(RunInspector, {
        props: {
          ...{ status, shown: status, live: true, over: false, unit: 's', overIds: new Set('') },
          ...{ usable: true, sentence: () => null },
        },
      }),
    )
    const buttons = wrapper.get('[data-testid="faults-now"]').findAll('li button')
    expect(buttons.map((button) => button.text())).toEqual(['Resume', 'Restart'])
    await buttons[1]?.trigger('click')
    expect(wrapper.emitted('end')).toEqual([['f1']])
  })

  it('tells of a record without options what is known, and not that nothing runs', () => {
    const status = { ...IDLE_STATUS, atMs: 4000, events: 190 }
    const wrapper = keep(
      mount(RunInspector, {
        props: {
          ...{ status, shown: status, live: true, over: true, unit: 's', overIds: new Set('') },
          ...{ usable: false, sentence: () => null },
        },
      }),
    )
    expect(wrapper.text()).toMatch(/This run.*4\.000 s.*190 events, 0 dropped.*events alone/s)
    expect(wrapper.text()).not.toContain('Nothing runs')
  })
})
