/** E14: the Markdown of the manual. Our subset becomes elements; all else stays visible text. */
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import ManualBody from '../../src/renderer/src/components/learn/ManualBody'
import type { textOf } from '../../src/renderer/src/manual/inline'
import type { Target } from '../../src/renderer/src/manual/links'
import { blockText, parseMarkdown } from '../../src/renderer/src/manual/markdown'
import { PAGES } from '../../src/renderer/src/manual/pages'

const draw = (source: string, more: Record<string, unknown> = {}) =>
  mount(ManualBody, {
    props: { blocks: parseMarkdown(source), path: 'docs/a.md', has: () => true, ...more },
  })

describe('the subset', () => {
  it('draws headings, with the anchors that GitHub makes', () => {
    const page = draw('# What a *view* says\n\n## Who proposes\n\n## Who proposes\n')
    expect(page.findAll('h1, h2').map((one) => one.attributes('id'))).toEqual([
      'what-a-view-says',
      'who-proposes',
      'who-proposes-1',
    ])
    expect(page.find('h1 em').text()).toBe('view')
  })

  it('draws paragraphs, emphasis, code and escapes', () => {
    const page = draw('One **strong *both*** and\n`a  *b*` and \\*plain\\* 2*3*4 x_y_z.')
    expect(page.html()).toContain('<strong>strong <em>both</em></strong>')
    expect(page.find('code').text()).toBe('a  *b*')
    expect(page.text()).toContain('and *plain* 2')
    expect(page.text()).toContain('x_y_z.')
  })

  it('draws lists within lists, with paragraphs and code in their items', () => {
    const page = draw(
      '- one\n  goes on\n  - inner\n- two\n\n  ```sh\n  run it\n  ```\n\n3. three\n4. four\n',
    )
    expect(page.findAll('ul > li')).toHaveLength(3)
    expect(page.find('ul ul li').text()).toBe('inner')
    expect(page.find('li pre').text()).toBe('run it')
    expect(page.find('ol').attributes('start')).toBe('3')
    expect(page.findAll('ol > li').map((one) => one.text())).toEqual(['three', 'four'])
  })

  it('draws tables, with escaped pipes, and rows that others link to', () => {
    const page = draw('| Row | `a \\| b` |\n|---|---:|\n| S2b | x | \n| plain | y \\| z |\n')
    expect(page.findAll('th').map((one) => one.text())).toEqual(['Row', 'a | b'])
    expect(page.find('tr#s2b').exists()).toBe(true)
    expect(page.findAll('td').map((one) => one.text())).toEqual(['S2b', 'x', 'plain', 'y | z'])
  })

  it('leaves fenced code as it is', () => {
    const page = draw('```yaml\n# no heading\n- [no](link)\n\n**x**\n```')
    expect(page.find('pre').text()).toBe('# no heading\n- [no](link)\n\n**x**')
    expect(page.find('pre').attributes('data-language')).toBe('yaml')
    expect(page.find('a').exists()).toBe(false)
  })

  it('marks what was looked for', () => {
    const page = draw('A ballot, and `Ballots` too.', { marks: ['ballot'] })
    expect(page.findAll('mark').map((one) => one.text())).toEqual(['ballot', 'Ballot'])
  })
})

describe('E14: what is none of it', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '&lt;b&gt; &#x3c;',
    '[x](javascript:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '![alt](https://example.org/x.png)',
    '[a][ref]',
    '> quoted',
    'Setext\n======',
    '~~~\ntilde\n~~~',
    '# <svg onload=alert(1)>',
    '`<b>`',
    '| <i>a</i> |\n|---|\n| <b>x</b> |',
  ]

  it.each(HOSTILE)('stays visible as text: %s', (source) => {
    const page = draw(source)
    expect(page.find('script, img, svg, b, i, iframe, [onerror], [onload]').exists()).toBe(false)
    for (const link of page.findAll('a')) expect(link.attributes('href')).toBe('#')
    const words = source.match(/[a-z]{2,}/gi) ?? []
    for (const word of words) expect(page.text()).toContain(word)
  })

  it('a link that leads to no page and no known address says where it would lead', () => {
    const page = draw('[here](https://evil.example/) and [code](../src/x.ts)', { has: () => false })
    expect(page.find('a').exists()).toBe(false)
    expect(page.text()).toBe('here (https://evil.example/) and code (../src/x.ts)')
  })

  it('deep nesting and long lines of marks end quickly', () => {
    const deep = Array.from({ length: 400 }, (_, at) => `${' '.repeat(2 * at)}- x`).join('\n')
    expect(draw(deep).text()).toContain('x')
    expect(draw(`${'['.repeat(2000)}${'*'.repeat(2000)}`).text()).toContain('[[[')
  })
})

describe('links', () => {
  it('are told, not followed', async () => {
    const has = (path: string) => path === 'docs/b.md'
    const source =
      '[b](b.md#x) [self](#y) [paper](https://lamport.azurewebsites.net/pubs/paxos-simple.pdf) ' +
      '[duel](../resources/scenarios/dueling-proposers.paxlab.yaml) [up](../../../etc/passwd)'
    const page = draw(`# y\n\n${source}`, {
      has: (path: string) => has(path) || path === 'docs/a.md',
    })
    for (const link of page.findAll('a')) await link.trigger('click')
    const told = (page.emitted('go') ?? []).map(([target]) => target as Target)
    expect(told).toEqual([
      { kind: 'page', path: 'docs/b.md', anchor: 'x' },
      { kind: 'page', path: 'docs/a.md', anchor: 'y' },
      { kind: 'outside', id: 'paxosMadeSimple' },
      { kind: 'experiment', name: 'dueling-proposers' },
    ])
    expect(page.text()).toContain('up (../../../etc/passwd)')
  })
})

/** Signs that our subset does not know; a page that uses one would show them raw. */
const UNKNOWN: readonly (readonly [name: string, sign: RegExp])[] = [
  ['HTML', /<\/?[a-z][a-z0-9]*(\s[^>]*)?>/i],
  ['an image', /!\[[^\]]*\]\(/],
  ['a reference', /^\[[^\]]+\]:|\]\[[^\]]*\]/m],
  ['a quote', /^ {0,3}>/m],
  ['a rule', /^ {0,3}(-{3,}|\*{3,}|_{3,})\s*$/m],
  ['an underlined heading', /^[^\s|#-].*\n(={3,}|-{3,})\s*$/m],
  ['a tilde fence', /^~~~/m],
  ['struck text', /~~\w/],
  ['an entity', /&(#\d+|#x[0-9a-f]+|[a-z]+);/i],
  ['a task', /^\s*[-*] \[[ x]\]/m],
  ['marks of emphasis', /\*\*\w|\w\*\*/],
]

describe('every page of the manual', () => {
  const pages = [...PAGES.values()]

  it('is there', () => {
    expect(pages.length).toBeGreaterThan(40)
    expect(pages.map(({ path }) => path)).toContain('docs/protocol.md')
  })

  it.each(pages.map((page) => [page.path, page] as const))('%s is drawn whole', (_path, page) => {
    // What is left of the words after reading is text: no sign of Markdown is among it.
    const left = page.blocks.flatMap((block) => (block.kind === 'code' ? [] : plain(block)))
    const found = left.flatMap((text) =>
      UNKNOWN.flatMap(([name, sign]) => (sign.test(text) ? [`${name}: ${text.slice(0, 60)}`] : [])),
    )
    expect(found).toEqual([])
  })

  it.each(pages.map((page) => [page.path, page] as const))('%s loses no word', (path, page) => {
    const all = page.blocks.map(blockText).join(' ')
    const drawn = mount(ManualBody, {
      props: { blocks: page.blocks, path, has: (one: string) => PAGES.has(one) },
    })
    const squeezed = (text: string): string => text.replace(/[\s|]/g, '')
    // What the page adds: where a link would lead that the manual does not follow.
    const text = (drawn.element.textContent ?? '').replace(/ \((https:[^)]*|opens outside)\)/g, '')
    expect(squeezed(text)).toBe(squeezed(all))
  })
})

/** Text outside of code, where a sign of Markdown would mean that it was not read. */
function plain(block: ReturnType<typeof parseMarkdown>[number]): string[] {
  const words = (content: Parameters<typeof textOf>[0]): string[] =>
    content.flatMap((one) =>
      one.kind === 'text' ? [one.text] : one.kind === 'code' ? [] : words(one.content),
    )
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return words(block.content)
    case 'list':
      return block.items.flat().flatMap(plain)
    case 'table':
      return [block.head, ...block.rows].flat().flatMap(words)
    case 'code':
      return []
  }
}
