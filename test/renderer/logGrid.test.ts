/** The log grid as a drawing of its own: the boxes that the page shows, and what they mean. */
import { describe, expect, it } from 'vitest'
import type { SlotView } from '../../src/core/machineTypes'
import { readTheme } from '../../src/renderer/src/composables/chartTheme'
import { LOG_KEY, logGridSvg, logRows } from '../../src/renderer/src/composables/logGrid'
import { b } from '../support/paxos'

const VOTE = { ballot: b(2, 1), id: '1.1', text: 'SET <a> 1' }
const view = (slot: number, state: SlotView['state']): SlotView => ({
  ...{ slot, state, vote: state === 'open' ? null : VOTE },
  chosen: state === 'applied' || state === 'chosen' ? VOTE : null,
})
const SLOTS = Array.from({ length: 16 }, (_, at) => at + 1)
const ROWS = logRows(
  [
    { node: 1, state: 'running' },
    { node: 2, state: 'killed' },
  ],
  SLOTS,
  new Map([
    [1, new Map([view(1, 'applied'), view(2, 'chosen'), view(3, 'voted')].map((s) => [s.slot, s]))],
    [2, new Map([view(1, 'applied'), view(2, 'voted')].map((s) => [s.slot, s]))],
  ]),
)

describe('the log grid', () => {
  it('shows what each node holds; what a process that is down had not executed is lost', () => {
    expect(ROWS.map(({ cells }) => cells.slice(0, 4).map(({ look }) => look))).toEqual([
      ['applied', 'chosen', 'voted', 'open'],
      ['applied', 'lost', 'lost', 'lost'],
    ])
    expect(ROWS[0]?.cells[2]?.words).toBe('N1, slot 3: voted at 2.1 SET <a> 1')
    expect(ROWS[1]?.cells[1]?.words).toMatch(/, killed$/)
  })

  it('is drawn with a box a slot, its numbers, its nodes and its key', () => {
    const text = logGridSvg('Log grid, 3 s', ROWS, readTheme())
    const file = new DOMParser().parseFromString(text, 'image/svg+xml')
    expect(file.querySelector('parsererror')).toBeNull()
    const boxes = file.querySelectorAll('rect[fill="none"]')
    expect(boxes).toHaveLength(2 * SLOTS.length + LOG_KEY.length)
    expect(file.querySelectorAll('rect[fill="none"][stroke-dasharray="4 3"]')).toHaveLength(2)
    const words = new Set([...file.querySelectorAll('text')].map((one) => one.textContent))
    for (const word of ['Log grid, 3 s', '1', '5', '9', '13', 'N1', 'N2', 'applied']) {
      expect(words).toContain(word)
    }
    const [width, height] = ['width', 'height'].map((side) =>
      Number(file.documentElement.getAttribute(side)),
    )
    for (const box of boxes) {
      const at = (name: string): number => Number(box.getAttribute(name))
      expect(at('x') + at('width')).toBeLessThan(width ?? 0)
      expect(at('y') + at('height')).toBeLessThan(height ?? 0)
    }
  })
})
