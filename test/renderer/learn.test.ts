/** The Learn view: pages, links, search, glossary, museum, and help from every view. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { MUTANT_IDS } from '../../src/core/paxos/mutant'
import { versionsOf } from '../../src/renderer/src/api/versions'
import { COMMAND_RUNS } from '../../src/renderer/src/commands/run'
import LearnPane from '../../src/renderer/src/components/learn/LearnPane.vue'
import { glossaryOf, termFinder } from '../../src/renderer/src/manual/glossary'
import type { Inline } from '../../src/renderer/src/manual/inline'
import { resolveLink } from '../../src/renderer/src/manual/links'
import { blockText } from '../../src/renderer/src/manual/markdown'
import type { Block } from '../../src/renderer/src/manual/markdown'
import { GLOSSARY_PATH, NOTES_PATH, PAGES, pageGroups } from '../../src/renderer/src/manual/pages'
import type { Page } from '../../src/renderer/src/manual/pages'
import { marked, search, sectionsOf, wordsOf } from '../../src/renderer/src/manual/search'
import { pageOfView, useLearnStore } from '../../src/renderer/src/stores/learn'
import { useTeachStore } from '../../src/renderer/src/stores/teach'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import type { ViewName } from '../../src/renderer/src/stores/ui'

const VIEWS: Readonly<Record<ViewName, true>> = {
  ...{ start: true, lab: true, timeline: true, teach: true, experiments: true, runs: true },
  ...{ checks: true, learn: true, logs: true, settings: true },
}

/** Words of the shared vocabulary, each of which has one meaning. */
const VOCABULARY = [
  ...['ballot', 'prepare', 'promise', 'accept', 'accepted', 'nack', 'vote', 'adopt', 'preempted'],
  ...['quorum', 'acceptor', 'proposer', 'learner', 'replica', 'node', 'slot', 'value', 'command'],
  ...['chosen', 'learned', 'applied', 'no-op', 'decree', 'distinguished proposer', 'leader'],
  ...['lease', 'duel', 'undetermined', 'session', 'link', 'link proxy', 'switchboard', 'gate'],
  ...['direct mode', 'cut', 'delay', 'drop', 'duplicate', 'reorder', 'partition', 'kill', 'pause'],
  ...['resume', 'restart', 'stop', 'flush', 'event', 'effect', 'input', 'lab', 'host', 'viewer'],
  ...['scenario', 'experiment', 'run', 'verdict', 'seed', 'oracle', 'variant', 'mutant'],
]

const pageAt = (path: string): Page => {
  const page = PAGES.get(path)
  if (!page) throw new Error(`no page ${path}`)
  return page
}
const glossary = () => glossaryOf(pageAt(GLOSSARY_PATH))

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

describe('the manual', () => {
  it.each(Object.keys(VIEWS) as ViewName[])('has a page for the view %s', (view) => {
    expect(PAGES.has(pageOfView(view))).toBe(true)
  })

  it('lists every page once, glossary and notes apart', () => {
    const listed = pageGroups().flatMap(({ pages }) => pages.map(({ path }) => path))
    const apart = [...PAGES.keys()].filter((path) => path !== GLOSSARY_PATH && path !== NOTES_PATH)
    expect(listed.toSorted()).toEqual(apart.toSorted())
    expect(pageGroups()[0]?.pages[0]?.path).toBe('docs/views/start.md')
  })

  it('its links lead somewhere', () => {
    const dead: string[] = []
    for (const page of PAGES.values()) {
      for (const href of page.blocks.flatMap(linksOf)) {
        const target = resolveLink(page.path, href, (path) => PAGES.has(path))
        if (target.kind === 'text' && !/^https:|README\.md$/.test(href)) {
          dead.push(`${page.path}: ${href}`)
        }
        if (target.kind !== 'page' || target.anchor === '') continue
        const anchors = pageAt(target.path).blocks.flatMap(anchorsOf)
        if (!anchors.includes(target.anchor)) dead.push(`${page.path}: ${href}`)
      }
    }
    expect(dead).toEqual([])
  })
})

function inlineLinks(content: readonly Inline[]): string[] {
  return content.flatMap((one) => {
    if (one.kind === 'link') return [one.href, ...inlineLinks(one.content)]
    return one.kind === 'strong' || one.kind === 'em' ? inlineLinks(one.content) : []
  })
}

function linksOf(block: Block): string[] {
  if (block.kind === 'list') return block.items.flat().flatMap(linksOf)
  if (block.kind === 'table') return [block.head, ...block.rows].flat().flatMap(inlineLinks)
  return block.kind === 'code' ? [] : inlineLinks(block.content)
}

function anchorsOf(block: Block): string[] {
  if (block.kind === 'heading') return [block.id]
  if (block.kind !== 'table') return []
  return block.rows.map(([first]) =>
    blockText({ kind: 'paragraph', content: first ?? [] }).toLowerCase(),
  )
}

describe('the search', () => {
  const sections = sectionsOf(PAGES.values())

  it('finds headings before text, in the section where they stand', () => {
    const [first] = search(sections, 'value-majority trap')
    expect(first?.excerpt).not.toBe('')
    expect(search(sections, 'learner read')[0]).toMatchObject({
      path: 'docs/protocol.md',
      heading: 'Learner read',
      anchor: 'learner-read',
    })
  })

  it('wants every word, and takes parts of words', () => {
    expect(search(sections, 'fdatas').length).toBeGreaterThan(0)
    expect(search(sections, 'ballot xyzzyq')).toEqual([])
    expect(search(sections, '   ')).toEqual([])
    expect(search(sections, '(.*')).toEqual([])
  })

  it('shows the place of a hit, and marks it', () => {
    for (const hit of search(sections, 'group commit').slice(0, 3)) {
      expect(hit.excerpt.length).toBeLessThan(200)
    }
    const pieces = marked('Ballots and a ballot', wordsOf('BALLOT'))
    expect(pieces.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(['Ballot', 'ballot'])
    expect(pieces.map(({ text }) => text).join('')).toBe('Ballots and a ballot')
  })
})

describe('the glossary', () => {
  it('has every word of the vocabulary, and one meaning for it', () => {
    const names = glossary().flatMap(({ terms }) => terms.flatMap((term) => term.names))
    expect(VOCABULARY.filter((word) => !names.includes(word))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })

  it('says something about each', () => {
    for (const { terms } of glossary()) {
      for (const { title, blocks } of terms) {
        expect(blocks.map(blockText).join(' ').length, title).toBeGreaterThan(20)
      }
    }
  })

  it('is found in text once, whole words and plurals only', () => {
    const finder = termFinder(glossary())
    const pieces = finder.split('Ballots go up; a ballot box, quorums, and no-ops')
    expect(pieces.filter(({ id }) => id !== null)).toEqual([
      { text: 'Ballots', id: 'ballot' },
      { text: 'quorums', id: 'quorum' },
      { text: 'no-ops', id: 'no-op' },
    ])
    expect(pieces.map(({ text }) => text).join('')).toBe(
      'Ballots go up; a ballot box, quorums, and no-ops',
    )
  })
})

describe('the view', () => {
  const open = () => mount(LearnPane, { attachTo: document.body })

  it('help leads to the page of the view that is open', async () => {
    const ui = useUiStore()
    ui.view = 'timeline'
    void COMMAND_RUNS['help.manual']()
    expect(ui.view).toBe('learn')
    const pane = open()
    await nextTick()
    expect(pane.find('[data-page]').attributes('data-page')).toBe('docs/views/timeline.md')
    pane.unmount()
  })

  it('searches by keyboard alone and comes back', async () => {
    const pane = open()
    window.dispatchEvent(new KeyboardEvent('keydown', { key: '/', cancelable: true }))
    const field = pane.find<HTMLInputElement>('input[type="search"]')
    expect(document.activeElement).toBe(field.element)
    await field.setValue('learner read')
    expect(pane.findAll('.hits li').length).toBeGreaterThan(1)
    await field.trigger('keydown', { key: 'ArrowDown' })
    await field.trigger('keydown', { key: 'ArrowUp' })
    await field.trigger('keydown', { key: 'Enter' })
    const learn = useLearnStore()
    expect(learn.place).toMatchObject({ path: 'docs/protocol.md', anchor: 'learner-read' })
    expect(pane.findAll('article mark').length).toBeGreaterThan(0)
    await pane.find('.reader').trigger('keydown', { key: 'Backspace' })
    expect(learn.place.path).toBe('docs/views/start.md')
    pane.unmount()
  })

  it('a term leads to the glossary, an experiment to the Teach view', async () => {
    const learn = useLearnStore()
    learn.open('docs/notes.md')
    const pane = open()
    await pane.find('a.term').trigger('click')
    expect(learn.place.section).toBe('glossary')
    learn.back()
    await nextTick()
    const trap = pane.findAll('a').find((link) => link.text() === 'The value-majority trap')
    await trap?.trigger('click')
    expect(useTeachStore().chosen).toBe('value-majority')
    expect(useUiStore().view).toBe('teach')
    pane.unmount()
  })

  it('the museum has every mutant, and opens the simulator with it', async () => {
    const learn = useLearnStore()
    learn.openSection('museum')
    const pane = open()
    await nextTick()
    const cards = pane.findAll('[data-mutant]').map((card) => card.attributes('data-mutant'))
    expect(cards).toEqual([...MUTANT_IDS])
    for (const card of pane.findAll('[data-mutant]')) {
      for (const dd of card.findAll('dd')) expect(dd.text()).not.toBe('')
    }
    await pane.find('[data-mutant="M7"] button').trigger('click')
    const ui = useUiStore()
    expect(ui.dialog).toBe('simulate')
    expect(ui.simWish).toMatchObject({ mutant: 'M7', hunt: true })
    pane.unmount()
  })
})

it('EL10: versions are read from what the window says of itself', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.1.2 '
  expect(versionsOf(`${chrome}Electron/43.1.0 Safari/537.36`)).toEqual({
    electron: '43.1.0',
    chromium: '150.0.1.2',
    browser: 'Chromium 150.0.1.2',
  })
  expect(versionsOf('Mozilla/5.0 Gecko/20100101 Firefox/140.0')).toMatchObject({
    electron: null,
    browser: 'Firefox 140.0',
  })
  expect(versionsOf('curl').browser).toBe('unknown browser')
})
