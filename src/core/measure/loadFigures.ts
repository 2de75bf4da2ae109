/**
 * What a load came to over a whole run: counts, and percentiles of response and service time. A
 * fold over `loadSampled`; records without an open loop have one time for both.
 *
 * Units: ms, within the 2 % of the histogram.
 */
import type { LabOwnEvent } from '../event'
import { Histogram } from './histogram'

type LoadSampled = Extract<LabOwnEvent, { readonly type: 'loadSampled' }>

const SHARES = [0.5, 0.95, 0.99, 0.999, 1]
const NAMES = ['P50Ms', 'P95Ms', 'P99Ms', 'P999Ms', 'MaxMs']

export class LoadFigures {
  private readonly responses = new Histogram()
  private readonly services = new Histogram()
  private samples = 0
  private offered = 0
  private shed = 0

  feed({ sent, offered = sent, shed = 0, latency, service = latency }: LoadSampled): void {
    this.samples += 1
    this.offered += offered
    this.shed += shed
    this.responses.merge(latency)
    this.services.merge(service)
  }

  /** Empty without a load; null where nothing was acknowledged. */
  figures(): Record<string, number | null> {
    if (this.samples === 0) return {}
    return {
      offered: this.offered,
      shed: this.shed,
      ...percentiles('response', this.responses),
      ...percentiles('service', this.services),
    }
  }
}

function percentiles(name: string, histogram: Histogram): Record<string, number | null> {
  const values = histogram.quantiles(SHARES)
  const pairs = NAMES.map((suffix, at): [string, number | null] => {
    const value = values[at] ?? null
    return [name + suffix, value === null ? null : Math.round(value * 1000) / 1000]
  })
  return Object.fromEntries(pairs)
}
