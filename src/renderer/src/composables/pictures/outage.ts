/** Times in which clients asked and nothing was acknowledged. */
import type { LoadPoint } from '../../../../core/measure/series'
import type { SeriesView } from '../seriesData'

export interface Outage {
  readonly fromMs: number
  readonly toMs: number
  /** True while it goes on. */
  readonly open: boolean
}

/** Shorter than this is the pace of the load, not an outage. */
export const OUTAGE_MS_MIN = 400

/**
 * An outage begins where the last bucket with an acknowledgement ended and lasts to the start of
 * the next one. Buckets without any traffic interrupt nothing: nobody asked.
 */
export function outages({
  load,
  spanMs,
  earlier,
}: Pick<SeriesView, 'load' | 'spanMs' | 'earlier'>): Outage[] {
  const found: Outage[] = []
  let fromMs: number | null = null
  let lastMs = 0
  let lastSpanMs = 0
  const close = (toMs: number, open: boolean): void => {
    if (fromMs !== null && toMs - fromMs >= OUTAGE_MS_MIN) found.push({ fromMs, toMs, open })
    fromMs = null
  }
  const feed = (point: LoadPoint, span: number): void => {
    const startMs = point.atMs - span
    // Nothing was recorded for a while: the load was off.
    const silentMs = Math.max(span, lastSpanMs) * 5
    if (fromMs !== null && startMs - lastMs > silentMs) close(lastMs, false)
    if (point.ackedPerSecond > 0) close(startMs, false)
    else if (asked(point)) fromMs ??= startMs
    lastMs = point.atMs
    lastSpanMs = span
  }
  for (const point of earlier?.load ?? []) feed(point, earlier?.spanMs ?? spanMs)
  for (const point of load) feed(point, spanMs)
  close(lastMs, true)
  return found
}

function asked(point: LoadPoint): boolean {
  const refused = point.failedPerSecond + point.unknownPerSecond
  return point.sentPerSecond > 0 || point.waiting > 0 || refused > 0
}
