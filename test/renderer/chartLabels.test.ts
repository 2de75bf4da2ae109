import { describe, expect, it } from 'vitest'
import { overlap, placeLabels, strokesOf } from '../../src/renderer/src/composables/chartLabels'
import type { Band, BandKind } from '../../src/renderer/src/composables/chartBands'
import { groundOf } from '../../src/renderer/src/composables/chartStage'
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

describe('labels and lines', () => {
  const frame = { x: (atMs: number) => atMs, y: (value: number) => value }

  it('of free spots the one that hides least of the lines is taken', () => {
    const flat = { points: [15, 15].map((y, at) => ({ x: at * 200, y })) }
    const wish = { spots: [box(10, 10), box(10, 24)] }
    const [placed] = placeLabels([wish], EDGES, [], strokesOf([flat], frame))
    expect(placed?.spot.top).toBe(24)
    expect(placeLabels([wish], EDGES)[0]?.spot.top).toBe(10)
  })

  it('a stepped line is in the way where it climbs, a break of a line is not', () => {
    const points = [
      { x: 0, y: 38 },
      { x: 50, y: 2 },
    ]
    const climbs = strokesOf([{ points, stepped: true }], frame)
    const spots = [box(45, 14), box(100, 14)]
    expect(placeLabels([{ spots }], EDGES, [], climbs)[0]?.spot.left).toBe(100)
    const broken = [points[0]!, { x: 20, y: NaN }, { x: 90, y: 20 }]
    const [placed] = placeLabels([{ spots }], EDGES, [], strokesOf([{ points: broken }], frame))
    expect(placed?.spot.left).toBe(45)
  })

  it('what would hide more than it may is left out', () => {
    const flat = { points: [15, 15].map((y, at) => ({ x: at * 200, y })) }
    const wish = { spots: [box(10, 10)], hidesPxMax: 8 }
    expect(placeLabels([wish], EDGES, [], strokesOf([flat], frame))).toEqual([])
  })
})

describe('the ground of a chart', () => {
  const band = (id: string, kind: BandKind, fromMs: number, toMs: number | null): Band => {
    return { id, kind, label: id, glyph: 'x', fromMs, toMs }
  }

  it('has one layer a kind, however many faults of it hold', () => {
    const bands = [band('a', 'loss', 10, 50), band('b', 'loss', 20, 30), band('c', 'loss', 40, 80)]
    expect(groundOf(bands, 100)).toEqual([{ fromMs: 10, toMs: 80, kinds: ['loss'], strength: 1 }])
  })

  it('changes where a kind begins or ends; what goes on ends now', () => {
    const bands = [band('a', 'partition', 10, null), band('b', 'down', 30, 60)]
    expect(groundOf(bands, 100).map(({ fromMs, toMs, kinds }) => [fromMs, toMs, ...kinds])).toEqual(
      [
        [10, 30, 'partition'],
        [30, 60, 'partition', 'down'],
        [60, 100, 'partition'],
      ],
    )
  })

  it('is paler where many kinds hold at once', () => {
    const kinds = ['partition', 'down', 'slow', 'pause', 'loss'] as const
    const spans = groundOf(
      kinds.map((kind, at) => band(kind, kind, at * 10, 100)),
      100,
    )
    const all = spans.map(({ strength, kinds: held }) => strength * held.length)
    expect(spans[0]?.strength).toBe(1)
    // However many hold, together they hide no more than one and a half.
    for (const sum of all.slice(1)) expect(sum).toBeCloseTo(14 / 9)
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
