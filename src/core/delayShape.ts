/**
 * How the delay of a frame is drawn. `delayMs` is what every frame waits, `jitterMs` how much that
 * varies; the draw is from 0 to DELAY_MS_MAX.
 *
 * | shape       | draw                                                                          |
 * | constant    | delayMs                                                                       |
 * | uniform     | delayMs + uniform(-jitterMs, jitterMs)                                        |
 * | normal      | delayMs + jitterMs · N(0, 1): jitterMs is the standard deviation              |
 * | exponential | delayMs + Exp: jitterMs is the mean of what is added                          |
 * | pareto      | delayMs + Pareto (Lomax, α = 2) of mean jitterMs: few frames wait very long   |
 */
import { DELAY_MS_MAX } from './fault'
import type { DelayShape } from './fault'

export interface DelayLaw {
  readonly delayMs: number
  readonly jitterMs: number
  readonly shape?: DelayShape | undefined
}

/** `unit` is uniform in [0, 1). Uniform draws take one of them, normal ones two. */
export function drawDelayMs(law: DelayLaw, unit: () => number): number {
  const { delayMs, jitterMs, shape = 'uniform' } = law
  const drawMs = delayMs + jitterMs * excess(shape, unit)
  return Math.min(DELAY_MS_MAX, Math.max(0, drawMs))
}

/** In units of jitterMs. `1 - unit()` is above 0, so that neither log nor root goes astray. */
function excess(shape: DelayShape, unit: () => number): number {
  switch (shape) {
    case 'constant':
      return 0
    case 'uniform':
      return unit() * 2 - 1
    case 'normal':
      return Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit())
    case 'exponential':
      return -Math.log(1 - unit())
    case 'pareto':
      return 1 / Math.sqrt(1 - unit()) - 1
  }
}
