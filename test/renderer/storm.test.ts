/** Storms in the window: what the dialog sends, when the commands can be used, and the chip. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { DEFAULT_STORM, STORM_FAMILIES } from '../../src/core/storm/storm'
import type { StormView } from '../../src/core/storm/storm'
import { isEnabled } from '../../src/renderer/src/commands/when'
import StormDialog from '../../src/renderer/src/components/dialogs/StormDialog.vue'
import StormChip from '../../src/renderer/src/components/frame/StormChip.vue'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'

const open: VueWrapper[] = []
afterEach(() => open.splice(0).forEach((wrapper) => wrapper.unmount()))

const inPage = <T extends Element>(id: string): T => {
  const found = document.querySelector<T>(`[data-testid="${id}"]`)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

async function dialog(direct = false) {
  const wrapper = mount(StormDialog, { props: { direct, seed: 7 }, attachTo: document.body })
  open.push(wrapper)
  await nextTick()
  return wrapper
}

async function click(id: string): Promise<void> {
  inPage<HTMLElement>(id).click()
  await nextTick()
}

describe('the dialog of a storm', () => {
  it('starts one of every family that keeps the rules, and of no other', async () => {
    const wrapper = await dialog()
    await click('storm-start')
    expect(wrapper.emitted('start')).toEqual([
      [{ seed: 7, families: STORM_FAMILIES, intensity: 0.5, forMs: null }],
    ])
  })

  it('leaves out what is not chosen, and cannot start with nothing', async () => {
    const wrapper = await dialog()
    await click('storm-kill')
    await click('storm-lies')
    await click('storm-start')
    const [asked] = wrapper.emitted<[{ families: readonly string[] }]>('start')?.[0] ?? []
    expect(asked?.families).not.toContain('kill')
    expect(asked?.families).toContain('lies')
    for (const family of asked?.families ?? []) await click(`storm-${family}`)
    expect(inPage<HTMLButtonElement>('storm-start').disabled).toBe(true)
  })

  it('offers no faults of links where there is no switchboard', async () => {
    const wrapper = await dialog(true)
    expect(inPage<HTMLInputElement>('storm-partitions').disabled).toBe(true)
    await click('storm-start')
    const [asked] = wrapper.emitted<[{ families: readonly string[] }]>('start')?.[0] ?? []
    expect(asked?.families).toEqual(STORM_FAMILIES.slice(3))
  })
})

const VIEW: StormView = {
  ...{ ...DEFAULT_STORM, seed: 3, phase: 'safety', startedAtMs: 1 },
  ...{ started: 4, missed: 1, end: null },
}

it.each([
  ['it blows', VIEW, 'storm: 4 faults'],
  ['all is healed', { ...VIEW, phase: 'liveness' }, 'storm: calming'],
  [
    'the cluster did not get going',
    { ...VIEW, phase: 'over', end: { converged: false, tookMs: 9, words: 'no write' } },
    'not calm',
  ],
] as const)('the chip says that %s', (_when, storm, words) => {
  const wrapper = mount(StormChip, { props: { storm } })
  open.push(wrapper)
  expect(wrapper.text()).toBe(words)
  expect(wrapper.find('b').attributes('title')).toContain('seed 3')
})

it.each([
  ['none', null, false],
  ['one that blows', VIEW, true],
  ['one that is over', { ...VIEW, phase: 'over' }, false],
] as const)('with %s the command to end a storm can be used: %s', (_what, storm, enabled) => {
  const status = { ...IDLE_STATUS, state: 'running', storm } as const
  const now = { mayAct: true, status, selection: { kind: 'none' }, marked: [] } as const
  expect(isEnabled({ when: 'storm', group: 'network' }, now)).toBe(enabled)
})
