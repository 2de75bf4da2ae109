/** What the charts of throughput and latency draw of an open loop. */
import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/core/measure/histogram'
import { LoadSeries } from '../../src/core/measure/loadSeries'
import type { ChartTheme } from '../../src/renderer/src/composables/chartTheme'
import { latency } from '../../src/renderer/src/composables/pictures/latency'
import type { PictureInput } from '../../src/renderer/src/composables/pictures/picture'
import { throughput } from '../../src/renderer/src/composables/pictures/throughput'
import { SeriesData } from '../../src/renderer/src/composables/seriesData'
import { sample } from '../support/measureRun'

const THEME = { accent: 'accent', fgMuted: 'muted', bad: 'bad' } as ChartTheme

const pairs = (value: number, count: number) => {
  const histogram = new Histogram()
  histogram.add(value, count)
  return histogram.pairs()
}

/** A second of load, ten samples. */
function input(change: object, hidden: readonly string[] = []): PictureInput {
  const series = new LoadSeries()
  for (let atMs = 100; atMs <= 1000; atMs += 100) series.feed(atMs, sample(change))
  series.advance(5000)
  const data = new SeriesData()
  data.load = series.points()
  return {
    ...{ data, members: [1, 2, 3], fromMs: 0, toMs: 1000, nowMs: 1000, readMs: 900 },
    ...{ hidden: new Set(hidden), theme: THEME },
  }
}

const OPEN = { offered: 30, sent: 20, shed: 10, acked: 20 }
const TIMES = { latency: pairs(500, 20), service: pairs(5, 20) }

describe('an open loop', () => {
  it('shows what was offered above what was acknowledged, and what was shed', () => {
    const { lines } = throughput.picture(input(OPEN))
    const last = (id: string) => lines.find((line) => line.id === id)?.points.at(-1)?.y
    expect(lines.map(({ id }) => id)).toEqual(['offered', 'shed', 'acknowledged'])
    expect([last('offered'), last('shed'), last('acknowledged')]).toEqual([300, 100, 200])
    expect(lines[0]?.dash).toBeDefined()
    const legend = throughput.legend(input(OPEN))
    expect(legend.map(({ id, value }) => [id, value])).toEqual([
      ['acknowledged', '200'],
      ['offered', '300'],
      ['shed', '100'],
    ])
    const { columns, rows } = throughput.table(input(OPEN))
    expect(rows[0]?.[columns.indexOf('shed/s')]).toBe(100)
  })

  it('shows response and service time apart, and the legend switches each off', () => {
    const ids = (...hidden: string[]) =>
      latency.picture(input({ ...OPEN, ...TIMES }, hidden)).lines.map(({ id }) => id)
    expect(ids()).toEqual(['service p99', 'p99', 'p95', 'p50'])
    expect(ids('service p99')).toEqual(['p99', 'p95', 'p50'])
    const { lines, axis } = latency.picture(input({ ...OPEN, ...TIMES }))
    const [service, response] = lines.map(({ points }) => points[0]?.y ?? NaN)
    expect(response! / service!).toBeGreaterThan(90)
    expect(axis.min).toBeLessThan(service!)
    const legend = latency.legend(input({ ...OPEN, ...TIMES }))
    expect(legend.at(-1)).toMatchObject({ id: 'service p99', value: '4.98' })
  })
})

describe('a closed loop', () => {
  it('has neither a line of shed requests nor one of service times', () => {
    const closed = { sent: 20, acked: 20, latency: pairs(5, 20) }
    expect(throughput.picture(input(closed)).lines.map(({ id }) => id)).toEqual([
      'offered',
      'acknowledged',
    ])
    expect(latency.picture(input(closed)).lines.map(({ id }) => id)).toEqual(['p99', 'p95', 'p50'])
    expect(throughput.legend(input(closed)).map(({ id }) => id)).toEqual([
      'acknowledged',
      'offered',
    ])
  })
})
