/** Roles, quorums and the rest of a new cluster; failpoints; the list of checks. */
import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { quorumFault } from '../../src/core/paxos/quorum'
import { optionRows } from '../../src/renderer/src/api/facts'
import {
  advancedChanges,
  DRAFT_DEFAULTS,
  faultOf,
  withNodes,
} from '../../src/renderer/src/components/dialogs/clusterDraft'
import FailpointDialog from '../../src/renderer/src/components/dialogs/FailpointDialog.vue'
import { FAILPOINT_GROUPS } from '../../src/renderer/src/components/dialogs/failpointTable'
import NewClusterDialog from '../../src/renderer/src/components/dialogs/NewClusterDialog.vue'
import {
  exampleSets,
  formatSets,
  parseSets,
} from '../../src/renderer/src/components/dialogs/quorumText'
import ChecksList from '../../src/renderer/src/components/inspect/ChecksList.vue'
import { FAILPOINTS } from '../../src/shared/failpoints'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { CheckView, ClusterOptions } from '../../src/shared/api'
import { membersOf } from '../../src/shared/clusterOptions'

const PLAN: ClusterOptions = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const open: VueWrapper[] = []

function keep<T extends VueWrapper>(wrapper: T): T {
  open.push(wrapper)
  return wrapper
}
afterEach(() => open.splice(0).forEach((wrapper) => wrapper.unmount()))

const inPage = <T extends Element>(selector: string): T => {
  const found = document.querySelector<T>(selector)
  if (!found) throw new Error(`nothing matches ${selector}`)
  return found
}

function press(text: string, within = 'body'): void {
  const buttons = [...inPage(within).querySelectorAll('button')]
  const button = buttons.find((one) => one.textContent?.trim() === text)
  if (!button) throw new Error(`no button ${text} in ${within}`)
  button.click()
}

async function type(selector: string, text: string): Promise<void> {
  const input = inPage<HTMLInputElement>(selector)
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await nextTick()
}

describe('quorums as text', () => {
  it('go there and back; a word that is no node is named', () => {
    expect(parseSets('1,2 | 3 4')).toEqual({
      ok: true,
      sets: [
        [1, 2],
        [3, 4],
      ],
    })
    expect(formatSets([[1, 2], [3]])).toBe('1,2 | 3')
    expect(parseSets('1,x')).toEqual({ ok: false, words: '“x” is no node.' })
    expect(parseSets(' ')).toEqual({ ok: true, sets: [] })
  })

  it.each([3, 5, 7, 9])('begin with an example for %i nodes whose phases meet', (nodes) => {
    const members = membersOf(nodes)
    expect(quorumFault({ kind: 'sets', ...exampleSets(members) }, members)).toBeNull()
  })
})

describe('the advanced options of a new cluster', () => {
  const dialog = () =>
    keep(
      mount(NewClusterDialog, { props: { plan: PLAN, running: false }, attachTo: document.body }),
    )
  const start = () => inPage('#new-cluster').dispatchEvent(new Event('submit'))

  it('start roles in separate processes', async () => {
    const wrapper = dialog()
    await nextTick()
    press('In separate processes')
    await nextTick()
    press('N2', '[aria-label="Nodes that propose"]')
    await nextTick()
    press('N2', '[aria-label="Nodes that learn"]')
    await nextTick()
    start()
    const roles = { proposers: [1, 2], acceptors: [2, 3, 4], learners: [1, 2, 5] }
    expect(wrapper.emitted('start')).toEqual([[{ ...PLAN, roles }]])
  })

  it('start one phase, silence, other reads, snapshots and recorded inputs', async () => {
    const wrapper = dialog()
    await nextTick()
    press('Silence')
    press('Second only')
    inPage<HTMLSelectElement>('#nc-reads').value = 'confirmed'
    inPage('#nc-reads').dispatchEvent(new Event('change'))
    inPage<HTMLInputElement>('#nc-record').click()
    inPage<HTMLInputElement>('#nc-freeze').click()
    await type('#nc-snapshots', '100')
    expect(document.body.textContent).toContain('Not safe, and labelled so')
    start()
    const asked = { refusal: 'silence', phases: 'second', readMode: 'confirmed' } as const
    const kept = { recordInputs: true, freezeOnViolation: true, snapshotSlots: 100 }
    expect(wrapper.emitted('start')).toEqual([[{ ...PLAN, ...asked, ...kept }]])
  })

  it('refuse sets that need not meet at once, and text that names no node', async () => {
    const wrapper = dialog()
    await nextTick()
    press('Sets')
    await nextTick()
    await type('#nc-sets-phase1', '1,2 | 3,4')
    await type('#nc-sets-phase2', '1,3')
    expect(inPage<HTMLButtonElement>('[data-testid="nc-start"]').disabled).toBe(false)
    await type('#nc-sets-phase2', '1,2')
    expect(document.body.textContent).toContain('{3, 4} and phase-2 quorum {1, 2} do not meet')
    start()
    await type('#nc-sets-phase2', '1,x')
    expect(document.body.textContent).toContain('Phase 2: “x” is no node.')
    start()
    expect(wrapper.emitted('start')).toBeUndefined()
    await type('#nc-sets-phase2', '1,3')
    start()
    const phase1 = [
      [1, 2],
      [3, 4],
    ]
    const quorums = { kind: 'sets', phase1, phase2: [[1, 3]] }
    expect(wrapper.emitted('start')).toEqual([[{ ...PLAN, quorums }]])
  })

  it('open by themselves when one of them is wrong, and are counted', async () => {
    dialog()
    await nextTick()
    const details = inPage<HTMLDetailsElement>('[data-testid="nc-advanced"]')
    expect(details.open).toBe(false)
    press('Some')
    await nextTick()
    for (const name of ['N1', 'N2']) {
      press(name, '[aria-label="Nodes that are told"]')
      await nextTick()
    }
    expect(details.open).toBe(true)
    expect(document.body.textContent).toContain('The set of learners is empty.')
    press('Defaults')
    await nextTick()
    expect(inPage('[data-testid="nc-advanced"]').textContent).toContain('all as usual')
  })

  it('lose nodes that are there no longer', () => {
    const roles = { proposers: [1, 5], acceptors: [1, 2, 3, 4, 5], learners: [1, 5] }
    const learnerMode = { kind: 'set', nodes: [1, 4] } as const
    const part = withNodes({ ...PLAN, roles, learnerMode }, 3)
    expect(part).toEqual({
      nodes: 3,
      roles: { proposers: [1], acceptors: [1, 2, 3], learners: [1] },
      learnerMode: { kind: 'set', nodes: [1] },
    })
    expect(faultOf({ ...PLAN, ...part })).toMatchObject({ roles: '', other: '' })
  })

  it('are told of a run only where they differ', () => {
    expect(optionRows(PLAN)).toEqual([])
    const odd = { ...PLAN, phases: 'second', mutant: 'M7', recordInputs: true } as const
    expect(optionRows(odd).map(({ name, unsafe }) => [name, unsafe])).toEqual([
      ['Mutant', true],
      ['Phases', true],
      ['Inputs', false],
    ])
    expect(advancedChanges(DRAFT_DEFAULTS)).toBe(0)
    expect(advancedChanges({ ...DRAFT_DEFAULTS, phases: 'second' })).toBe(1)
  })
})

describe('failpoints', () => {
  it('are those of the node, each once, with its words', () => {
    const shown = FAILPOINT_GROUPS.flatMap(({ points }) => points)
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
    expect(shown.toSorted(byName)).toEqual([...FAILPOINTS].toSorted(byName))
  })

  it('are found by a word and armed with action, skip and delay', async () => {
    const wrapper = keep(mount(FailpointDialog, { props: { node: 2 }, attachTo: document.body }))
    await nextTick()
    expect(document.querySelectorAll('input[name="failpoint"]')).toHaveLength(50)
    await type('#failpoint-query', 'kernel has the batch')
    expect(document.querySelectorAll('input[name="failpoint"]')).toHaveLength(1)
    await type('#failpoint-query', '')
    inPage<HTMLInputElement>('[id="failpoint-send.phase2.before"]').click()
    press('Delay')
    await type('#failpoint-skip', '3')
    inPage('#failpoint-form').dispatchEvent(new Event('submit'))
    await type('#failpoint-skip', '-1')
    inPage('#failpoint-form').dispatchEvent(new Event('submit'))
    expect(wrapper.emitted('set')).toEqual([
      [{ name: 'send.phase2.before', action: 'delay', skip: 3, delayMs: 200 }],
    ])
  })
})

describe('the list of checks', () => {
  const check = (id: string, state: CheckView['state'], words: string): CheckView => ({
    id,
    title: `Title of ${id}`,
    state,
    words,
    evidence: state === 'violated' ? [7, 9] : [],
  })

  it('has alarms first, every state in words, and evidence that can be opened', async () => {
    const checks = [
      check('I1', 'holds', 'No violation in 10 events'),
      check('I8', 'violated', 'slot 4: node 2 and node 3 disagree'),
      check('I9', 'notEnoughData', 'Facts were lost at event 3'),
      check('chosen', 'idle', 'No value was chosen yet'),
    ]
    const sentence = (seq: number) => (seq === 7 ? 'N2 voted slot 4 at 3.2' : null)
    const wrapper = keep(mount(ChecksList, { props: { checks, sentence } }))
    const rows = wrapper.findAll('[data-check]').map((row) => row.attributes('data-check'))
    expect(rows).toEqual(['I8', 'I9', 'chosen', 'I1'])
    const words = wrapper.get('[data-check="I8"]').text()
    expect(words).toContain('violated: slot 4: N2 and N3 disagree')
    expect(wrapper.text()).toContain('1 violated, 1 not enough data, 1 holds so far, 1 not judged')
    const evidence = wrapper.findAll('.evidence button')
    expect(evidence.map((one) => one.text())).toEqual([
      '#7N2 voted slot 4 at 3.2',
      '#9from the record',
    ])
    await evidence[1]?.trigger('click')
    expect(wrapper.emitted('event')).toEqual([[9]])
  })

  it('says once how many hold, and why many were not judged; each is behind a press', () => {
    const ids = Array.from({ length: 15 }, (_, at) => `I${at + 1}`)
    const list = (checks: readonly CheckView[]) =>
      keep(mount(ChecksList, { props: { checks, sentence: () => null } }))
    const holding = list(ids.map((id) => check(id, 'holds', 'No violation in 41220 events')))
    expect(holding.text().match(/hold/g)).toHaveLength(1)
    expect(holding.get('summary').text()).toBe('15 hold so far: No violation in 41\u202f220 events')
    expect(holding.findAll('.checks > li')).toHaveLength(0)
    expect(holding.get('details').attributes('open')).toBeUndefined()
    expect(holding.findAll('details [data-check]')).toHaveLength(15)

    const fresh = list([
      ...ids.slice(0, 13).map((id) => check(id, 'idle', 'No value was chosen yet')),
      check('I15', 'idle', 'No bound was given'),
    ])
    expect(fresh.text().match(/No value was chosen yet/g)).toHaveLength(1)
    const alone = fresh.findAll('.checks > li').map((row) => row.attributes('data-check'))
    expect(alone).toEqual(['I15'])

    const own = list([check('I1', 'holds', 'a 1'), check('I2', 'holds', 'a 2')])
    expect(own.get('details').text()).toContain('a 2')
  })
})
