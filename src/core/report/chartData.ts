/**
 * Chart data: the series of a run at a resolution that a page can carry, and the faults as bands.
 *
 * Bound: `ROWS_MAX` points of a line, rows of a staircase or spans of all lanes. What is left out
 *        is counted; ballots that chose something are kept before those that did not.
 */
import type { LabEvent } from '../event'
import type { ActiveFault, Fault } from '../fault'
import type { LeaderSpan, LoadPoint, ProgressPoint, SeriesSnapshot, Stair } from '../measure/series'
import type { NodeId } from '../paxos/ballot'

export const ROWS_MAX = 600
export const BANDS_MAX = 400

/** What a band looks like. */
export type FaultFamily = 'partition' | 'down' | 'slow' | 'pause' | 'loss' | 'storage'

export interface FaultBand {
  readonly id: string
  readonly family: FaultFamily
  readonly fault: Fault
  readonly fromMs: number
  /** Null: to the end of the run. */
  readonly toMs: number | null
}

export interface ChartData {
  /** Where the axes of time begin and end. */
  readonly fromMs: number
  readonly toMs: number
  readonly load: readonly LoadPoint[]
  /** Width of a bucket of the load: a longer gap breaks the line. */
  readonly loadSpanMs: number
  readonly stairs: readonly Stair[]
  readonly stairsLeftOut: number
  readonly lanes: readonly LeaderSpan[]
  readonly lanesLeftOut: number
  readonly progress: ReadonlyMap<NodeId, readonly ProgressPoint[]>
  readonly bands: readonly FaultBand[]
}

/** Faults in the order of their beginning. */
export class FaultBands {
  private readonly faults = new Map<string, ActiveFault>()
  leftOut = 0

  feed(event: LabEvent): void {
    if (event.type === 'faultStarted') {
      if (this.faults.size >= BANDS_MAX) this.leftOut += 1
      else this.faults.set(event.fault.id, event.fault)
    } else if (event.type === 'faultEnded' && this.faults.has(event.fault.id)) {
      this.faults.set(event.fault.id, event.fault)
    }
  }

  bands(): FaultBand[] {
    return [...this.faults.values()].map(({ id, fault, startedAtMs, endedAtMs }) => {
      return { id, fault, family: familyOf(fault), fromMs: startedAtMs, toMs: endedAtMs }
    })
  }
}

const FAMILIES: Readonly<Record<string, FaultFamily>> = {
  cut: 'partition',
  partition: 'partition',
  reset: 'partition',
  halfOpen: 'partition',
  kill: 'down',
  stop: 'down',
  powerLoss: 'down',
  wipe: 'down',
  pause: 'pause',
  hold: 'pause',
  drop: 'loss',
  dropNext: 'loss',
  burst: 'loss',
  duplicate: 'loss',
  flushOff: 'storage',
  flushLies: 'storage',
  slowFlush: 'storage',
  writeError: 'storage',
  flushError: 'storage',
  diskFull: 'storage',
  tornTail: 'storage',
  failpoint: 'storage',
}

/** What only takes longer, or is off in time, is slow. */
export function familyOf(fault: Fault): FaultFamily {
  return FAMILIES[fault.kind] ?? 'slow'
}

export function chartData(
  series: SeriesSnapshot,
  bands: readonly FaultBand[],
  endMs: number,
): ChartData {
  const rows = new Map<NodeId, ProgressPoint[]>()
  for (const point of series.progress) {
    const row = rows.get(point.node) ?? []
    row.push(point)
    rows.set(point.node, row)
  }
  const stairs = thinStairs(series.stairs)
  // What ends with the cluster is no outage.
  const spans = series.leaders.filter(({ fromMs }) => fromMs < endMs)
  const lanes = thinLanes(spans, endMs)
  return {
    fromMs: 0,
    toMs: Math.max(endMs, 1),
    load: thin(series.load),
    loadSpanMs: series.spanMs * strideOf(series.load.length),
    stairs,
    stairsLeftOut: series.stairs.length - stairs.length,
    lanes,
    lanesLeftOut: spans.length - lanes.length,
    progress: new Map([...rows].map(([node, points]) => [node, thin(points)])),
    bands,
  }
}

function strideOf(count: number): number {
  return Math.max(1, Math.ceil(count / ROWS_MAX))
}

function thin<T>(rows: readonly T[]): T[] {
  const stride = strideOf(rows.length)
  return rows.filter((_, at) => at % stride === 0)
}

function thinStairs(stairs: readonly Stair[]): Stair[] {
  if (stairs.length <= ROWS_MAX) return [...stairs]
  const fruitful = thin(stairs.filter(({ chosenAtMs }) => chosenAtMs !== null))
  const room = ROWS_MAX - fruitful.length
  const rest = stairs.filter(({ chosenAtMs }) => chosenAtMs === null)
  const stride = room === 0 ? Infinity : Math.ceil(rest.length / room)
  const kept = rest.filter((_, at) => at % stride === 0 && room > 0)
  return [...fruitful, ...kept].sort((a, b) => a.bidAtMs - b.bidAtMs)
}

/** The longest spans are what a picture shows. */
function thinLanes(lanes: readonly LeaderSpan[], endMs: number): LeaderSpan[] {
  if (lanes.length <= ROWS_MAX) return [...lanes]
  const lengthOf = ({ fromMs, toMs }: LeaderSpan): number => (toMs ?? endMs) - fromMs
  return [...lanes].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, ROWS_MAX)
}
