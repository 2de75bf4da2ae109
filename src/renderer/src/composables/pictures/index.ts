/** The charts, in the order of the stack. A new chart is a file here and a line below. */
import { ballots } from './ballots'
import { choose } from './choose'
import { failed } from './failed'
import { health } from './health'
import { latency } from './latency'
import { leaders } from './leaders'
import { messages } from './messages'
import type { ChartDefinition } from './picture'
import { preempted } from './preempted'
import { progress } from './progress'
import { quorum } from './quorum'
import { staircase } from './staircase'
import { throughput } from './throughput'

export const CHARTS: readonly ChartDefinition[] = [
  staircase,
  preempted,
  leaders,
  throughput,
  latency,
  choose,
  progress,
  messages,
  failed,
  ballots,
  quorum,
  health,
]
