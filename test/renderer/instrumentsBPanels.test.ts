/** The four instruments in the page: what they show of a run that is over, keys, what they pin. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { Component } from 'vue'
import type { LabEvent } from '../../src/core/event'
import P2cLadder from '../../src/renderer/src/components/instruments/P2cLadder.vue'
import ReadHonesty from '../../src/renderer/src/components/instruments/ReadHonesty.vue'
import StorageMicroscope from '../../src/renderer/src/components/instruments/StorageMicroscope.vue'
import VariantSplit from '../../src/renderer/src/components/instruments/VariantSplit.vue'
import { answerWish } from '../../src/renderer/src/composables/instruments/variantsAnswer'
import type { FromVariants } from '../../src/renderer/src/composables/instruments/variantsAnswer'
import type { VariantWish } from '../../src/renderer/src/composables/instruments/variantsPlan'
import { simulate } from '../../src/renderer/src/sources/simulation'
import { simulatedView } from '../../src/renderer/src/sources/simulator'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSelectionStore } from '../../src/renderer/src/stores/selection'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { eventually } from '../support/eventually'

let panel: VueWrapper | null = null

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})
afterEach(() => panel?.unmount())

let made: SavedView | null = null

/** A mutant that breaks P2c, with kills, so that every panel has something to show. */
function run(): SavedView {
  simulateOnce()
  if (made === null) throw new Error('nothing was found')
  return made
}

function simulateOnce(): void {
  if (made !== null) return
  const wish = { seed: 1, nodes: 3, faults: ['drop', 'kill'], mutant: 'M7', seconds: 3 } as const
  simulate({ ...wish, hunt: true }, (message) => {
    if (message.kind === 'done') made = simulatedView(message.run)
  })
}

async function open(instrument: Component, view = run()): Promise<VueWrapper> {
  useTimeStore()
  useLabStore().showSaved(view)
  const wrapper = mount(instrument, { attachTo: document.body })
  panel = wrapper
  await eventually('the record is read', () => wrapper.find('.empty').exists() === false)
  await nextTick()
  return wrapper
}

describe('P2c ladder', () => {
  it('S15: climbs by keys, with the proof of the rung beside it', async () => {
    const wrapper = await open(P2cLadder)
    const rungs = () => wrapper.findAll('[data-rung]')
    expect(rungs().length).toBeGreaterThan(1)
    expect(rungs().filter((one) => one.attributes('tabindex') === '0')).toHaveLength(1)
    const first = rungs()[0]!
    expect(first.attributes('aria-pressed')).toBe('true')
    await first.trigger('keydown', { key: 'ArrowDown' })
    await nextTick()
    expect(rungs()[1]?.attributes('aria-pressed')).toBe('true')
    expect(document.activeElement?.getAttribute('data-rung')).toBe(
      rungs()[1]?.attributes('data-rung'),
    )
    expect(wrapper.get('[data-testid="p2c-proof"]').text()).toContain(
      `Ballot ${rungs()[1]?.attributes('data-rung')}`,
    )
    expect(wrapper.findAll('[data-requirement]').map((one) => one.find('strong').text())).toEqual([
      ...['P2', 'P2a', 'P2b', 'P2c'],
    ])
  })

  it('S19: flags the broken rung with its invariant', async () => {
    const wrapper = await open(P2cLadder)
    const offered = wrapper.findAll('select option').map((one) => one.attributes('value') ?? '')
    const flags: string[] = []
    for (const slot of offered) {
      await wrapper.get('select').setValue(slot)
      flags.push(...wrapper.findAll('[data-testid="p2c-rungs"] .bad').map((one) => one.text()))
    }
    expect(flags.join(' ')).toContain('I6')
  })

  it('pins the moment of a rung', async () => {
    const wrapper = await open(P2cLadder)
    await wrapper.get('[data-testid="p2c-proof"] h3 button').trigger('click')
    expect(useTimeStore().live).toBe(false)
    expect(useSelectionStore().current.kind).toBe('event')
  })
})

describe('read honesty', () => {
  it('S1: shows the votes of a slot and three readers; a saved run is not asked', async () => {
    const wrapper = await open(ReadHonesty)
    expect(wrapper.findAll('[data-reader]').map((one) => one.attributes('data-reader'))).toEqual([
      ...['valueMajority', 'learner', 'propose'],
    ])
    expect(wrapper.findAll('.held tbody tr')).toHaveLength(3)
    expect(wrapper.find('[data-testid="reads-now"]').exists()).toBe(false)
    await wrapper.get('.held .as-node').trigger('click')
    expect(useSelectionStore().current).toEqual({ kind: 'node', node: 1 })
  })
})

describe('storage microscope', () => {
  it('S24: of a run that is over it says why no node is asked, and lists its flushes', async () => {
    const stamp = { by: 1, life: 1 } as const
    const flushes = [256, 400].map((offset, index): LabEvent => {
      const at = { seq: index + 1, nodeSeq: index + 1, atMs: 100 * (index + 1) }
      return { ...at, ...stamp, type: 'persisted', record: index + 1, offset, flushMs: 2 }
    })
    const wrapper = await open(StorageMicroscope, { ...run(), kind: 'saved', events: flushes })
    const list = wrapper.get('[data-testid="storage-flushes"]')
    await eventually('flushes are told', () => list.find('tbody tr').exists())
    expect(list.text()).toContain('This run is over')
    expect(list.findAll('tbody tr').map((row) => row.text())).toEqual([
      expect.stringContaining('0.200'),
      expect.stringContaining('0.100'),
    ])
    expect(wrapper.get('[data-testid="storage-side"]').text()).toContain('SIGKILL400 B')
    expect(wrapper.find('[data-testid="storage-fault"]').exists()).toBe(false)
    await list.get('tbody button').trigger('click')
    expect(useTimeStore().shownMs).toBe(200)
    await wrapper.get('select').setValue('2')
    expect(useSelectionStore().current).toEqual({ kind: 'node', node: 2 })
  })

  it('S24: shows the flushes of simulated nodes, which have no files', async () => {
    const wrapper = await open(StorageMicroscope)
    const list = wrapper.get('[data-testid="storage-flushes"]')
    expect(list.text()).toContain('Simulated nodes have no files')
    await eventually('flushes are told', () => list.find('tbody tr').exists())
  })
})

describe('variants side by side', () => {
  type Listener = (event: { readonly data: FromVariants }) => void
  const asked: VariantWish[] = []
  let ended = 0

  /** Answers at once what the worker would answer. */
  class NearWorker {
    private readonly listeners: Listener[] = []

    addEventListener(kind: string, listener: Listener): void {
      if (kind === 'message') this.listeners.push(listener)
    }

    postMessage(wish: VariantWish): void {
      asked.push(wish)
      if (wish.hunt) return
      answerWish(wish, (data) => {
        for (const listener of this.listeners) listener({ data })
      })
    }

    terminate(): void {
      ended += 1
    }
  }

  it('S10: marks the first difference, opens a column, and can be stopped', async () => {
    vi.stubGlobal('Worker', NearWorker)
    useTimeStore()
    panel = mount(VariantSplit, { attachTo: document.body })
    await nextTick()
    expect(asked[0]).toMatchObject({ seed: 4, mutant: 'M7', faults: 'none', hunt: false })
    expect(panel.findAll('[data-column]')).toHaveLength(3)
    const blog = panel.get('[data-column="blog"]')
    expect(blog.find('.mark').text()).toContain('tells the client success')
    const states = blog.findAll('[data-state]').map((one) => one.attributes('data-state'))
    expect(states.at(-1)).toBe('broken')
    await blog.get('[data-testid="variants-open"]').trigger('click')
    expect(useLabStore().saved).toMatchObject({ kind: 'simulated' })
    expect(useLabStore().saved?.title).toBe('Blog 2014 (as published), seed 4')
    expect(useTimeStore().live).toBe(false)
    const before = ended
    await panel.get('[data-testid="variants-hunt"]').trigger('click')
    expect(asked.at(-1)).toMatchObject({ seed: 5, hunt: true })
    await panel.get('.knobs .btn').trigger('click')
    expect(ended).toBe(before + 1)
    expect(panel.find('[data-testid="variants-hunt"]').exists()).toBe(true)
  })
})
