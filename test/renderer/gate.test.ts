/** The gate in the window: the table of frames, the dialogs of a hold and of one frame. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { allLinks } from '../../src/core/fault'
import type { ActiveFault, FrameMatch } from '../../src/core/fault'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { frozenBy, holdsOf, violatedIds } from '../../src/renderer/src/api/gateFacts'
import FrameDialog from '../../src/renderer/src/components/dialogs/FrameDialog.vue'
import HoldDialog from '../../src/renderer/src/components/dialogs/HoldDialog.vue'
import GateTable from '../../src/renderer/src/components/panels/GateTable.vue'
import { useGateStore } from '../../src/renderer/src/stores/gate'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { CheckView, LabStatus, NodeView } from '../../src/shared/api'
import type { GateView, HeldFrame } from '../../src/shared/gate'
import type { WindowApi } from '../../src/shared/rpc'
import { eventually } from '../support/eventually'

const open: VueWrapper[] = []

function keep<T extends VueWrapper>(wrapper: T): T {
  open.push(wrapper)
  return wrapper
}
afterEach(() => open.splice(0).forEach((wrapper) => wrapper.unmount()))

function frame(id: number, change: Partial<HeldFrame> = {}): HeldFrame {
  const link = { from: 1, to: 2 }
  const ballot = { round: 3, node: 1 }
  const base = { id, link, message: 'accept', ballot, slot: 4, count: 1, bytes: 300 } as const
  return { ...base, fault: 'f1', heldAtMs: 1000, ...change }
}

describe('frames that wait', () => {
  const FRAMES = [frame(7), frame(8, { count: 3 }), frame(9, { message: null, ballot: null })]
  const table = (picked: readonly number[] = []) =>
    keep(
      mount(GateTable, {
        props: { frames: FRAMES, nowMs: 3500, picked },
        attachTo: document.body,
      }),
    )

  it('are told with link, message, ballot, slots, bytes and how long they wait', () => {
    const cells = table()
      .findAll('tbody tr')
      .map((row) => row.findAll('td').map((cell) => cell.text()))
    expect(cells).toEqual([
      ['', 'N1 → N2', 'accept', '3.1', '4', '300 B', '2.5 s'],
      ['', 'N1 → N2', 'accept', '3.1', '4–6', '300 B', '2.5 s'],
      ['', 'N1 → N2', 'unknown', '', '4', '300 B', '2.5 s'],
    ])
  })

  it('are picked in the order of the picking, all of them with one click', async () => {
    const wrapper = table([9])
    await wrapper.get('#frame-7').setValue(true)
    expect(wrapper.emitted('pick')).toEqual([[[9, 7]]])
    await wrapper.setProps({ picked: [9, 7] })
    expect(wrapper.get('[data-frame="9"] .box').text()).toBe('1')
    expect(wrapper.get('[data-frame="7"] .box').text()).toBe('2')
    await wrapper.get('thead input').setValue(true)
    expect(wrapper.emitted('pick')?.at(-1)).toEqual([[7, 8, 9]])
  })

  it('are one stop of Tab; arrows move, Enter inspects', async () => {
    const wrapper = table()
    const stops = () => wrapper.findAll('tbody input').map((one) => one.attributes('tabindex'))
    expect(stops()).toEqual(['0', '-1', '-1'])
    await wrapper.get('#frame-7').trigger('keydown', { key: 'ArrowDown' })
    await nextTick()
    expect(stops()).toEqual(['-1', '0', '-1'])
    expect(document.activeElement?.id).toBe('frame-8')
    await wrapper.get('#frame-8').trigger('keydown', { key: 'Enter' })
    expect(wrapper.emitted('inspect')).toEqual([[8]])
  })
})

describe('a hold', () => {
  const dialog = (link: { from: number; to: number } | null = null) =>
    keep(
      mount(HoldDialog, {
        props: { members: [1, 2, 3], link, blog: false },
        attachTo: document.body,
      }),
    )
  const page = (selector: string): HTMLElement => {
    const found = document.querySelector<HTMLElement>(selector)
    if (!found) throw new Error(`nothing matches ${selector}`)
    return found
  }
  const submit = () => page('#hold-form').dispatchEvent(new Event('submit'))

  it('is of every link and of accepts unless something else is asked for', async () => {
    const wrapper = dialog()
    await nextTick()
    submit()
    const change = { kind: 'hold', match: { types: ['accept'] }, atEnd: 'release' }
    expect(wrapper.emitted('hold')).toEqual([[allLinks([1, 2, 3]), change]])
  })

  it('takes a link both ways, types, slots and a ballot', async () => {
    const wrapper = dialog({ from: 1, to: 3 })
    await nextTick()
    for (const box of document.querySelectorAll<HTMLInputElement>('[type="checkbox"]')) {
      if (box.parentElement?.textContent?.includes('both directions')) box.click()
    }
    page('[data-testid="hold-type-accepted"]').click()
    const fields = [...document.querySelectorAll<HTMLInputElement>('input[type="text"]')]
    for (const [at, text] of ['4-7', '*.1'].entries()) {
      fields[at]!.value = text
      fields[at]!.dispatchEvent(new Event('input'))
    }
    await nextTick()
    submit()
    const match = { types: ['accept', 'accepted'], slotFrom: 4, slotTo: 7, ballotNode: 1 }
    const links = [
      { from: 1, to: 3 },
      { from: 3, to: 1 },
    ]
    expect(wrapper.emitted('hold')).toEqual([[links, { kind: 'hold', match, atEnd: 'release' }]])
  })

  it('says what is wrong in the words of the verb, and does not start', async () => {
    const wrapper = dialog()
    await nextTick()
    const slots = document.querySelector<HTMLInputElement>('input[type="text"]')!
    slots.value = 'seven'
    slots.dispatchEvent(new Event('input'))
    await nextTick()
    expect(document.body.textContent).toContain('"seven" is not a slot')
    submit()
    expect(wrapper.emitted('hold')).toBeUndefined()
  })
})

describe('the text of a frame', () => {
  it('has its fields on lines; what is no JSON is shown as it came', async () => {
    const props = { title: 'Frame 7', text: '{"type":"accept","slot":4}' }
    const wrapper = keep(mount(FrameDialog, { props, attachTo: document.body }))
    await nextTick()
    const shown = () => document.querySelector('[data-testid="frame-text"]')?.textContent
    expect(shown()).toContain('"slot": 4')
    await wrapper.setProps({ text: '{"type":' })
    expect(shown()).toBe('{"type":')
  })
})

describe('a frozen gate', () => {
  const members = [1, 2, 3]
  const check: CheckView = {
    id: 'I8',
    title: 'One value',
    state: 'violated',
    words: '',
    evidence: [],
  }
  const hold = (id: string, match: FrameMatch = {}): ActiveFault => ({
    id,
    fault: { kind: 'hold', links: allLinks(members), match, atEnd: 'release' },
    startedAtMs: 5,
    endedAtMs: null,
  })
  const view = (node: number): NodeView => ({
    node,
    state: 'running',
    pid: 1,
    life: 1,
    clientHost: '',
    clientPort: 0,
    status: null,
    statusAtMs: 0,
    failure: [],
  })
  const status: LabStatus = {
    ...IDLE_STATUS,
    state: 'running',
    options: { ...DEFAULT_CLUSTER, policy: LEADER_POLICY, freezeOnViolation: true },
    nodes: members.map(view),
    checks: [check],
    faults: [hold('f1', { types: ['accept'] }), hold('f2')],
  }

  it('is counted for the commands, in whatever view; without a hold nobody asks', async () => {
    setActivePinia(createPinia())
    const lab = useLabStore()
    let asked = 0
    const gateList = async (): Promise<GateView> => {
      asked += 1
      return { frames: [], total: 7 }
    }
    lab.ask = async (run) => await run({ gateList } as Partial<WindowApi> as WindowApi)
    lab.connection = { state: 'connected', words: '', retryInS: 0, silentS: 0 }
    const store = useGateStore()
    lab.status = { ...status, faults: [] }
    await store.round()
    expect(asked).toBe(0)
    lab.status = { ...status, faults: [hold('f1')] }
    await eventually('the frames are counted', () => store.view.total === 7)
    lab.status = { ...lab.status, cluster: 'another' }
    await nextTick()
    expect(store.view.total).toBe(0)
  })

  it('is the hold of every frame after a violation, and no other', () => {
    expect(holdsOf(status).map(({ id }) => id)).toEqual(['f1', 'f2'])
    expect(frozenBy(status)?.id).toBe('f2')
    expect(violatedIds(status)).toBe('I8')
    const holds: CheckView = { ...check, state: 'holds' }
    expect(frozenBy({ ...status, checks: [holds] })).toBeNull()
    expect(frozenBy({ ...status, faults: status.faults.slice(0, 1) })).toBeNull()
    const options = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY, freezeOnViolation: false }
    expect(frozenBy({ ...status, options })).toBeNull()
  })
})
