/** The museum: a short path on each card, the hunt with its score, and the way to processes. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { AbstractBounds } from '../../src/core/check/explore/abstractBounds'
import { MUTANTS } from '../../src/core/mutants'
import { MUTANT_IDS } from '../../src/core/paxos/mutant'
import MutantMuseum from '../../src/renderer/src/components/learn/MutantMuseum.vue'
import { mutantSchedule } from '../../src/renderer/src/components/learn/mutantSchedules'
import { explore } from '../../src/renderer/src/sources/exploration'
import { exploredView, forkedPathView } from '../../src/renderer/src/sources/explorer'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { parseCatches, POINTS_MAX, useMuseumStore } from '../../src/renderer/src/stores/museum'
import { useReenactStore } from '../../src/renderer/src/stores/reenact'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { BROWSER_CAPS } from '../../src/shared/shell'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticClient } from '../support/syntheticSource'

const M7: AbstractBounds = { acceptors: 3, values: 2, ballots: 2, mutant: 'M7' }
const found = explore(
  { bounds: M7, symmetry: false },
  () => 0,
  () => {},
)
const counterexample = (): SavedView => exploredView(found, found.counterexample!)

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

describe('each card', () => {
  it('has a short path that ends in a check of its own', () => {
    for (const id of MUTANT_IDS) {
      const schedule = mutantSchedule(id)
      expect(schedule?.config.mutant, id).toBe(id)
      expect(MUTANTS[id].breaks, id).toContain(schedule?.end.invariant)
    }
    const text = mount(MutantMuseum).get('[data-mutant="M20"]').text()
    expect(text).toContain('4 acts on 3 nodes, to I8')
  })

  it('leads to real processes where there is a host; liveness is not judged there', async () => {
    const museum = mount(MutantMuseum)
    const buttons = (id: string) => museum.findAll(`[data-mutant="${id}"] footer button`)
    expect(museum.get('[data-mutant="M1"] footer').text()).toContain('none is connected')
    const client = syntheticClient(new SyntheticLab(), { reenactmentNow: async () => null })
    const lab = useLabStore()
    const stop = lab.connect({ caps: BROWSER_CAPS, platform: 'Linux', open: async () => client })
    await eventually('connected', () => lab.connected)
    await nextTick()
    const named = (id: string) => buttons(id).filter((one) => one.text().startsWith('Re-enact'))
    expect([named('M13').length, named('M18').length]).toEqual([0, 0])
    await named('M1')[0]?.trigger('click')
    expect(useUiStore().dialog).toBe('reenact')
    const store = useReenactStore()
    expect(store.chosen?.schedule?.config.mutant).toBe('M1')
    // What is shown has none: the command of the palette asks for nothing else.
    expect(store.subject).toBeNull()
    stop()
  })
})

describe('the hunt', () => {
  it('counts a mutant once, by the worst check, and keeps it', async () => {
    const museum = useMuseumStore()
    expect([museum.catches.length, museum.points]).toEqual([0, 0])
    useLabStore().showSaved(counterexample())
    await nextTick()
    expect(museum.catches).toEqual([{ mutant: 'M7', check: 'I8', by: 'explorer' }])
    expect(museum.points).toBe(MUTANTS.M7.difficulty)
    useLabStore().showSaved({ ...counterexample(), title: 'again' })
    await nextTick()
    expect(museum.catches).toHaveLength(1)
    const page = mount(MutantMuseum)
    expect(page.get('[data-testid="hunt"]').text()).toContain(`1 of ${MUTANT_IDS.length} caught`)
    expect(page.get('[data-mutant="M7"] [data-testid="caught"]').text()).toContain(
      'caught by the explorer: I8, 1 point',
    )
    setActivePinia(createPinia())
    expect(useMuseumStore().caught('M7')).not.toBeNull()
    useMuseumStore().forget()
    setActivePinia(createPinia())
    expect(useMuseumStore().catches).toEqual([])
  })

  it('a run that violates nothing catches nothing', async () => {
    const museum = useMuseumStore()
    const { explored } = counterexample()
    const acts = (explored?.acts ?? []).slice(0, 4)
    useLabStore().showSaved(forkedPathView({ ...explored!, acts, forkedAt: 4 }, false))
    await nextTick()
    expect(museum.catches).toEqual([])
  })

  it('leaves out what is damaged', () => {
    const whole = { mutant: 'M1', check: 'I8', by: 'simulator' }
    const others = [null, 7, { ...whole, mutant: 'M99' }, { ...whole, by: 'me' }]
    expect(parseCatches(JSON.stringify([...others, whole]))).toEqual([whole])
    for (const text of [null, '', '{', '{}']) expect(parseCatches(text)).toEqual([])
    expect(POINTS_MAX).toBeGreaterThan(MUTANT_IDS.length)
  })
})
