/** Charts beyond the default set: data in, what is drawn out; and all twelve as vectors. */
import { describe, expect, it } from 'vitest'
import { Measures } from '../../src/core/measure/measures'
import { chartSvg } from '../../src/renderer/src/composables/chartSvg'
import type { ChartTheme } from '../../src/renderer/src/composables/chartTheme'
import { CHARTS } from '../../src/renderer/src/composables/pictures'
import { slotsByBallots } from '../../src/renderer/src/composables/pictures/ballots'
import { chooseBins } from '../../src/renderer/src/composables/pictures/choose'
import type { PictureInput } from '../../src/renderer/src/composables/pictures/picture'
import { spells } from '../../src/renderer/src/composables/pictures/quorum'
import { stackEdges } from '../../src/renderer/src/composables/pictures/stack'
import { SeriesData } from '../../src/renderer/src/composables/seriesData'
import { BandFold } from '../../src/renderer/src/composables/chartBands'
import { workRun } from '../support/chartRuns'

const token = (name: string): string => `#${name}`
const THEME: ChartTheme = {
  ...{ fg: '#fg', fgMuted: '#muted', bg: '#bg', border: '#border', borderSoft: '#soft' },
  ...{ borderControl: '#control', accent: '#accent', bad: '#bad', warn: '#warn' },
  ...{ learn: '#learn', fontUi: '"Inter",\n  sans-serif', fontMono: 'monospace' },
  ...{ fontPx: 11, lineScale: 1 },
  faults: { partition: '#p', down: '#d', slow: '#s', pause: '#u', loss: '#l', gap: '#g' },
  families: {
    ...{ phase1: '#p1', phase2: '#p2', learn: '#le', refuse: '#re' },
    ...{ heartbeat: '#hb', client: '#cl' },
  },
  node: (node) => token(`n${node}`),
}

const events = workRun()
const measures = new Measures()
for (const event of events) measures.feed(event)
const data = new SeriesData()
data.applySnapshot(measures.snapshot())
const fold = new BandFold()
fold.reset(events, [])

function input(change: Partial<PictureInput> = {}): PictureInput {
  return {
    ...{ data, members: [1, 2, 3, 4, 5], fromMs: 0, toMs: 24_000, nowMs: 24_000 },
    ...{ readMs: 10_500, hidden: new Set<string>(), theme: THEME },
    ...change,
  }
}

function chart(id: string) {
  const found = CHARTS.find((definition) => definition.id === id)
  if (!found) throw new Error(`no chart ${id}`)
  return found
}

const legendOf = (id: string, change: Partial<PictureInput> = {}) =>
  Object.fromEntries(
    chart(id)
      .legend(input(change))
      .map(({ label, value }) => [label, value]),
  )

describe('time to choose', () => {
  it('counts every slot of the window once; the share ends at all of them', () => {
    const bins = chooseBins(input())
    const total = bins.reduce((sum, { slots }) => sum + slots, 0)
    expect(total).toBeGreaterThan(1000)
    expect(bins.at(-1)?.share).toBe(1)
    expect(bins.every(({ share }, at) => share >= (bins[at - 1]?.share ?? 0))).toBe(true)
    expect(legendOf('choose')['slots']).toBe(total.toString().replace(/(\d)(\d{3})$/, '$1\u202f$2'))
  })

  it('the window decides: nothing was chosen while no quorum was there', () => {
    const none = { fromMs: 9000, toMs: 12_500 }
    expect(chooseBins(input(none))).toEqual([])
    expect(chart('choose').picture(input(none)).empty).toMatch(/No slot was chosen/)
    const late = chooseBins(input({ fromMs: 15_000 }))
    expect(late.length).toBeGreaterThan(0)
    expect(late.reduce((sum, { slots }) => sum + slots, 0)).toBeLessThan(
      chooseBins(input()).reduce((sum, { slots }) => sum + slots, 0),
    )
  })
})

describe('ballots per chosen slot', () => {
  it('one slot took the three ballots of the duel, all others one', () => {
    const bars = slotsByBallots(input())
    expect(bars[0]).toBeGreaterThan(1000)
    expect(bars.slice(1)).toEqual([0, 1, 0, 0])
    const shares = chart('ballots')
      .table(input())
      .rows.map((row) => Number(row[2]))
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 1)
  })
})

describe('messages by type', () => {
  it('layers stand on one another, and the legend takes them out', () => {
    const { lines } = chart('messages').picture(input())
    expect(lines.map(({ id }) => id)).toEqual([
      ...['heartbeat', 'phase2', 'phase1', 'refuse', 'learn', 'client'],
    ])
    const at = 5
    const heights = lines.map(({ points }) => points[at]?.y ?? NaN)
    // Layers without height have no edge that would hide the one below.
    expect(heights.slice(2)).toEqual([NaN, NaN, NaN, NaN])
    // 5 nodes, 20 links, 1 heartbeat and 20 of phase 2 each 100 ms.
    expect(heights[0]).toBeCloseTo(200, 0)
    expect(heights[1]).toBeCloseTo(4200, 0)
    const fewer = chart('messages').picture(input({ hidden: new Set(['heartbeat']) }))
    expect(fewer.lines[0]?.points[at]?.y).toBeCloseTo(4000, 0)
  })

  it('buckets that are missing break the area', () => {
    const layers = [{ id: 'a', color: '#a', values: [1, 2, 3] }]
    const [edge] = stackEdges([500, 1000, 9000], layers, 1500)
    expect(edge?.map(({ y }) => y)).toEqual([1, 2, NaN, 3])
  })
})

describe('failed reads and writes', () => {
  it('tells apart what failed for want of a quorum', () => {
    expect(legendOf('failed', { readMs: 24_000 })).toEqual({ 'no quorum': '3', timeout: '1' })
    expect(legendOf('failed', { readMs: 11_200 })).toEqual({ 'no quorum': '2', timeout: '0' })
    const { columns, rows } = chart('failed').table(input())
    const sum = (name: string): number =>
      rows.reduce((all, row) => all + Number(row[columns.indexOf(name)]), 0)
    expect([sum('no quorum'), sum('timeout'), sum('refused')]).toEqual([3, 1, 0])
  })
})

describe('quorum availability', () => {
  it('separates "could not" from "did not"', () => {
    const found = spells(input()).filter(({ kind }) => kind !== 'served')
    const could = found.filter(({ kind }) => kind === 'couldNot')
    const did = found.filter(({ kind }) => kind === 'didNot')
    expect(could.at(0)?.fromMs).toBe(8000)
    expect(could.at(-1)?.toMs).toBe(13_000)
    // From the restart to the first acknowledgement.
    expect(did.at(-1)?.fromMs).toBe(13_000)
    expect(did.at(-1)?.toMs).toBeGreaterThan(14_000)
    expect(did.at(-1)?.toMs).toBeLessThan(15_000)
  })

  it('the head says who reaches a quorum at the cursor', () => {
    expect(legendOf('quorum', { readMs: 5000 })['nodes with a quorum']).toBe('5 of 5')
    expect(legendOf('quorum', { readMs: 10_000 })['nodes with a quorum']).toBe('none')
  })
})

describe('flush and event-loop lag', () => {
  it('has a solid and a dashed line per node; both are switched by node and by kind', () => {
    const ids = (...hidden: string[]): string[] =>
      chart('health')
        .picture(input({ hidden: new Set(hidden) }))
        .lines.map(({ id }) => id)
    expect(ids()).toHaveLength(10)
    expect(ids('lag')).toEqual(['N1 flush', 'N2 flush', 'N3 flush', 'N4 flush', 'N5 flush'])
    expect(ids('N1', 'flush')).toEqual(['N2 lag', 'N3 lag', 'N4 lag', 'N5 lag'])
  })

  it('lines of nodes that are down break', () => {
    const { lines } = chart('health').picture(input())
    const broken = (id: string): boolean =>
      lines.find((line) => line.id === id)?.points.some(({ y }) => Number.isNaN(y)) ?? false
    expect(broken('N4 flush')).toBe(true)
    expect(broken('N2 flush')).toBe(false)
  })
})

describe('charts as vectors', () => {
  const size = { width: 600, height: 160, widthOf: (text: string) => text.length * 6 }

  it.each(CHARTS.map((definition) => [definition.id, definition] as const))(
    '%s is well-formed, has words and no picture of pixels',
    (id, definition) => {
      const svg = chartSvg({
        ...{ id, title: definition.title, unit: definition.unit, scale: definition.scale },
        ...{ timeless: definition.timeless ?? false, words: 'a < b & "c"', theme: THEME },
        ...{ bands: fold.bands, flags: fold.flags, fromMs: 0, toMs: 24_000, nowMs: 24_000 },
        ...{ time: 's', picture: definition.picture(input()), ...size },
      })
      const document = new DOMParser().parseFromString(svg, 'image/svg+xml')
      expect(document.querySelector('parsererror')).toBeNull()
      // Each attribute once: a stricter reader than the parser of the tests refuses the file.
      for (const [, tag = ''] of svg.matchAll(/<(\w[^>]*)>/g)) {
        const names = [...tag.matchAll(/ ([\w:-]+)="/g)].map(([, name]) => name)
        expect(new Set(names).size, tag).toBe(names.length)
      }
      expect(svg).not.toMatch(/<image|NaN|undefined|Infinity/)
      expect(svg).toContain(`>${definition.title}</text>`)
      expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
      expect(svg).toContain('font-family="&quot;Inter&quot;, sans-serif"')
      expect(svg.match(/<(path|rect)/g)?.length).toBeGreaterThan(8)
      // Faults are time: charts with an axis of their own have no bands.
      expect(svg.includes('id="chart-' + id + '-down"')).toBe(definition.timeless !== true)
    },
  )
})
