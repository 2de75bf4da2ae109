import { describe, expect, it } from 'vitest'
import { foldTabs } from '../../src/renderer/src/composables/foldTabs'

const FIRST = ['log', 'client', 'gate'] as const
const WIDTHS = new Map([
  ['log', 60],
  ['client', 50],
  ['gate', 40],
  ['duel', 90],
])

describe('tabs of a strip', () => {
  const fold = (roomPx: number, kept: string) => [...foldTabs(FIRST, WIDTHS, roomPx, kept)]

  it('are all shown where they have room, and before they are laid out', () => {
    expect(fold(150, 'gate')).toEqual([])
    expect(fold(0, 'gate')).toEqual([])
    expect([...foldTabs(FIRST, new Map(), 10, 'gate')]).toEqual([])
  })

  it('fold one after the other, never the chosen one', () => {
    expect(fold(149, 'gate')).toEqual(['log'])
    expect(fold(149, 'log')).toEqual(['client'])
    expect(fold(10, 'log')).toEqual(['client', 'gate'])
  })

  it('make room for a chosen one that is none of them', () => {
    expect(fold(180, 'duel')).toEqual(['log'])
  })
})
