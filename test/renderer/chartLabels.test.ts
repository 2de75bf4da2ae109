import { describe, expect, it } from 'vitest'
import { overlap, placeLabels } from '../../src/renderer/src/composables/chartLabels'
import { placeFlags } from '../../src/renderer/src/composables/placeFlags'

const EDGES = { left: 0, top: 0, width: 200, height: 40 }
const box = (left: number, top: number) => ({ left, top, width: 80, height: 13 })

describe('labels of a chart', () => {
  it('the important one stands where it wants, the next one takes another spot', () => {
    const first = { text: 'first', spots: [box(10, 10)] }
    const second = { text: 'second', spots: [box(50, 12), box(100, 12)] }
    const placed = placeLabels([first, second], EDGES)
    expect(placed.map(({ wish, spot }) => [wish.text, spot.left])).toEqual([
      ['first', 10],
      ['second', 100],
    ])
  })

  it('without a free spot a label is dropped, and later ones may stand', () => {
    const wishes = [
      { text: 'first', spots: [box(10, 10)] },
      { text: 'dropped', spots: [box(60, 10)] },
      { text: 'third', spots: [box(60, 24)] },
    ]
    const placed = placeLabels(wishes, EDGES)
    expect(placed.map(({ wish }) => wish.text)).toEqual(['first', 'third'])
    expect(overlap(placed[0]!.spot, placed[1]!.spot)).toBe(false)
  })

  it('no label leaves the plot or covers what is taken', () => {
    const beyond = { spots: [box(150, 10), box(-1, 10), box(10, 30), box(10, -1)] }
    const covering = { spots: [box(10, 10)] }
    expect(placeLabels([beyond, covering], EDGES, [box(60, 5)])).toEqual([])
  })
})

describe('notes of a scenario on the fault track', () => {
  it('end before the flag of the next one', () => {
    const note = (atMs: number) => ({ atMs, label: 'every message takes 40 ms', change: false })
    const x = (atMs: number): number => atMs
    const groups = placeFlags([note(100), note(190), note(230), note(500)], x, {
      left: 44,
      right: 1000,
    })
    expect(groups.map(({ at }) => at)).toEqual([100, 190, 230, 500])
    const spans = groups.map(({ at, onLeft, widthPx }) =>
      onLeft ? [at - widthPx, at] : [at, at + widthPx],
    )
    expect(spans.every(([from], at) => at === 0 || from! >= spans[at - 1]![1]!)).toBe(true)
    expect(groups.filter(({ named }) => named).map(({ at }) => at)).toEqual([100, 230, 500])
  })
})
