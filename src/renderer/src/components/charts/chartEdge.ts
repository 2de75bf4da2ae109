/** The window of time that all charts of a column show, and what lies behind them in it. */
import type { Band, Flag } from '../../composables/chartBands'

export interface ChartEdge {
  readonly fromMs: number
  readonly toMs: number
  readonly nowMs: number
  readonly bands: readonly Band[]
  readonly flags: readonly Flag[]
}
