/**
 * The series of a run's charts as columns, for spreadsheets: one row for each bucket of the load.
 *
 * Units: ms of lab time at the end of the bucket, which is `spanMs` wide; requests a second; ms of
 *        latency. An empty cell is a figure that does not exist: nothing was acknowledged then.
 */
import { Measures } from '../../core/measure/measures'
import { readEvents } from './textLines'

const COLUMNS = [
  ...(['atMs', 'ackedPerSecond', 'sentPerSecond', 'failedPerSecond', 'unknownPerSecond'] as const),
  ...(['p50Ms', 'p95Ms', 'p99Ms', 'maxMs', 'waiting', 'waitMsMax'] as const),
] as const

/** Most of a record is about votes, which no series counts. */
const WANTED = /"type":"(?:clusterStarted|loadSampled|clientReplied)"/

export async function* seriesLines(runDir: string): AsyncGenerator<string> {
  const measures = new Measures()
  for await (const event of readEvents(runDir, (text) => WANTED.test(text))) {
    measures.feed(event)
  }
  const { load, spanMs } = measures.snapshot()
  yield [...COLUMNS, 'spanMs'].join(',')
  for (const point of load) {
    const cells = COLUMNS.map((name) => point[name]).map((value) =>
      value === null ? '' : cell(value),
    )
    yield [...cells, String(spanMs)].join(',')
  }
}

/** Three decimals are finer than any clock here. */
function cell(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
