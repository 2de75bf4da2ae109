/** Dialogs and controls in happy-dom: what they emit, and that wrong input cannot be sent. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { LEADER_POLICY, EAGER_POLICY } from '../../src/core/paxos/config'
import NumberField from '../../src/renderer/src/components/base/NumberField.vue'
import LinkFaults from '../../src/renderer/src/components/controls/LinkFaults.vue'
import { FORM_KINDS, LINK_FAULTS } from '../../src/shared/linkFaults'
import PolicyFields from '../../src/renderer/src/components/controls/PolicyFields.vue'
import ClockDialog from '../../src/renderer/src/components/dialogs/ClockDialog.vue'
import NewClusterDialog from '../../src/renderer/src/components/dialogs/NewClusterDialog.vue'
import ProtocolFields from '../../src/renderer/src/components/dialogs/ProtocolFields.vue'
import StorageFaultDialog from '../../src/renderer/src/components/dialogs/StorageFaultDialog.vue'
import PartitionDialog from '../../src/renderer/src/components/dialogs/PartitionDialog.vue'
import StatusBar from '../../src/renderer/src/components/frame/StatusBar.vue'
import ToastCard from '../../src/renderer/src/components/frame/ToastCard.vue'
import ClientPanel from '../../src/renderer/src/components/panels/ClientPanel.vue'
import type { Alarm } from '../../src/renderer/src/stores/alarms'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { ClusterOptions, LabStatus } from '../../src/shared/api'

const PLAN: ClusterOptions = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const open: VueWrapper[] = []

function keep<T extends VueWrapper>(wrapper: T): T {
  open.push(wrapper)
  return wrapper
}
afterEach(() => open.splice(0).forEach((wrapper) => wrapper.unmount()))

const withStores = () => ({ global: { plugins: [createPinia()] } })

const inPage = <T extends Element>(selector: string): T => {
  const found = document.querySelector<T>(selector)
  if (!found) throw new Error(`nothing matches ${selector}`)
  return found
}

async function type(input: HTMLInputElement, text: string): Promise<void> {
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await nextTick()
}

describe('a number field', () => {
  it('tells what is allowed and keeps what is not to itself', async () => {
    const field = keep(mount(NumberField, { props: { modelValue: 5, min: 1, max: 10 } }))
    await field.find('input').setValue('11')
    expect(field.text()).toContain('from 1 to 10')
    expect(field.emitted('valid')).toEqual([[false]])
    await field.find('input').setValue('2.5')
    expect(field.text()).toContain('whole numbers only')
    await field.find('input').setValue('')
    expect(field.text()).toContain('a number is needed')
    expect(field.emitted('update:modelValue')).toBeUndefined()
    await field.find('input').setValue('7')
    expect(field.emitted('update:modelValue')).toEqual([[7]])
    expect(field.emitted('valid')).toEqual([[false], [true]])
  })
})

describe('the policy', () => {
  const fields = (policy: ClusterOptions['policy'] = LEADER_POLICY) =>
    keep(mount(PolicyFields, { props: { modelValue: policy, tickMs: 5, name: 'test' } }))

  it('shows ticks as ms and gives them back as ticks', async () => {
    const wrapper = fields()
    const inputs = wrapper.findAll<HTMLInputElement>('input[type="number"]')
    expect(inputs.map((input) => input.element.value)).toEqual(['50', '300', '500'])
    await inputs[1]?.setValue('400')
    const policy = { ...LEADER_POLICY, electionTicksMin: 80 }
    expect(wrapper.emitted('update:modelValue')).toEqual([[policy]])
  })

  it('says why numbers do not fit together', () => {
    const wrapper = fields({ ...LEADER_POLICY, heartbeatTicks: 60 } as typeof LEADER_POLICY)
    expect(wrapper.text()).toContain('Heartbeats must be shorter')
  })

  it('offers every policy', async () => {
    const wrapper = fields()
    await wrapper.find('input[value="eager"]').setValue(true)
    expect(wrapper.emitted('update:modelValue')).toEqual([[EAGER_POLICY]])
    expect(wrapper.findAll('input[type="radio"]')).toHaveLength(6)
  })
})

describe('a new cluster', () => {
  const dialog = () =>
    keep(
      mount(NewClusterDialog, {
        props: { plan: PLAN, running: false },
        attachTo: document.body,
      }),
    )

  it('starts what was chosen', async () => {
    const wrapper = dialog()
    await nextTick()
    const seven = [...document.querySelectorAll('.seg button')].find(
      (button) => button.textContent?.trim() === '7',
    )
    if (!(seven instanceof HTMLElement)) throw new Error('no choice of 7 nodes')
    seven.click()
    await type(inPage('#nc-seed'), '42')
    inPage<HTMLInputElement>('#nc-flush').click()
    await nextTick()
    expect(document.body.textContent).toContain('two values can be chosen')
    inPage<HTMLFormElement>('#new-cluster').dispatchEvent(new Event('submit'))
    expect(wrapper.emitted('start')).toEqual([[{ ...PLAN, nodes: 7, seed: 42, flush: false }]])
  })

  it('does not start with a number out of range', async () => {
    const wrapper = dialog()
    await nextTick()
    await type(inPage('#nc-tick'), '0')
    expect(inPage<HTMLButtonElement>('[data-testid="nc-start"]').disabled).toBe(true)
    inPage<HTMLFormElement>('#new-cluster').dispatchEvent(new Event('submit'))
    expect(wrapper.emitted('start')).toBeUndefined()
    await type(inPage('#nc-tick'), '5')
    await type(inPage('#nc-port'), '80')
    expect(document.body.textContent).toContain('belong to the system')
    expect(inPage<HTMLButtonElement>('[data-testid="nc-start"]').disabled).toBe(true)
  })
})

describe('the protocol of a new cluster', () => {
  const fields = (draft: ClusterOptions = PLAN) =>
    keep(mount(ProtocolFields, { props: { draft }, attachTo: document.body }))
  const press = async (wrapper: ReturnType<typeof fields>, text: string) =>
    wrapper
      .findAll('button')
      .find((button) => button.text() === text)
      ?.trigger('click')

  it('says that the blog variant is not Paxos, and takes its rules from nobody', async () => {
    const counts = { kind: 'counts', phase1: 2, phase2: 4 } as const
    const wrapper = fields({ ...PLAN, quorums: counts })
    await press(wrapper, 'Blog 2014 (as published)')
    const part = { variant: 'blog2014', mutant: null, quorums: { kind: 'majority' }, roles: null }
    expect(wrapper.emitted('change')).toEqual([[part]])
    await wrapper.setProps({ draft: { ...PLAN, variant: 'blog2014' } })
    expect(wrapper.text()).toContain('This is not Paxos')
  })

  it('offers counts of quorums, and says why they need not meet', async () => {
    const wrapper = fields()
    await press(wrapper, 'Counts')
    const quorums = { kind: 'counts', phase1: 3, phase2: 3 } as const
    expect(wrapper.emitted('change')).toEqual([[{ quorums }]])
    await wrapper.setProps({ draft: { ...PLAN, quorums: { ...quorums, phase1: 2 } } })
    expect(wrapper.text()).toContain('2 + 3 must exceed 5')
  })
})

describe('faults of a disk and a clock', () => {
  it('start as they were chosen', async () => {
    const wrapper = keep(mount(StorageFaultDialog, { props: { node: 2 }, attachTo: document.body }))
    await nextTick()
    inPage<HTMLFormElement>('#storage-form').dispatchEvent(new Event('submit'))
    inPage<HTMLInputElement>('#storage-diskFull').click()
    await nextTick()
    inPage<HTMLFormElement>('#storage-form').dispatchEvent(new Event('submit'))
    expect(wrapper.emitted('set')).toEqual([
      [{ kind: 'slowFlush', node: 2, delayMs: 50, jitterMs: 0 }],
      [{ kind: 'diskFull', node: 2, bytesLeft: 4096 }],
    ])
  })

  it('give the drift of a clock as a share', async () => {
    const wrapper = keep(mount(ClockDialog, { props: { node: 2 }, attachTo: document.body }))
    await nextTick()
    await type(inPage('#clock-offset'), '-500')
    await type(inPage('#clock-drift'), '10')
    inPage<HTMLFormElement>('#clock-form').dispatchEvent(new Event('submit'))
    expect(wrapper.emitted('set')).toEqual([[{ offsetMs: -500, drift: 0.1 }]])
  })
})

describe('a partition of one’s own', () => {
  it('counts quorums and gives back the groups', async () => {
    const props = { members: [1, 2, 3, 4, 5], marked: [1, 2] }
    const wrapper = keep(mount(PartitionDialog, { props, attachTo: document.body }))
    await nextTick()
    expect(document.body.textContent).toMatch(/A quorum\s+3\/5/)
    expect(document.body.textContent).toMatch(/B no quorum\s+2\/5/)
    inPage<HTMLFormElement>('#partition-form').dispatchEvent(new Event('submit'))
    const groups = [
      [3, 4, 5],
      [1, 2],
    ]
    expect(wrapper.emitted('partition')).toEqual([[groups]])
  })
})

describe('faults of a link', () => {
  it('are sent with their numbers, both ways by default', async () => {
    const wrapper = keep(mount(LinkFaults, { props: { usable: true } }))
    await wrapper.find('[aria-label="Delay: delay in ms"]').setValue('250')
    await wrapper.find('[aria-label="Delay: set"]').trigger('click')
    await wrapper.find('[aria-label="Delay: shape"]').setValue('pareto')
    await wrapper.find('[aria-label="Delay: set"]').trigger('click')
    await wrapper.find('[aria-label="Drop: share in percent"]').setValue('12.5')
    await wrapper.find('[aria-label="Drop: set"]').trigger('click')
    await wrapper.find('input[type="checkbox"]').setValue(false)
    await wrapper.find('[aria-label="Reset: reset"]').trigger('click')
    expect(wrapper.emitted('change')).toEqual([
      [{ kind: 'delay', delayMs: 250, jitterMs: 0 }, true],
      [{ kind: 'delay', delayMs: 250, jitterMs: 0, shape: 'pareto' }, true],
      [{ kind: 'drop', probability: 0.125 }, true],
      [{ kind: 'reset' }, false],
    ])
  })

  it('has a row for each fault of the table but the cut; out of range none is set', async () => {
    const wrapper = keep(mount(LinkFaults, { props: { usable: true } }))
    const rows = wrapper.findAll('[role="group"]').map((row) => row.attributes('aria-label'))
    expect(rows).toEqual(
      FORM_KINDS.filter((kind) => kind !== 'cut').map((kind) => LINK_FAULTS[kind].title),
    )
    for (const kind of FORM_KINDS) {
      if (kind === 'cut') continue
      const row = wrapper.find(`[data-testid="link-fault-${kind}"]`)
      expect(row.findAll('input')).toHaveLength(
        LINK_FAULTS[kind].fields.filter(({ type }) => type !== 'choice').length,
      )
      for (const input of row.findAll('input, select')) {
        expect(input.attributes('aria-label')).toMatch(/^.+: .+/)
      }
    }
    await wrapper.find('[aria-label="Burst loss: share in percent"]').setValue('101')
    const set = wrapper.find<HTMLButtonElement>('[aria-label="Burst loss: set"]')
    expect(set.element.disabled).toBe(true)
    await wrapper.find('[aria-label="Burst loss: share in percent"]').setValue('5')
    expect(set.element.disabled).toBe(false)
  })
})

describe('the status bar', () => {
  const bar = (status: LabStatus, live = true, alarms: readonly Alarm[] = []) =>
    keep(
      mount(StatusBar, {
        ...withStores(),
        props: {
          connection: { state: 'connected', words: '', retryInS: 0, silentS: 0 },
          status,
          saved: false,
          live,
          framesPerSecond: 1412,
          opsPerSecond: null,
          alarms,
        },
      }),
    )
  const running: LabStatus = { ...IDLE_STATUS, state: 'running', options: PLAN }

  it('says so when the pictures show another time', () => {
    expect(bar(running).text()).not.toContain('live:')
    expect(bar(running, false).text()).toContain('live:')
    expect(bar(running).text()).toContain('no leader')
  })

  it('shows a violated check before anything that holds', () => {
    const check = { title: 'Agreement', evidence: [] }
    const checks = [
      { ...check, id: 'I1', state: 'holds', words: 'No violation in 10 events' },
      { ...check, id: 'I2', state: 'violated', words: 'slot 4 has two values' },
    ] as const
    expect(
      bar({ ...running, checks })
        .get('[data-testid="checks"]')
        .text(),
    ).toBe('slot 4 has two values')
  })
})

describe('an alarm', () => {
  const props = {
    connection: { state: 'connected', words: '', retryInS: 0, silentS: 0 },
    status: IDLE_STATUS,
    ...{ saved: false, live: true, framesPerSecond: null, opsPerSecond: null },
  } as const
  const alarm: Alarm = { key: 'r I8', run: 'r', invariant: 'I8', words: 'two', labels: [] }

  it('keeps the bar red until somebody acknowledges it, whatever was started since', async () => {
    const wrapper = keep(
      mount(StatusBar, { ...withStores(), props: { ...props, alarms: [alarm] } }),
    )
    expect(wrapper.classes()).toContain('is-bad')
    expect(wrapper.get('[data-testid="alarm"]').text()).toContain('I8 was violated in an earlier')
    await wrapper.get('[data-testid="status-acknowledge"]').trigger('click')
    expect(wrapper.emitted('acknowledge')).toHaveLength(1)
    await wrapper.setProps({ alarms: [] })
    expect(wrapper.classes()).not.toContain('is-bad')
    expect(wrapper.find('[data-testid="alarm"]').exists()).toBe(false)
  })
})

describe('a toast', () => {
  const toast = {
    id: 1,
    level: 'error',
    title: 'Kill N2',
    why: 'N2 is killed.',
    shownMs: 0,
  } as const

  it('an error can be opened and copied', async () => {
    const full = { ...toast, action: null, details: ['code: wrongState'] }
    const card = keep(mount(ToastCard, { props: { toast: full } }))
    expect(card.attributes('role')).toBe('alert')
    const button = (name: string) => card.findAll('button').find((one) => one.text() === name)
    expect(card.text()).not.toContain('wrongState')
    await button('Details')?.trigger('click')
    expect(card.text()).toContain('wrongState')
    await button('Copy')?.trigger('click')
    expect(card.emitted('copy')).toEqual([['Kill N2\nN2 is killed.\ncode: wrongState']])
  })
})

describe('the client panel', () => {
  const props = {
    members: [1, 2, 3],
    answers: [],
    blocked: '',
    over: false,
    unit: 's',
    wish: null,
    send: () => Promise.resolve(null),
  } as const

  it('sends words, tells an open quote, and recalls with the arrow', async () => {
    const sent: unknown[] = []
    const send = (...args: unknown[]) => Promise.resolve(sent.push(args))
    const panel = keep(mount(ClientPanel, { props: { ...props, send } }))
    const input = panel.get<HTMLInputElement>('[data-testid="client-command"]')
    await input.setValue('SET city "Oslo')
    await panel.get('form').trigger('submit')
    expect(sent).toEqual([])
    expect(panel.text()).toContain('not closed')
    await input.setValue('SET city "Oslo fjord"')
    await panel.get('form').trigger('submit')
    expect(sent).toEqual([['command', 1, ['SET', 'city', 'Oslo fjord']]])
    await input.setValue('')
    await input.trigger('keydown', { key: 'ArrowUp' })
    expect(input.element.value).toBe('SET city "Oslo fjord"')
  })

  it('takes up a wish to propose at a node', async () => {
    const panel = keep(mount(ClientPanel, { props }))
    await panel.setProps({ wish: { node: 3, mode: 'propose' } })
    const select = panel.get<HTMLSelectElement>('[data-testid="client-node"]')
    expect(select.element.value).toBe('3')
  })
})
