import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { ClusterOptions } from '../../src/shared/api'
import TopologyPanel from '../../src/renderer/src/components/topology/TopologyPanel.vue'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSelectionStore } from '../../src/renderer/src/stores/selection'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { eventually } from '../support/eventually'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticSource } from '../support/syntheticSource'

let lab: SyntheticLab
let panel: VueWrapper
let disconnect: () => void

async function open(options: Partial<ClusterOptions> = {}): Promise<void> {
  lab = new SyntheticLab()
  await lab.startCluster({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY, ...options })
  lab.forward(3000)
  useEventsStore()
  useTimeStore()
  const store = useLabStore()
  disconnect = store.connect(syntheticSource(lab))
  panel = mount(TopologyPanel, { attachTo: document.body })
  await eventually('the window is connected', () => store.connected)
  lab.play()
  await nextTick()
}

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})
afterEach(async () => {
  panel.unmount()
  disconnect()
  await lab.close()
})

const find = (id: string) => panel.get(`[data-testid="${id}"]`)
const focused = (): string => document.activeElement?.getAttribute('data-testid') ?? ''
function focus(id: string): void {
  ;(find(id).element as SVGElement).focus()
}
const key = (id: string, name: string, shiftKey = false): Promise<void> =>
  find(id).trigger('keydown', { key: name, shiftKey })
const said = (): string[] => useToastsStore().toasts.map(({ title, why }) => `${title}: ${why}`)
const cuts = (): number => panel.findAll('[data-cut="cut"]').length
const menuItem = (id: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-testid="action-menu"] [data-action="${id}"]`)

describe('topology panel', () => {
  it('says each state in words, with one Tab stop for nodes and one for links', async () => {
    await open()
    const labels = panel.findAll('[data-node]').map((node) => node.attributes('aria-label'))
    expect(labels).toHaveLength(5)
    expect(labels.filter((label) => label?.includes('leader at'))).toHaveLength(1)
    expect(panel.findAll('[data-node][tabindex="0"]')).toHaveLength(1)
    expect(panel.findAll('[data-link][tabindex="0"]')).toHaveLength(1)
    expect(panel.findAll('[data-link]')).toHaveLength(20)
    const all = panel.findAll('[data-node], [data-link]').map((one) => one.attributes('data-node'))
    // Nodes come first in the order of the page, although they are painted last.
    expect(all.slice(0, 5)).toEqual(['1', '2', '3', '4', '5'])
  })

  it.each([3, 7, 9] as const)('draws %i nodes', async (nodes) => {
    await open({ nodes })
    expect(panel.findAll('[data-node]')).toHaveLength(nodes)
    expect(panel.findAll('[data-link]')).toHaveLength(nodes * (nodes - 1))
  })

  it('moves the focus by arrows and selects by Enter', async () => {
    await open()
    focus('node-1')
    await key('node-1', 'ArrowDown')
    expect(focused()).not.toBe('node-1')
    await key(focused(), 'Enter')
    const node = Number(focused().split('-')[1])
    expect(useSelectionStore().current).toEqual({ kind: 'node', node })
    expect(find(`node-${node}`).attributes('aria-pressed')).toBe('true')
    expect(find(`node-${node}`).attributes('tabindex')).toBe('0')
  })

  it('goes on from a node to the links that leave it', async () => {
    await open()
    focus('node-4')
    await nextTick()
    expect(panel.get('[data-link][tabindex="0"]').attributes('data-link')).toMatch(/^4>/)
  })

  it('cuts a link both ways by X and restores one way by Shift+X', async () => {
    await open()
    focus('link-1>2')
    await key('link-1>2', 'x')
    // Nothing changes by the key itself: only what the lab tells is drawn.
    await eventually('both directions are cut', () => cuts() === 2)
    expect(find('link-1>2').attributes('aria-label')).toContain('cut')
    await key('link-1>2', 'X', true)
    await eventually('one direction is whole again', () => cuts() === 1)
    expect(find('link-2>1').attributes('data-cut')).toBe('cut')
    expect(useLabStore().status.faults).toHaveLength(1)
  })

  it('draws nothing on a click before the lab has said it', async () => {
    await open()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const changeLinks = lab.changeLinks.bind(lab)
    lab.changeLinks = async (links, change) => {
      await held
      return changeLinks(links, change)
    }
    await find('link-1>2').trigger('click', { altKey: true })
    await nextTick()
    expect(cuts()).toBe(0)
    release()
    await eventually('the cut is drawn', () => cuts() === 2)
  })

  it('restores one link of a partition and leaves the others cut', async () => {
    await open()
    await lab.partition({
      preset: 'custom',
      groups: [
        [1, 2],
        [3, 4, 5],
      ],
    })
    await eventually(
      'the partition is drawn',
      () => panel.findAll('[data-cut="partition"]').length === 12,
    )
    await key('link-1>3', 'x')
    await eventually(
      'ten are left',
      () => panel.findAll('[data-link]:not([data-cut="open"])').length === 10,
    )
    expect(find('link-1>3').attributes('data-cut')).toBe('open')
  })

  it('marks nodes by Space and partitions them by P', async () => {
    await open()
    for (const id of ['node-1', 'node-2']) {
      focus(id)
      await key(id, ' ')
    }
    expect(useSelectionStore().marked).toEqual([1, 2])
    expect(find('mark-bar').text()).toContain('N1 N2')
    await key('node-2', 'p')
    await eventually('two hulls', () => panel.findAll('[data-testid^="hull-"]').length === 2)
    expect(find('group-A').text()).toMatch(/A\s+quorum 3\/5/)
    expect(find('group-B').text()).toMatch(/B\s+no quorum 2\/5/)
    expect(useSelectionStore().marked).toEqual([])
  })

  it('kills by K and takes back nothing it cannot', async () => {
    await open()
    focus('node-2')
    await key('node-2', 'k')
    await eventually('it is down', () => find('node-2').attributes('data-state') === 'killed')
    await key('node-2', 'e')
    expect(said()).toContain('Start election N2: N2 is killed.')
    await key('node-2', 'r')
    await eventually('it runs', () => find('node-2').attributes('data-state') !== 'killed')
  })

  it('offers a menu with reasons, by keyboard alone', async () => {
    await open()
    focus('node-2')
    await key('node-2', 'F10', true)
    await eventually('the menu has the focus', () => document.activeElement === menuItem('kill'))
    expect(menuItem('restart')!.getAttribute('aria-disabled')).toBe('true')
    expect(menuItem('restart')!.title).toBe('N2 is running. Kill it first.')
    menuItem('kill')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    await nextTick()
    expect(menuItem('kill')).toBeNull()
    expect(focused()).toBe('node-2')
  })

  it('has a list of links with a switch each', async () => {
    await open()
    await panel.get('[aria-label="Links as a list"]').trigger('click')
    const toggle = find('row-3>1').get('[role="switch"]')
    expect(toggle.attributes('aria-checked')).toBe('true')
    await toggle.trigger('click')
    await eventually('it is off', () => toggle.attributes('aria-checked') === 'false')
    // The wire takes a link and nothing else; a model of it would be refused by a real host.
    const [active] = useLabStore().status.faults
    expect(active?.fault).toStrictEqual({ kind: 'cut', links: [{ from: 3, to: 1 }] })
    expect(find('row-1>3').get('[role="switch"]').attributes('aria-checked')).toBe('true')
  })

  it('changes no link in direct mode, and says why', async () => {
    await open({ direct: true })
    expect(panel.get('[aria-label="Scissors"]').attributes('disabled')).toBeDefined()
    await key('link-1>2', 'x')
    expect(said()).toEqual([expect.stringMatching(/^Change a link: Direct mode/)])
    expect(cuts()).toBe(0)
    expect(useLabStore().status.faults).toEqual([])
  })

  it('names two claimants when a paused leader is replaced', async () => {
    await open()
    const leader = useLabStore().status.nodes.find((node) => node.status?.role === 'leading')!.node
    await lab.partition({ preset: 'isolateLeader' })
    lab.forward(3000)
    await lab.pauseNode(leader)
    lab.forward(1000)
    await eventually('both claim', () => panel.find('[data-testid="claimants"]').exists())
    expect(find('claimants').text()).toContain('2 claimants')
  })

  it('shows the past at the cursor, from events', async () => {
    await open()
    const beforeMs = useTimeStore().nowMs
    await lab.killNode(2)
    lab.forward(1000)
    await eventually('it is down', () => find('node-2').attributes('data-state') === 'killed')
    useTimeStore().pin(beforeMs - 100)
    await nextTick()
    expect(find('topology-at').text()).toContain(' s')
    expect(find('node-2').attributes('data-state')).toBe('running')
    useTimeStore().goLive()
    await nextTick()
    expect(find('node-2').attributes('data-state')).toBe('killed')
  })
})
