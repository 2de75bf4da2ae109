/** The one scheduler of this window: charts and the overview strip share its frames. */
import { DrawScheduler } from './chartScheduler'

export const chartDraws = new DrawScheduler(
  (run) => requestAnimationFrame(run),
  (frame) => cancelAnimationFrame(frame),
)
