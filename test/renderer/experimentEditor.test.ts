/** The editor of experiments over a desk in memory: two views of one text, kept, saved, played. */
import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { openFile } from '../../src/renderer/src/commands/openActs'
import { DRAFT_MS } from '../../src/renderer/src/composables/experimentDraft'
import { JUDGE_MS } from '../../src/renderer/src/composables/experimentDocument'
import { useExperimentsStore } from '../../src/renderer/src/stores/experiments'
import { useRunsStore } from '../../src/renderer/src/stores/runs'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import { parseScenario } from '../../src/shared/experiment'
import { area, desk, fill, inPage, MINE, press, view, viewOf } from '../support/experimentsView'

const settle = async () => {
  await vi.advanceTimersByTimeAsync(JUDGE_MS)
  await flushPromises()
}
const isDisabled = (selector: string) => inPage(selector).hasAttribute('disabled')

describe('the list', () => {
  it('has own and bundled ones, dates, problems, and a search', async () => {
    const wrapper = await view()
    expect(wrapper.get('[data-testid="ex-card-mine"]').text()).toMatch(/Mine.*2026-03-04 \d\d:\d\d/)
    expect(wrapper.get('[data-testid="ex-card-broken"] .problem').text()).not.toBe('')
    expect(wrapper.findAll('[data-testid^="ex-card-"]')).toHaveLength(27)
    await wrapper.get('[data-testid="ex-search"]').setValue('duel random')
    const found = wrapper.findAll('[data-testid^="ex-card-"]').map((card) => card.text())
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('The duel')
  })

  it('opens a bundled one to be looked at, and copied to be changed', async () => {
    const wrapper = await viewOf('bundled/bridge')
    expect(isDisabled('#ex-title')).toBe(true)
    expect(area().readOnly).toBe(true)
    await wrapper.get('[data-testid="ex-duplicate-to-edit"]').trigger('click')
    await flushPromises()
    expect(isDisabled('#ex-title')).toBe(false)
    expect(area().value).toContain('name: bridge-copy')
    expect(area().value).toContain('title: The bridge (copy)')
    expect(parseScenario(area().value, 'x').steps).not.toEqual([])
  })
})

describe('two views of one text', () => {
  it('the form changes one line of the text and keeps its comment; undo takes it back', async () => {
    await viewOf('own/mine')
    await fill('#ex-title', 'Y')
    await fill('#ex-title', 'Yours')
    const changed = MINE.replace('title: Mine', 'title: Yours')
    expect(area().value).toBe(changed)
    await press('z', inPage('#ex-title'), { ctrlKey: true })
    expect(area().value).toBe(MINE)
    await press('Z', inPage('#ex-title'), { ctrlKey: true, shiftKey: true })
    expect(area().value).toBe(changed)
    expect(desk.own.get('mine')).toBe(MINE)
    const event = await press('s', area(), { ctrlKey: true })
    expect(event.defaultPrevented).toBe(true)
    expect(desk.own.get('mine')).toBe(changed)
    expect(document.querySelector('[data-testid="ex-dirty"]')).toBeNull()
  })

  it('the text changes the form after a moment', async () => {
    await viewOf('own/mine')
    await fill('[data-testid="ex-text"]', MINE.replace('title: Mine', 'title: Typed'))
    expect((inPage('#ex-title') as HTMLInputElement).value).toBe('Mine')
    await settle()
    expect((inPage('#ex-title') as HTMLInputElement).value).toBe('Typed')
  })

  it('a text that is no YAML leaves the form as it was, inert, and says why', async () => {
    const wrapper = await viewOf('own/mine')
    await fill('[data-testid="ex-text"]', `${MINE}oops: [`)
    await settle()
    expect(isDisabled('#ex-title')).toBe(true)
    expect((inPage('#ex-title') as HTMLInputElement).value).toBe('Mine')
    expect(wrapper.get('[data-testid="ex-stale"]').text()).toMatch(/cannot be read.*line \d+/)
    expect(isDisabled('[data-testid="ex-run"]')).toBe(true)
    await wrapper.findAll('.foot button')[0]!.trigger('click')
    expect(document.activeElement).toBe(area())
    await press('z', area(), { ctrlKey: true })
    expect(isDisabled('#ex-title')).toBe(false)
    expect(document.querySelector('[data-testid="ex-stale"]')).toBeNull()
  })

  it('a word that is no verb is marked in both, and can be mended in the form', async () => {
    const wrapper = await viewOf('own/mine')
    await fill('[data-testid="ex-text"]', MINE.replace('kill leader', 'kil leader'))
    await settle()
    expect(wrapper.get('[data-testid="ex-fault"]').text()).toMatch(/\d+:\d+.*"kil" is not a verb/)
    expect(wrapper.get('.squiggle').text()).toContain('kil')
    await wrapper.get('#ex-steps-0-row').trigger('click')
    await fill('#ex-steps-0-do-0', 'kill leader')
    expect(area().value).toBe(MINE)
    expect(wrapper.get('[data-testid="ex-fault"]').text()).toBe('No mistake found')
  })

  it('Tab indents, and leaves after Escape', async () => {
    await viewOf('own/mine')
    area().setSelectionRange(0, 0)
    expect((await press('Tab', area())).defaultPrevented).toBe(true)
    expect(area().value).toBe(`  ${MINE}`)
    await press('Escape', area())
    expect((await press('Tab', area())).defaultPrevented).toBe(false)
  })
})

describe('steps', () => {
  const sayings = () => parseScenario(area().value, 'x').steps.map(({ say }) => say)

  it('are moved, copied, deleted and added by keys, and keep the focus', async () => {
    const wrapper = await viewOf('own/mine')
    const row = (at: number) => inPage(`#ex-steps-${at}-row`)
    row(0).focus()
    await press('ArrowDown', row(0), { altKey: true })
    expect(sayings()).toEqual(['It comes back', 'The leader is killed'])
    expect(document.activeElement).toBe(row(1))
    expect(wrapper.get('.steps > [role="status"]').text()).toBe('Step 1 is step 2 now')
    await press('d', row(1), { ctrlKey: true })
    expect(sayings()).toHaveLength(3)
    await press('Delete', row(2))
    await press('Insert', row(1))
    expect(sayings()).toEqual(['It comes back', 'The leader is killed', null])
    await press('ArrowUp', row(2))
    expect(document.activeElement).toBe(row(1))
    for (let at = 0; at < 4; at += 1) await press('z', row(1), { ctrlKey: true })
    expect(area().value).toBe(MINE)
  })

  it('change their trigger and keep the time', async () => {
    const wrapper = await viewOf('own/mine')
    await wrapper.get('#ex-steps-1-row').trigger('click')
    await wrapper.get('#ex-steps-1-trigger').setValue('at')
    expect(area().value).toContain('- at: 3s')
    await fill('.editor .time-field input', '4.5')
    expect(area().value).toContain('- at: 4.5s')
    await wrapper.get('#ex-steps-1-trigger').setValue('when')
    await fill('#ex-steps-1-when', 'event elected')
    await fill('#ex-steps-1-count', '2')
    expect(parseScenario(area().value, 'x').steps[1]?.trigger).toMatchObject({
      kind: 'event',
      count: 2,
    })
    await wrapper.get('#ex-steps-1-trigger').setValue('now')
    expect(parseScenario(area().value, 'x').steps[1]?.trigger).toEqual({ kind: 'now' })
  })

  it('say what people read, or nothing', async () => {
    const wrapper = await viewOf('own/mine')
    await wrapper.get('#ex-steps-0-row').trigger('click')
    await fill('#ex-steps-0-say', 'Look')
    expect(sayings()[0]).toBe('Look')
    await fill('#ex-steps-0-say', '')
    expect(sayings()[0]).toBeNull()
  })

  it('hold steps that repeat or run side by side', async () => {
    const wrapper = await viewOf('own/mine')
    await wrapper.get('#ex-steps-0-row').trigger('click')
    await wrapper.get('#ex-steps-0-body').setValue('repeat')
    expect(parseScenario(area().value, 'x').steps[0]?.body).toMatchObject({ times: 2 })
    await wrapper.get('#ex-steps-0-body').setValue('parallel')
    expect(parseScenario(area().value, 'x').steps[0]?.body).toMatchObject({ kind: 'parallel' })
    expect(document.querySelector('#ex-steps-0-parallel-1-0-row')).not.toBeNull()
  })

  it('complete verbs by the keyboard', async () => {
    const wrapper = await viewOf('own/mine')
    await wrapper.get('#ex-steps-0-row').trigger('click')
    const field = inPage('#ex-steps-0-do-0') as HTMLInputElement
    field.focus()
    await fill('#ex-steps-0-do-0', 'parti')
    await press('ArrowDown', field)
    await press('Enter', field)
    expect(field.value).toBe('partition ')
    await press('ArrowDown', field)
    await press('Tab', field)
    expect(area().value).toContain('do: partition isolate-leader')
    expect(field.getAttribute('role')).toBe('combobox')
  })

  it('expect by each of the forms', async () => {
    const wrapper = await viewOf('own/mine')
    const form = () => wrapper.get('#ex-part-expect select')
    for (const to of ['safety', 'never', 'events', 'order', 'progress']) {
      await form().setValue(to)
      const [expected] = parseScenario(area().value, 'x').expect
      expect(expected?.text, to).toBe('all nodes hold the same log')
    }
    const policies = '[aria-label^="Policies that expectation 1 is about"]'
    const under = () => parseScenario(area().value, 'x').expect[0]?.under
    const pick = async (name: string): Promise<void> => {
      const labels = [...document.querySelectorAll<HTMLElement>('.popover label')]
      labels.find((label) => label.textContent?.trim() === name)?.click()
      await flushPromises()
    }
    await wrapper.get(`#ex-part-expect ${policies}`).trigger('click')
    await flushPromises()
    await pick('fixed')
    expect(area().value).toContain('under: fixed')
    await pick('eager')
    expect(under()).toEqual(['eager', 'fixed'])
    await form().setValue('never')
    expect(under(), 'it stays with another form').toEqual(['eager', 'fixed'])
    await pick('eager')
    await pick('fixed')
    expect(area().value).not.toContain('under')
    await wrapper.get('#ex-part-expect [aria-label="Delete expectation 1"]').trigger('click')
    expect(area().value).not.toContain('expect:')
  })
})

describe('unsaved changes', () => {
  it('are asked about once, and stay, go or are saved', async () => {
    const wrapper = await viewOf('own/mine')
    const store = useExperimentsStore()
    await fill('#ex-title', 'Other')
    void store.open('bundled/bridge')
    await flushPromises()
    expect(document.body.textContent).toContain('Save the changes of “mine”?')
    store.question?.answer('stay')
    await flushPromises()
    expect(store.file?.id).toBe('own/mine')
    void store.open('bundled/bridge')
    await flushPromises()
    inPage('[data-testid="ex-discard"]').click()
    await flushPromises()
    expect(store.file?.id).toBe('bundled/bridge')
    expect(desk.own.get('mine')).toBe(MINE)
    expect(wrapper.text()).toContain('A bundled experiment cannot be changed')
  })

  it('keep a page from closing', async () => {
    await viewOf('own/mine')
    const leave = () => {
      const event = new Event('beforeunload', { cancelable: true })
      window.dispatchEvent(event)
      return event.defaultPrevented
    }
    expect(leave()).toBe(false)
    await fill('#ex-title', 'Other')
    expect(leave()).toBe(true)
    useExperimentsStore().revert()
    expect(leave()).toBe(false)
  })

  it('are drafts after some seconds, until they are saved', async () => {
    await viewOf('own/mine')
    await fill('#ex-title', 'Other')
    await vi.advanceTimersByTimeAsync(DRAFT_MS)
    expect(desk.draft).toMatchObject({ id: 'own/mine', text: area().value })
    await press('s', window, { ctrlKey: true })
    expect(desk.draft).toBeNull()
  })

  it('of an earlier window are offered, and restored as a change that can be undone', async () => {
    const text = MINE.replace('Mine', 'Draft')
    desk.draft = { id: 'own/mine', text, savedAt: '2026-03-04T05:06:07.000Z' }
    const wrapper = await view()
    expect(wrapper.get('[data-testid="ex-offer"]').text()).toContain('mine')
    await wrapper.get('[data-testid="ex-restore"]').trigger('click')
    await flushPromises()
    expect(area().value).toBe(text)
    expect(wrapper.find('[data-testid="ex-dirty"]').exists()).toBe(true)
    await press('z', window, { ctrlKey: true })
    expect(area().value).toBe(MINE)
  })
})

describe('files', () => {
  it('that are dropped are opened here; records are not', async () => {
    const wrapper = await view()
    useUiStore().view = 'lab'
    await openFile(new File([MINE], 'From Mail.paxlab.yaml'))
    await flushPromises()
    expect(useUiStore().view).toBe('experiments')
    expect(useExperimentsStore().fileName).toBe('from-mail.paxlab.yaml')
    expect(area().value).toBe(MINE)
    await wrapper.get('[data-testid="ex-save"]').trigger('click')
    await flushPromises()
    expect(desk.own.get('from-mail')).toBe(MINE)
  })

  it('are saved under another name, which is their name inside too', async () => {
    await viewOf('own/mine')
    expect(await useExperimentsStore().saveAs('second')).toBe(true)
    expect(desk.own.get('second')).toContain('name: second')
    expect(desk.own.get('mine')).toBe(MINE)
    expect(useExperimentsStore().dirty).toBe(false)
  })

  it('are deleted once asked', async () => {
    await viewOf('own/mine')
    await useExperimentsStore().remove()
    expect([...desk.own.keys()]).toEqual(['broken'])
    expect(useExperimentsStore().file).toBeNull()
  })

  it('are played as they stand, with a seed, in the view of the lab', async () => {
    const wrapper = await viewOf('own/mine')
    await fill('.seed input', '77')
    await fill('#ex-title', 'Now')
    await wrapper.get('[data-testid="ex-run"]').trigger('click')
    await flushPromises()
    expect(desk.played).toEqual([{ text: area().value, file: 'mine.paxlab.yaml', seed: 77 }])
    expect(useUiStore().view).toBe('lab')
  })

  it('go to the view of runs as they stand', async () => {
    const wrapper = await viewOf('bundled/bridge')
    await wrapper.get('[data-testid="ex-trials"]').trigger('click')
    expect(useUiStore().view).toBe('runs')
    expect(useRunsStore().wish).toEqual({ text: area().value, file: 'bridge.paxlab.yaml' })
  })
})
