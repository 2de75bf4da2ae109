/** The load popover in happy-dom: what it sends, and that nothing jumps when the loop changes. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import LoadPopover from '../../src/renderer/src/components/controls/LoadPopover.vue'
import { parseArgs } from '../../src/shared/apiSchemas'
import { DEFAULT_LOAD } from '../../src/shared/load'
import type { LoadOptions } from '../../src/shared/load'

let popover: VueWrapper

const inPage = <T extends Element>(selector: string): T => {
  const found = document.querySelector<T>(selector)
  if (!found) throw new Error(`nothing matches ${selector}`)
  return found
}

async function choose(selector: string, value: string): Promise<void> {
  const field = inPage<HTMLSelectElement | HTMLInputElement>(selector)
  field.value = value
  field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }))
  await nextTick()
}

async function open(load: LoadOptions | null): Promise<void> {
  popover = mount(LoadPopover, {
    props: { load, members: [1, 2, 3], blocked: '' },
    attachTo: document.body,
  })
  await popover.find('[data-testid="load"]').trigger('click')
  await nextTick()
}

const sent = (): unknown => popover.emitted('set')?.at(-1)?.[0]

async function start(): Promise<void> {
  inPage<HTMLButtonElement>('[data-testid="load-switch"]').click()
  await nextTick()
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => {
  popover.unmount()
  vi.useRealTimers()
})

const controls = (): string[] =>
  [...document.querySelectorAll('.popover input, .popover select')].map((field) => field.id)

describe('the load popover', () => {
  it('sends every option as the lab takes it', async () => {
    await open(null)
    await choose('#load-loop', 'poisson')
    await choose('#load-in-flight', '3')
    await choose('#load-backlog', '50')
    await choose('#load-mix', '25')
    await choose('[data-testid="load-key-choice"]', 'zipf')
    await choose('#load-theta', '1.2')
    await choose('#load-roam', 'after')
    await choose('[aria-label="Requests at a node"]', '7')
    await choose('#load-retry', 'session')
    await start()
    const changes = { mixRatio: 0.25, keyChoice: 'zipf', zipfTheta: 1.2, roam: 7, retry: 'session' }
    const open_ = { arrivals: 'poisson', inFlightMax: 3, backlogMax: 50 }
    expect(sent()).toEqual({ ...DEFAULT_LOAD, ...open_, ...changes })
    expect(parseArgs('setLoad', [sent()])).toEqual([sent()])
  })

  it('keeps what is being typed while the lab says again what runs', async () => {
    await open(DEFAULT_LOAD)
    await choose('#load-target', '77')
    await popover.setProps({ load: { ...DEFAULT_LOAD } })
    await vi.advanceTimersByTimeAsync(1000)
    expect(sent()).toEqual({ ...DEFAULT_LOAD, targetPerSecond: 77 })
  })

  it('back to a closed loop without retries is the load that it was', async () => {
    await open(null)
    for (const loop of ['constant', 'closed']) await choose('#load-loop', loop)
    for (const retry of ['plain', 'none']) await choose('#load-retry', retry)
    for (const kind of ['error', 'pinned']) await choose('#load-roam', kind)
    for (const keys of ['single', 'uniform']) await choose('[data-testid="load-key-choice"]', keys)
    await start()
    expect(JSON.parse(JSON.stringify(sent()))).toEqual(DEFAULT_LOAD)
  })

  it('an open loop gets a rate, and cannot be without one', async () => {
    await open({ ...DEFAULT_LOAD, targetPerSecond: 0 })
    await choose('#load-loop', 'constant')
    vi.advanceTimersByTime(1000)
    expect(sent()).toMatchObject({ arrivals: 'constant', targetPerSecond: 40 })
    await choose('#load-target', '0')
    vi.advanceTimersByTime(1000)
    expect(sent()).toMatchObject({ targetPerSecond: 40 })
    expect(inPage('.popover').textContent).toContain('from 1 to 1000000')
  })

  it('has the same controls in every loop; those that say nothing now are disabled', async () => {
    await open(null)
    const before = controls()
    const disabled = () => inPage<HTMLInputElement>('#load-in-flight').disabled
    expect(disabled()).toBe(true)
    await choose('#load-loop', 'constant')
    expect(disabled()).toBe(false)
    expect(controls()).toEqual(before)
  })
})
