/** What an instrument saves as a picture where it draws none, and its menu. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import InstrumentFrame from '../../src/renderer/src/components/instruments/InstrumentFrame.vue'
import { PICTURE_ROWS_MAX, tableSvg } from '../../src/renderer/src/composables/instruments/tableSvg'

const LOOK = { ground: '#fff', ink: '#000' }

function parsed(text: string): Document {
  const file = new DOMParser().parseFromString(text, 'image/svg+xml')
  expect(file.querySelector('parsererror')).toBeNull()
  return file
}

beforeEach(() => setActivePinia(createPinia()))

describe('a table as a picture', () => {
  it('has its title, its head and its cells in columns, whatever they hold', () => {
    const rows = [
      ['N1', '<b>&"x"', 3],
      ['N2', 'a\u0000b', 'x'.repeat(200)],
    ]
    const text = tableSvg({ title: 'Cost & more', columns: ['node', 'value', 'n'], rows, ...LOOK })
    const texts = [...parsed(text).querySelectorAll('text')].map((one) => one.textContent ?? '')
    expect(texts.slice(0, 7)).toEqual(['Cost & more', 'node', 'value', 'n', 'N1', '<b>&"x"', '3'])
    expect(texts.at(-1)).toHaveLength(60)
    const xs = [...parsed(text).querySelectorAll('text')].map((one) =>
      Number(one.getAttribute('x')),
    )
    expect([xs[1], xs[2], xs[3]]).toEqual([xs[4], xs[5], xs[6]])
    expect(xs[1]).toBeLessThan(xs[2] ?? 0)
  })

  it('of many rows shows the first, and says how many more there are', () => {
    const rows = Array.from({ length: PICTURE_ROWS_MAX + 5 }, (_, at) => [at])
    const text = tableSvg({ title: 't', columns: ['n'], rows, ...LOOK })
    expect(text).toContain('and 5 more rows')
    expect(parsed(text).querySelectorAll('text')).toHaveLength(PICTURE_ROWS_MAX + 3)
  })
})

async function menuOf(empty: string | null): Promise<string[]> {
  vi.stubGlobal('ClipboardItem', undefined)
  const props = { title: 'Cost ledger', hint: 'h', columns: ['n'], rows: [[1]], empty }
  const frame = mount(InstrumentFrame, { props, attachTo: document.body })
  const button = frame.get('button[aria-label="Cost ledger: save, copy, table"]')
  await button.trigger('keydown', { key: 'Enter' })
  await nextTick()
  const items = [...document.querySelectorAll('[role="menuitem"]')].map(
    (one) => one.textContent ?? '',
  )
  frame.unmount()
  vi.unstubAllGlobals()
  return items.map((text) => text.trim())
}

it('every instrument saves SVG, PNG and CSV; an empty one has no picture', async () => {
  const saves = ['Save SVG', 'Save PNG', 'Copy CSV', 'Save CSV', 'Show table']
  expect(await menuOf(null)).toEqual(saves)
  expect(await menuOf('Nothing yet.')).toEqual(['Copy CSV', 'Save CSV', 'Show table'])
})
