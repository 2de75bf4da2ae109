/** Availability of one fault, on series made by hand. */
import { describe, expect, it } from 'vitest'
import { AckSamples, availabilityOf } from '../../../src/core/report/availability'
import type { AckSample } from '../../../src/core/report/availability'
import type { LabEvent } from '../../../src/core/event'

/** Samples of 100 ms, from `fromMs` on, each with so many acknowledged. */
function samples(fromMs: number, acked: readonly number[]): AckSample[] {
  return acked.map((count, at) => {
    return { fromMs: fromMs + at * 100, toMs: fromMs + (at + 1) * 100, acked: count }
  })
}

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

describe('availability of a fault', () => {
  it('tells total outage, partial outage and recovery apart', () => {
    // 100 a second; from 2 s on 300 ms nothing, 200 ms a quarter, then as before.
    const series = samples(0, [...times(20, 10), 0, 0, 0, 2, 2, ...times(20, 10)])
    expect(availabilityOf(series, { startedAtMs: 2000, endedAtMs: 3000 })).toEqual({
      baselinePerSecond: 100,
      totalOutageMs: 300,
      partialOutageMs: 200,
      recoveryMs: 500,
    })
  })

  it('is not recovered by a moment of service', () => {
    const series = samples(0, [...times(20, 10), 0, 10, 0, 0, ...times(10, 10)])
    const card = availabilityOf(series, { startedAtMs: 2000, endedAtMs: 2100 })
    expect(card).toMatchObject({ totalOutageMs: 300, recoveryMs: 400 })
  })

  it('needs nine tenths of the baseline to be back', () => {
    const slow = samples(0, [...times(20, 10), 0, ...times(20, 8)])
    const fault = { startedAtMs: 2000, endedAtMs: null }
    expect(availabilityOf(slow, fault)).toMatchObject({ recoveryMs: null, totalOutageMs: 100 })
    const back = samples(0, [...times(20, 10), 0, ...times(20, 9)])
    expect(availabilityOf(back, fault)).toMatchObject({ recoveryMs: 100 })
  })

  it('has no recovery when the load ends first', () => {
    const series = samples(0, [...times(20, 10), 0, 0, 10, 10])
    const card = availabilityOf(series, { startedAtMs: 2000, endedAtMs: 2200 })
    expect(card).toMatchObject({ totalOutageMs: 200, recoveryMs: null })
  })

  it('says that a fault without an outage had none', () => {
    const series = samples(0, times(60, 10))
    expect(availabilityOf(series, { startedAtMs: 2000, endedAtMs: 4000 })).toEqual({
      ...{ baselinePerSecond: 100, totalOutageMs: 0, partialOutageMs: 0, recoveryMs: 0 },
    })
  })

  it('counts outages while the fault lasts, after a first recovery too', () => {
    const series = samples(0, [...times(20, 10), 0, ...times(10, 10), 0, 0, ...times(10, 10)])
    const card = availabilityOf(series, { startedAtMs: 2000, endedAtMs: 3500 })
    expect(card).toMatchObject({ totalOutageMs: 300, recoveryMs: 100 })
  })

  it('does not take a slow load for an outage', () => {
    // Ten a second, in samples that hold one, none, two, …
    const series = samples(0, [
      ...times(20, 1),
      ...Array.from({ length: 30 }, (_, at) => (at % 2) * 2),
    ])
    const card = availabilityOf(series, { startedAtMs: 2000, endedAtMs: 5000 })
    expect(card).toMatchObject({ totalOutageMs: 0, partialOutageMs: 0, recoveryMs: 0 })
  })

  it('has no card without load, and none where nothing was acknowledged before', () => {
    const fault = { startedAtMs: 2000, endedAtMs: 3000 }
    expect(availabilityOf([], fault)).toBe('noLoad')
    expect(availabilityOf(samples(2000, times(20, 10)), fault)).toBe('noLoad')
    expect(availabilityOf(samples(1700, times(20, 10)), fault)).toBe('noLoad')
    // The load ended a second before.
    expect(availabilityOf(samples(0, times(10, 10)), fault)).toBe('noLoad')
    expect(availabilityOf(samples(0, times(30, 0)), fault)).toBe('nothingAcknowledged')
  })

  it('collects samples of a running load, bounded, with no acknowledgement lost', () => {
    const acks = new AckSamples()
    const count = 50_000
    for (let at = 1; at <= count; at += 1) acks.feed(sampled(at, at * 100, 4))
    acks.feed(sampled(count + 1, (count + 1) * 100, 0))
    expect(acks.all.length).toBeLessThanOrEqual(20_000)
    expect(acks.all.reduce((sum, { acked }) => sum + acked, 0)).toBe(3 * count)
    expect(acks.all.at(-1)?.toMs).toBe(count * 100)
  })
})

function sampled(seq: number, atMs: number, clients: number): LabEvent {
  const counts = { sent: 3, acked: 3, failed: 0, unknown: 0, waiting: 0, waitMsMax: 0 }
  return { seq, atMs, by: 'lab', type: 'loadSampled', spanMs: 100, clients, ...counts, latency: [] }
}
