import { describe, expect, it } from 'vitest'
import { Measures } from '../../src/core/measure/measures'
import type { LabEvent } from '../../src/core/event'
import { BandFold, faultLabel, rowsOf } from '../../src/renderer/src/composables/chartBands'
import { csvOf, fileName } from '../../src/renderer/src/composables/chartExport'
import {
  axisText,
  countText,
  lengthText,
  msText,
} from '../../src/renderer/src/composables/chartText'
import {
  ladderRange,
  logRange,
  niceRange,
  timeTicks,
} from '../../src/renderer/src/composables/chartTicks'
import { placeFlags } from '../../src/renderer/src/composables/placeFlags'
import { livenessAt } from '../../src/renderer/src/composables/livenessAt'
import { CHARTS } from '../../src/renderer/src/composables/pictures'
import { claimantOverlaps } from '../../src/renderer/src/composables/pictures/leaders'
import { outages } from '../../src/renderer/src/composables/pictures/outage'
import type { PictureInput } from '../../src/renderer/src/composables/pictures/picture'
import { standStill } from '../../src/renderer/src/composables/pictures/progress'
import { landings } from '../../src/renderer/src/composables/pictures/stairFacts'
import { SeriesData } from '../../src/renderer/src/composables/seriesData'
import { duelRun, partitionRun, workRun } from '../support/chartRuns'
import { THEME } from '../support/chartTheme'

function dataOf(events: readonly LabEvent[]): { data: SeriesData; measures: Measures } {
  const measures = new Measures()
  for (const event of events) measures.feed(event)
  const data = new SeriesData()
  data.applySnapshot(measures.snapshot())
  return { data, measures }
}

const duel = dataOf(duelRun()).data
const partition = dataOf(partitionRun()).data
const work = dataOf(workRun()).data

function input(data: SeriesData, change: Partial<PictureInput> = {}): PictureInput {
  return {
    data,
    members: [1, 2, 3, 4, 5],
    fromMs: 11_000,
    toMs: 40_000,
    nowMs: 48_000,
    readMs: 27_360,
    hidden: new Set(),
    theme: THEME,
    ...change,
  }
}

/** The whole of `workRun`. */
const WORK = { fromMs: 0, toMs: 24_000, nowMs: 24_000, readMs: 10_500 }

function chart(id: string) {
  const found = CHARTS.find((definition) => definition.id === id)
  if (!found) throw new Error(`no chart ${id}`)
  return found
}

const legendOf = (id: string, change: PictureInput): Record<string, string | null> =>
  Object.fromEntries(
    chart(id)
      .legend(change)
      .map(({ label, value }) => [label, value]),
  )

describe('ballot staircase', () => {
  it('has one climbing line per proposer, held until the next ballot', () => {
    const { lines, axis, empty } = chart('staircase').picture(input(duel))
    expect(lines.map(({ id }) => id)).toEqual(['N2', 'N3', 'N4'])
    for (const { points, stepped } of lines) {
      expect(stepped).toBe(true)
      expect(points.every(({ y }, at) => at === 0 || y >= (points[at - 1]?.y ?? 0))).toBe(true)
    }
    expect(axis.min).toBe(0)
    expect(axis.max).toBeGreaterThanOrEqual(90)
    expect(empty).toBeNull()
  })

  it('the head names the ballots at the cursor', () => {
    expect(legendOf('staircase', input(duel))).toMatchObject({ N2: '68.2', N4: '67.4' })
    expect(legendOf('staircase', input(duel, { readMs: 16_000 }))).toMatchObject({ N2: '8.2' })
  })

  it('a choice after a duel is a landing that counts the ballots that came to nothing', () => {
    const last = landings(duel.stairs).at(-1)
    expect(last?.stair.ballot).toEqual({ round: 90, node: 2 })
    expect(last?.atMs).toBe(32_820)
    expect(last?.wasted).toBe(85)
  })

  it('a series that was switched off is gone, the others stay', () => {
    const { lines } = chart('staircase').picture(input(duel, { hidden: new Set(['N2']) }))
    expect(lines.map(({ id }) => id)).toEqual(['N3', 'N4'])
  })

  it('rivals whose steps share a pixel take turns, so that none hides the others', () => {
    const shares = ({ dash }: { readonly dash?: readonly number[] }) =>
      dash ? dash[0]! / (dash[0]! + dash[1]!) : 1
    const far = chart('staircase').picture(input(duel, { fromMs: 0, toMs: 300_000 })).lines
    expect(far.map(shares)).toEqual([1 / 3, 2 / 3, 1])
    const near = chart('staircase').picture(input(duel, { fromMs: 20_000, toMs: 23_000 })).lines
    expect(near.map(shares)).toEqual(near.map(() => 1))
  })

  it('a leader elected long before the window still leads into it', () => {
    const late = input(duel, { fromMs: 40_000, toMs: 48_000 })
    const { lines, empty } = chart('staircase').picture(late)
    expect(empty).toBeNull()
    expect(lines.find(({ id }) => id === 'N2')?.points.at(-1)).toEqual({ x: 48_000, y: 90 })
  })
})

describe('other pictures', () => {
  it('preempted ballots are counted up to the cursor', () => {
    expect(legendOf('preempted', input(duel))).toEqual({ N2: '32×', N3: '1×', N4: '31×' })
  })

  it('two claimants overlap from the second election on', () => {
    expect(claimantOverlaps(partition.leaders, 33_420)).toEqual([{ fromMs: 21_500, toMs: 33_420 }])
    const late = input(partition, { readMs: 30_000 })
    expect(legendOf('leaders', late)).toMatchObject({ '2 claimants': null, N1: '14.1', N3: '16.3' })
  })

  it('an outage lasts from the last acknowledgement to the next one', () => {
    const found = outages(partition)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ fromMs: 17_900, toMs: 21_500, open: false })
  })

  it('a load that is off is no outage', () => {
    const quiet = { ...duel.load[0]!, ackedPerSecond: 0, sentPerSecond: 0, waiting: 0 }
    const load = [1000, 1100, 1200, 9000].map((atMs) => ({ ...quiet, atMs }))
    expect(outages({ load, spanMs: 100, earlier: null })).toEqual([])
  })

  it('latency breaks where nothing was acknowledged, it never shows 0', () => {
    const { lines } = chart('latency').picture(input(duel))
    const inside = lines.flatMap(({ points }) =>
      points.filter(({ x }) => x > 16_000 && x < 32_000).map(({ y }) => y),
    )
    expect(inside).toEqual([])
    const breaks = lines.map(({ points }) => points.filter(({ y }) => Number.isNaN(y)).length)
    expect(breaks).toEqual([1, 1, 1])
  })

  it('progress tells the values of each node at the cursor', () => {
    const late = legendOf('progress', input(partition, { readMs: 33_000 }))
    expect(late['N1']).toBe(late['N5'])
    expect(late['N3']).not.toBe(late['N1'])
  })

  it('the slot that stayed open longest is found', () => {
    const row = (...values: [number, number][]) => ({
      points: values.map(([atMs, slot]) => {
        return { atMs, node: 1, chosenThrough: slot, appliedThrough: slot }
      }),
    })
    const still = [2000, 3000, 4000, 5000, 6000, 7000, 8000].map((atMs): [number, number] => [
      atMs,
      5,
    ])
    const rows = [row([0, 1], [1000, 5], ...still, [9000, 6]), row([500, 3], [8000, 5])]
    expect(standStill(rows, 0, 9500)).toEqual({ fromMs: 1000, toMs: 9000, slot: 5 })
    expect(standStill(rows, 9200, 9500)).toEqual({ fromMs: 9000, toMs: 9500, slot: 6 })
    expect(standStill(rows, 0, 5000)).toEqual({ fromMs: 1000, toMs: 5000, slot: 5 })
    expect(standStill([], 0, 100)).toBeNull()
  })

  it('between points that lie far apart a log may have grown', () => {
    const points = [0, 3200, 6400, 9600].map((atMs) => {
      return { atMs, node: 1, chosenThrough: atMs / 100, appliedThrough: atMs / 100 }
    })
    expect(standStill([{ points }], 0, 9600)).toBeNull()
    expect(standStill([{ points }], 0, 8000)).toBeNull()
  })

  it.each(CHARTS.map((definition) => [definition.id, definition] as const))(
    '%s has a table of what it shows and says why it is empty',
    (_id, definition) => {
      const data = definition.isDefault ? duel : work
      const { columns, rows } = definition.table(input(data, definition.isDefault ? {} : WORK))
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.every((row) => row.length === columns.length)).toBe(true)
      const nothing = definition.picture(input(new SeriesData(), { members: [] }))
      expect(nothing.empty).toMatch(/\w/)
      const bars = definition.table(input(new SeriesData())).rows
      // The five bars are always there, with nothing in them.
      expect(bars.filter((row) => definition.id !== 'ballots' || row[1] !== 0)).toEqual([])
    },
  )
})

describe('liveness in the past', () => {
  it.each([
    ['before the duel', duelRun, 10_000],
    ['in the duel', duelRun, 27_360],
    ['after the landing', duelRun, 40_000],
    ['in a steady run', partitionRun, 15_000],
    ['after the partition', partitionRun, 30_000],
  ] as const)('%s it is what it was', (_title, run, atMs) => {
    const events = run()
    const until = events.filter((event) => event.atMs <= atMs)
    const then = dataOf(until).measures.liveness
    const now = livenessAt(dataOf(events).data, until, atMs)
    expect(now.verdict).toBe(then.verdict)
    expect(now.preemptions).toBe(then.preemptions)
    expect(now.bids).toBe(then.bids)
  })
})

describe('bands', () => {
  it('faults become bands with words, acts become flags', () => {
    const fold = new BandFold()
    expect(fold.feed(partitionRun())).toBe(true)
    expect(fold.bands.map(({ kind, label, toMs }) => [kind, label, toMs])).toEqual([
      ['partition', 'partition N2 N3 N4 | N1 N5', null],
      ['down', 'N5 killed', null],
      ['pause', 'N1 paused', null],
    ])
    fold.reset(duelRun(), [])
    expect(fold.bands[0]?.label).toBe('slow: +190 ± 10 ms, 20 links')
    expect(fold.flags.map(({ label }) => label)).toEqual([
      'policy eager',
      'policy back-off exponential random',
    ])
  })

  it('a scenario tells its steps without its name; only changes go through the charts', () => {
    const fold = new BandFold()
    const acts = [
      'first-choice: One write is sent',
      'first-choice: waiting for chosenSlots > 0',
      'policy: eager',
      'SET k v',
    ]
    const stamp = { seq: 1, by: 'lab' as const, type: 'acted' as const, actor: 'scenario' as const }
    fold.feed(acts.map((act, at) => ({ ...stamp, act, atMs: at })))
    expect(fold.flags).toEqual([
      { atMs: 0, label: 'One write is sent', change: false },
      { atMs: 2, label: 'policy: eager', change: true },
    ])
  })

  it('an event that changes no band changes no picture', () => {
    const fold = new BandFold()
    const [note] = duelRun().filter((event) => event.type === 'loadSampled')
    expect(fold.feed(note ? [note] : [])).toBe(false)
  })

  it('a node that ended by itself is down until it is ready', () => {
    const fold = new BandFold()
    const stamp = { seq: 1, by: 'lab' as const }
    const exit = { code: 1, signal: null, injected: false, tail: [] }
    fold.feed([{ ...stamp, atMs: 5, type: 'nodeExited', node: 2, ...exit }])
    expect(fold.bands[0]).toMatchObject({ kind: 'down', fromMs: 5, toMs: null })
    fold.feed([{ ...stamp, atMs: 9, type: 'nodeReady', node: 2, clientPort: 1, life: 2 }])
    expect(fold.bands[0]).toMatchObject({ toMs: 9 })
  })

  it('a fault that began before the log does is known from the status', () => {
    const fold = new BandFold()
    const fault = { kind: 'cut', links: [{ from: 1, to: 3 }] } as const
    fold.reset([], [{ id: 'f9', fault, startedAtMs: 3, endedAtMs: null }])
    expect(fold.bands.map(({ label }) => label)).toEqual(['cut N1 → N3'])
  })

  it('bands that meet in time lie in different rows', () => {
    const fold = new BandFold()
    fold.feed(partitionRun())
    expect([...rowsOf(fold.bands, 4).values()]).toEqual([0, 1, 2])
    expect(Math.max(...rowsOf(fold.bands, 2).values())).toBe(1)
  })

  it('flags: changes are named before notes, labels never meet', () => {
    const flag = (atMs: number, label: string, change: boolean) => ({ atMs, label, change })
    const flags = [
      flag(100, 'every message takes 40 ms', false),
      flag(101, 'load: 2 clients', true),
      flag(300, '50 ballots', false),
      flag(302, 'policy: exponential random back-off', true),
      flag(330, 'one proposer was left alone', false),
      flag(900, 'ended: valid', false),
    ]
    const groups = placeFlags(flags, (atMs) => atMs, { left: 44, right: 1000 })
    const named = groups.filter((group) => group.named)
    expect(named.map(({ label }) => label)).toEqual([
      'load: 2 clients',
      'policy: exponential random back-off',
      'ended: valid',
    ])
    expect(groups.flatMap((group) => group.flags)).toHaveLength(flags.length)
    const spans = named.map(({ at, onLeft, widthPx }) =>
      onLeft ? [at - widthPx, at] : [at, at + widthPx],
    )
    expect(spans.every(([from], at) => at === 0 || from! >= spans[at - 1]![1]!)).toBe(true)
  })

  it('a link cut both ways is one sentence', () => {
    const links = [
      { from: 1, to: 3 },
      { from: 3, to: 1 },
    ]
    expect(faultLabel({ kind: 'cut', links })).toBe('cut N1 – N3')
    expect(faultLabel({ kind: 'drop', links, probability: 0.2 })).toBe('loss 20 %, N1 – N3')
  })
})

describe('axes and words', () => {
  it('two ticks never have one text, however far from 0 they are', () => {
    for (const [low, high] of [
      [24_380, 24_390],
      [1_000_000, 1_000_004],
      [7000, 7500],
    ] as const) {
      const texts = niceRange(low, high, 3, axisText, true).ticks.map(({ text }) => text)
      expect(new Set(texts).size).toBe(texts.length)
    }
    expect(niceRange(24_380, 24_390, 3, axisText, true).ticks[0]?.text).toMatch(/^24\.3\dk$/)
  })

  it('bounds are round, enclose the values and have few ticks', () => {
    for (const [low, high] of [
      [0, 3],
      [13, 16],
      [440, 740],
      [3980, 7352],
      [0.2, 0.9],
    ] as const) {
      const { min, max, ticks } = niceRange(low, high, 3, axisText)
      expect(min).toBeLessThanOrEqual(low)
      expect(max).toBeGreaterThanOrEqual(high)
      expect(ticks.length).toBeLessThanOrEqual(5)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
    }
  })

  it('the top of a rate axis rarely changes', () => {
    const tops = [41, 44, 48, 52, 57].map((rate) => ladderRange(rate, axisText, 3).max)
    expect(new Set(tops).size).toBe(1)
  })

  it('a log axis has whole powers of ten', () => {
    expect(logRange(0.8, 18_200, axisText).ticks.map(({ text }) => text)).toEqual([
      '0.1',
      '10',
      '1k',
      '100k',
    ])
  })

  it('labels of time do not crowd', () => {
    expect(timeTicks(11_000, 40_000, 500).map(({ text }) => text)).toEqual(['20', '30', '40'])
    expect(timeTicks(0, 30_000, 1000).length).toBeLessThanOrEqual(14)
  })

  it('numbers are as wide as they need to be', () => {
    expect([countText(2224), axisText(7500), msText(4.444), msText(386.2), msText(null)]).toEqual([
      '2\u202f224',
      '7.5k',
      '4.44',
      '386',
      '–',
    ])
    expect([350, 3520, 18_200, 125_000].map(lengthText)).toEqual([
      '350 ms',
      '3.52 s',
      '18.2 s',
      '2 min 5 s',
    ])
  })

  it('CSV quotes what needs it', () => {
    const text = csvOf({
      columns: ['a', 'b,c'],
      rows: [
        ['x "y"', 1],
        ['plain', 2.5],
      ],
    })
    expect(text).toBe('a,"b,c"\r\n"x ""y""",1\r\nplain,2.5\r\n')
    const shown = { fromMs: 11_000, toMs: 40_400 }
    const named = (unit: 's' | 'step') => fileName('throughput', { ...shown, unit }, 'csv')
    expect(named('s')).toBe('paxos-lab-throughput-11s-40s.csv')
    expect(named('step')).toBe('paxos-lab-throughput-step11-step40.csv')
  })
})
