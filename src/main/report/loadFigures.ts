/** Latencies of a load in rows; a value is the middle of its bucket, 2 % off at most. */
import type { Row } from './page'
import type { LoadTotals } from './runFold'
import { duration } from './words'

const SHARES = [0.5, 0.9, 0.95, 0.99, 0.999, 1] as const

export function quantileRows({ latency, waitMsMax }: LoadTotals): Row[] {
  const values = latency.quantiles(SHARES)
  const rows = SHARES.map((share, at): Row => {
    const name = share === 1 ? 'all' : `${share * 100} %`
    return { cells: [name, duration(values[at] ?? null)] }
  })
  return [...rows, { cells: ['longest wait, answered or not', duration(waitMsMax)] }]
}
