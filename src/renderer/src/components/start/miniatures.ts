/** Which small drawing stands on the card of an example: the view in which it is seen. */
import { FIELD } from './shapes'
import type { Shape } from './shapes'
import * as lanes from './miniatureLanes'
import * as charts from './miniatureCharts'
import * as groups from './miniatureGroups'
import * as logs from './miniatureLogs'

/** By name of the example; each has one of its own. */
const DRAWINGS: Readonly<Record<string, () => Shape[]>> = {
  amnesia: logs.amnesia,
  'backoff-compared': charts.backOff,
  'blog-against-paper': lanes.twoColumns,
  'bridge-oscillation': charts.oscillation,
  bridge: groups.bridge,
  'crash-pause-cut-slow': charts.fourOutages,
  'dueling-proposers': charts.duel,
  'first-choice': lanes.firstChoice,
  'flp-adversary': charts.adversary,
  'gap-135-137': logs.gap,
  'isolate-leader': groups.leaderAlone,
  'leader-kill': charts.outage,
  'learner-modes': groups.learnerModes,
  'lease-drift': charts.leases,
  'lost-learn-messages': lanes.lostLearn,
  'lost-messages': lanes.lossy,
  'majority-minority': groups.majority,
  'minority-partition': groups.minority,
  'pipelining-142-before-141': logs.pipeline,
  repartition: groups.repartition,
  'shared-member': groups.sharedMember,
  'three-values': logs.threeValues,
  'two-acknowledgements': lanes.twoReplies,
  'value-majority': logs.valueMajority,
  'write-to-any': lanes.writeToAny,
}

export { FIELD }

/** An example that this window does not know shows both phases. */
export function miniatureOf(name: string): readonly Shape[] {
  return (DRAWINGS[name] ?? lanes.phases)()
}
