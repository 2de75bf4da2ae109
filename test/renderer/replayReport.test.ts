/** The badge of a replay, its lanes, and the first difference of a run that the window made. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { LabEvent } from '../../src/core/event'
import ReplayPanel from '../../src/renderer/src/components/instruments/ReplayPanel.vue'
import {
  badgeOf,
  firstDifference,
  lanesOf,
} from '../../src/renderer/src/composables/instruments/replayReport'
import { explore } from '../../src/renderer/src/sources/exploration'
import { exploredView } from '../../src/renderer/src/sources/explorer'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import type { ReplayedLife, ReplayReport } from '../../src/shared/reenactApi'
import { eventually } from '../support/eventually'

const life = (node: number, number: number, changes: Partial<ReplayedLife> = {}): ReplayedLife => ({
  ...{ node, life: number, state: 'whole', rounds: 10, facts: 3, words: '' },
  ...changes,
})
const report = (changes: Partial<ReplayReport>): ReplayReport => ({
  ...{ verdict: 'valid', rounds: 1200, nodes: 3, events: 0, words: '', lives: [life(1, 1)] },
  ...changes,
})

describe('the badge', () => {
  it.each([
    [{}, 'ok', 'Replay fidelity 100 % (1,200 rounds of 3 nodes)'],
    [
      { lives: [life(1, 1, { state: 'cut' })] },
      'ok',
      'Replay fidelity 100 % (1,200 rounds of 3 nodes)',
    ],
    [{ lives: [], events: 5100 }, 'ok', 'Run again: 5,100 events, all equal'],
    [{ verdict: 'violated', words: 'first difference' }, 'bad', 'Another answer than recorded'],
    [
      { verdict: 'unknown', lives: [life(1, 1), life(2, 3, { state: 'missing' })] },
      ...(['none', 'Not to be said: N2, life 3 has no recording'] as const),
    ],
    [{ verdict: 'unknown', lives: [] }, 'none', 'Not to be said: nothing was compared'],
  ] as const)('of %j', (changes, look, words) => {
    expect(badgeOf(report(changes))).toEqual({ look, words })
  })
})

it('lives lie one after another in the lane of their node, as wide as their rounds', () => {
  const lanes = lanesOf([
    life(2, 2, { rounds: 30 }),
    life(1, 1),
    life(2, 1),
    life(3, 1, { rounds: 0 }),
  ])
  expect(lanes.map(({ node, lives }) => [node, lives.map((one) => one.life)])).toEqual([
    [1, [1]],
    [2, [1, 2]],
    [3, [1]],
  ])
  expect(lanes[1]?.lives.map(({ from, to }) => [from, to])).toEqual([
    [0, 0.25],
    [0.25, 1],
  ])
  expect(lanes[2]?.lives[0]?.to).toBeGreaterThan(0)
})

describe('the first difference', () => {
  const found = explore(
    { bounds: { acceptors: 3, values: 2, ballots: 2, mutant: 'M7' }, symmetry: false },
    () => 0,
    () => {},
  )
  const view = (): SavedView => exploredView(found, found.counterexample!)
  const { events } = view()

  it('is none of equal tellings, else where they part or one ends', () => {
    expect(firstDifference(events, [...events])).toBeNull()
    const changed = events.map((event): LabEvent =>
      event.seq === 40 ? { ...event, atMs: 1 } : event,
    )
    expect(firstDifference(events, changed)).toMatchObject({
      at: 39,
      words: expect.stringMatching(/^event 40: ".*" of .* was recorded, ".*" of .* came$/),
    })
    expect(firstDifference(events, events.slice(0, 5))).toMatchObject({
      at: 5,
      words: expect.stringContaining('nothing came'),
    })
  })

  async function opened(saved: SavedView) {
    setActivePinia(createPinia())
    useTimeStore()
    useLabStore().showSaved(saved)
    const panel = mount(ReplayPanel)
    await panel.get('[data-testid="replay-run"]').trigger('click')
    const badge = panel.get('[data-testid="replay-badge"]')
    await eventually('it is done', () => /all equal|Another/.test(badge.text()))
    await nextTick()
    return panel
  }

  it('a path of the explorer is walked again, and forks where it is shown', async () => {
    const panel = await opened(view())
    expect(panel.get('[data-testid="replay-badge"]').text()).toBe(
      `Run again: ${events.length} events, all equal`,
    )
    const fork = panel.get('[data-testid="replay-fork"]')
    expect(fork.attributes('disabled')).toBeUndefined()
    useTimeStore().pin(3000)
    await fork.trigger('click')
    expect(useLabStore().saved?.title).toContain('forked after step 3')
  })

  it('is told of one that was changed', async () => {
    const saved = view()
    const changed = saved.events.filter(({ seq }) => seq !== 30)
    const panel = await opened({ ...saved, events: changed })
    expect(panel.get('[data-testid="replay-difference"]').text()).toMatch(/^event \d+: .* came$/)
  })
})

it('says why nothing can be replayed: a live lab, a single file', async () => {
  setActivePinia(createPinia())
  const panel = mount(ReplayPanel)
  expect(panel.text()).toContain('A run that goes on is not replayed')
  const file = { ...exploredViewOf(), kind: 'saved' as const }
  useLabStore().showSaved(file)
  await nextTick()
  expect(panel.text()).toContain('A single file holds no inputs')
})

function exploredViewOf(): SavedView {
  const bounds = { acceptors: 3, values: 1, ballots: 1, mutant: 'M11' } as const
  const found = explore(
    { bounds: { ...bounds, values: 2 }, symmetry: false },
    () => 0,
    () => {},
  )
  const { explored: _path, ...view } = exploredView(found, found.counterexample!)
  return view
}
