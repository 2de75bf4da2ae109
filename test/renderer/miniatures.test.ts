/** Small drawings on the start page: every bundled example has one of its own. */
import { readdirSync } from 'node:fs'
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import Miniature from '../../src/renderer/src/components/start/Miniature.vue'
import { FIELD, miniatureOf } from '../../src/renderer/src/components/start/miniatures'

const EXAMPLES = readdirSync('resources/scenarios').map((file) => file.replace('.paxlab.yaml', ''))

it('no two examples share a drawing, and none has that of an unknown one', () => {
  const drawn = new Map<string, string>()
  for (const name of [...EXAMPLES, 'no-such-example']) {
    const shapes = JSON.stringify(miniatureOf(name))
    expect(drawn.get(shapes), name).toBeUndefined()
    drawn.set(shapes, name)
  }
  expect(drawn.size).toBe(EXAMPLES.length + 1)
})

it.each(EXAMPLES)('%s lies within its field, words included', (name) => {
  const shapes = miniatureOf(name)
  expect(shapes.length).toBeGreaterThan(3)
  for (const { x = 0, y = 0, words = '', anchor = 'start' } of shapes) {
    // The widest letter of the font at 11 px.
    const wide = words.length * 6.6
    const left = anchor === 'end' ? x - wide : anchor === 'middle' ? x - wide / 2 : x
    expect(left, words).toBeGreaterThanOrEqual(0)
    expect(left + wide, words).toBeLessThanOrEqual(FIELD.width)
    expect(y, words).toBeGreaterThanOrEqual(0)
    expect(y, words).toBeLessThanOrEqual(FIELD.height)
  }
  for (const { d = '' } of shapes) expect(d).not.toMatch(/NaN|undefined|Infinity/)
})

it('is a picture beside words that say the same', () => {
  const svg = mount(Miniature, { props: { name: 'amnesia' } }).get('svg')
  expect(svg.attributes('aria-hidden')).toBe('true')
  expect(svg.text()).toContain('forgotten')
})
