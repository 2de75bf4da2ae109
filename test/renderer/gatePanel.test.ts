/** The panel of the gate: what is gone is left out and told; the focus stays with the frames. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { allLinks } from '../../src/core/fault'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { stepNext } from '../../src/renderer/src/commands/stepActs'
import GatePanel from '../../src/renderer/src/components/panels/GatePanel.vue'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { DEFAULT_CLUSTER, LabCallError } from '../../src/shared/api'
import type { GateSelect, GateView, HeldFrame } from '../../src/shared/gate'
import type { WindowApi } from '../../src/shared/rpc'

function frame(id: number): HeldFrame {
  const link = { from: 1, to: 2 }
  const rest = { message: 'accept', ballot: null, slot: 4, count: 1, bytes: 300 } as const
  return { id, link, ...rest, fault: 'f1', heldAtMs: 1000 }
}

const gateOf = (...ids: number[]): GateView => ({ frames: ids.map(frame), total: ids.length })

/** Answers as the host does: of what was asked for, those that still wait. */
function answerWith(waiting: readonly number[], asked: GateSelect[]): void {
  const gateRelease = async (select: GateSelect): Promise<GateView> => {
    asked.push(select)
    const ids = select.kind === 'ids' ? select.ids : waiting
    return gateOf(...ids.filter((id) => waiting.includes(id)))
  }
  useLabStore().act = async (run) => await run({ gateRelease } as Partial<WindowApi> as WindowApi)
}

let panel: VueWrapper
const id = (name: string) => panel.get(`[data-testid="${name}"]`)
const focused = (): string | null | undefined =>
  document.activeElement?.id || document.activeElement?.className

beforeEach(() => {
  setActivePinia(createPinia())
  const lab = useLabStore()
  lab.connection = { state: 'connected', words: '', retryInS: 0, silentS: 0 }
  lab.control = { holds: true, free: false, viewers: 1 }
  const hold = { kind: 'hold', links: allLinks([1, 2]), match: {}, atEnd: 'release' } as const
  lab.status = {
    ...IDLE_STATUS,
    state: 'running',
    options: { ...DEFAULT_CLUSTER, policy: LEADER_POLICY },
    faults: [{ id: 'f1', fault: hold, startedAtMs: 5, endedAtMs: null }],
  }
  panel = mount(GatePanel, { props: { gate: gateOf(7, 8, 9) }, attachTo: document.body })
})
afterEach(() => panel.unmount())

async function pick(...ids: number[]): Promise<void> {
  for (const one of ids) await panel.get(`#frame-${one}`).setValue(true)
}

describe('frames that were picked', () => {
  it('go, though one of them has gone already; how many is said', async () => {
    const asked: GateSelect[] = []
    answerWith([7, 9], asked)
    await pick(7, 8, 9)
    await id('gate-release').trigger('click')
    expect(asked).toEqual([{ kind: 'ids', ids: [7, 8, 9], skipGone: true }])
    const [toast] = useToastsStore().toasts
    expect(toast).toMatchObject({
      level: 'info',
      title: '2 of 3 frames released',
      why: '1 frame had left the gate already.',
    })
  })

  it('go without a word when all of them are there', async () => {
    answerWith([7, 8, 9], [])
    await pick(7, 8)
    await id('gate-release').trigger('click')
    expect(useToastsStore().toasts).toEqual([])
  })
})

describe('the focus', () => {
  it('goes to the frame that comes next when its own has gone', async () => {
    const row = panel.get<HTMLInputElement>('#frame-8')
    row.element.focus()
    await nextTick()
    await panel.setProps({ gate: gateOf(7, 9) })
    expect(focused()).toBe('frame-9')
  })

  it('goes there from an act, too, which has nothing more to act on', async () => {
    await pick(7, 8)
    panel.get<HTMLElement>('[data-testid="gate-release"]').element.focus()
    await panel.setProps({ gate: gateOf(9) })
    expect(focused()).toBe('frame-9')
  })

  it('stays in the list when the last frame has gone', async () => {
    panel.get<HTMLInputElement>('#frame-7').element.focus()
    await nextTick()
    await panel.setProps({ gate: gateOf() })
    expect(focused()).toBe('frames')
  })

  it('is not taken from where else it is', async () => {
    const other = document.createElement('button')
    document.body.append(other)
    other.focus()
    await panel.setProps({ gate: gateOf(9) })
    expect(document.activeElement).toBe(other)
    other.remove()
  })
})

describe('the next frame', () => {
  const failing = (error: Error): void => {
    useLabStore().ask = () => Promise.reject(error)
  }

  it('is none: that is a hint for a moment, and no error', async () => {
    failing(new LabCallError('badArgument', 'no frame waits at the gate'))
    await stepNext()
    expect(useToastsStore().toasts).toMatchObject([{ level: 'info', title: 'No frame waits' }])
  })

  it('could not be delivered: that is one', async () => {
    failing(new LabCallError('timedOut', 'node 2 does not come to rest'))
    await stepNext()
    expect(useToastsStore().toasts).toMatchObject([{ level: 'error', title: 'Step' }])
  })
})
