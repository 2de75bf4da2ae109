/** The charts of the stack, from top to bottom. A new chart is a file here and a line below. */
import { latency } from './latency'
import { leaders } from './leaders'
import type { ChartDefinition } from './picture'
import { preempted } from './preempted'
import { progress } from './progress'
import { staircase } from './staircase'
import { throughput } from './throughput'

export const CHARTS: readonly ChartDefinition[] = [
  staircase,
  preempted,
  leaders,
  throughput,
  latency,
  progress,
]
