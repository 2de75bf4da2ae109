/** Charts of a run of twenty minutes: its newest part is drawn as finely as it was measured. */
import { describe, expect, it } from 'vitest'
import { CHARTS } from '../../src/renderer/src/composables/pictures'
import { outages } from '../../src/renderer/src/composables/pictures/outage'
import type { PictureInput } from '../../src/renderer/src/composables/pictures/picture'
import { SeriesData } from '../../src/renderer/src/composables/seriesData'
import { Run, sample, status } from '../support/measureRun'
import { THEME } from '../support/chartTheme'

const END_MS = 20 * 60_000
/** Nothing is acknowledged from here on. */
const STANDS_MS = END_MS - 150_000

/** Frames come ten times a second, as the lab tells them; `stands`: clients wait in the end. */
function longRun(stands = false): { data: SeriesData; run: Run } {
  const run = new Run().start([1, 2, 3])
  const data = new SeriesData()
  data.applySnapshot(run.measures.snapshot())
  for (let atMs = 100; atMs <= END_MS; atMs += 100) {
    const works = !stands || atMs <= STANDS_MS
    const load = works ? { sent: 4, acked: 4, latency: [[3, 4]] } : { waiting: 4 }
    run.lab(atMs, { type: 'loadSampled', ...sample(load) })
    const slots = Math.min(atMs, stands ? STANDS_MS : END_MS) / 25
    const node = 1 + ((atMs / 100) % 3)
    run.lab(atMs, { type: 'statusSampled', nodes: [status(node, { chosenThrough: slots })] })
    data.applyFrame(run.measures.frame())
  }
  return { data, run }
}

function input(data: SeriesData, fromMs: number): PictureInput {
  return {
    ...{ data: data.from(fromMs), members: [1, 2, 3], fromMs, toMs: END_MS, nowMs: END_MS },
    ...{ readMs: END_MS, hidden: new Set(), theme: THEME },
  }
}

const chart = (id: string) => CHARTS.find((one) => one.id === id)!

describe('a run of twenty minutes', () => {
  const { data, run } = longRun()

  it('frames one after another give what a snapshot gives', () => {
    const fresh = new SeriesData()
    fresh.applySnapshot(run.measures.snapshot())
    for (const fromMs of [0, END_MS - 400_000, END_MS - 30_000]) {
      const { progress, ...held } = data.from(fromMs)
      const { progress: wanted, ...rest } = fresh.from(fromMs)
      expect(held).toEqual(rest)
      expect([...progress].sort()).toEqual([...wanted].sort())
    }
  })

  it('the last half minute has a point for each tenth of a second', () => {
    const { load, spanMs } = data.from(END_MS - 30_000)
    expect(spanMs).toBe(100)
    expect(load.filter(({ atMs }) => atMs > END_MS - 30_000).length).toBeGreaterThan(290)
    expect(data.spanMs).toBeGreaterThan(1000)
  })

  it('a longer window has coarser points, and the whole run the coarsest', () => {
    const spans = [30_000, 400_000, END_MS].map((ms) => data.from(END_MS - ms).spanMs)
    expect(spans[1]).toBeGreaterThan(spans[0]!)
    expect(spans[2]).toBeGreaterThan(spans[1]!)
    expect(spans[2]).toBe(data.spanMs)
  })

  it('log progress is a line of each node, without a break, and nothing is said to stand', () => {
    const { lines } = chart('progress').picture(input(data, END_MS - 30_000))
    const chosen = lines.filter(({ id }) => /^N\d$/.test(id))
    expect(chosen).toHaveLength(3)
    for (const { points } of chosen) {
      expect(points.filter(({ y }) => Number.isNaN(y))).toEqual([])
      expect(points.length).toBeGreaterThan(90)
    }
  })

  it('progress goes from the coarse beginning to the fine end, in order', () => {
    for (const points of data.progress.values()) {
      const times = points.map(({ atMs }) => atMs)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(new Set(times).size).toBe(times.length)
      expect(times[0]).toBeLessThan(1000)
    }
  })
})

describe('a node that was down', () => {
  it('has a gap in its line, and the others have none', () => {
    const run = new Run().start([1, 2])
    for (let atMs = 200; atMs <= 20_000; atMs += 200) {
      if (atMs === 8000) run.lab(atMs, { type: 'nodeExited', node: 2 })
      if (atMs === 9000) run.lab(atMs, { type: 'nodeReady', node: 2 })
      const nodes = [1, 2].map((node) => status(node, { chosenThrough: atMs / 25 }))
      run.lab(atMs, { type: 'statusSampled', nodes })
    }
    const data = new SeriesData()
    data.applySnapshot(run.measures.snapshot())
    const shown = { ...input(data, 0), members: [1, 2], toMs: 20_000, nowMs: 20_000 }
    const { lines } = chart('progress').picture(shown)
    const gaps = lines
      .filter(({ id }) => /^N\d$/.test(id))
      .map(({ id, points }) => [id, points.filter(({ y }) => Number.isNaN(y)).length])
    expect(gaps).toEqual([
      ['N1', 0],
      ['N2', 1],
    ])
  })
})

describe('an outage that is longer than the finest part', () => {
  const { data } = longRun(true)

  it('begins where it began', () => {
    const found = outages(data.from(END_MS - 30_000))
    expect(found).toHaveLength(1)
    expect(Math.abs(found[0]!.fromMs - STANDS_MS)).toBeLessThanOrEqual(data.spanMs)
    expect(found[0]!.open).toBe(true)
    // The last bucket is not over yet.
    expect(found[0]!.toMs).toBe(END_MS - 100)
  })
})
