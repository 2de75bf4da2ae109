/**
 * A path of the explorer as a schedule for real processes, where machines play it: played here
 * first, so that nothing is offered that cannot come to its end.
 */
import { acceptorIds } from '../../../core/check/explore/abstractBounds'
import { AbstractModel } from '../../../core/check/explore/abstractModel'
import { scheduleOf } from '../../../core/check/explore/abstractSchedule'
import { traceOf } from '../../../core/check/explore/abstractTrace'
import type { Schedule } from '../../../core/schedule'
import { playFault } from '../../../core/trial/playFault'
import { exploredTitle } from './exploration'
import type { ExploredPart } from './savedView'

/** A cluster of processes has 3, 5, 7 or 9 nodes. */
const NODES_MAX = 9

export type PathSchedule =
  | { readonly schedule: Schedule; readonly why: null }
  /** Why machines have no acts for it, one sentence. */
  | { readonly schedule: null; readonly why: string }

/** `invariant`: what the path violates; null: nothing. */
export function scheduleOfPath(
  { bounds, acts }: Pick<ExploredPart, 'bounds' | 'acts'>,
  invariant: string | null,
): PathSchedule {
  const model = new AbstractModel(bounds)
  const steps = traceOf(model, acts, false)
  const ends =
    invariant === null ? `${steps.length} steps` : `${invariant} in ${steps.length} steps`
  const end = { invariant, words: steps.at(-1)?.words.trim() ?? '' }
  const schedule = scheduleOf(model, steps, `${exploredTitle(bounds)}: ${ends}`, end)
  if (schedule === null) {
    const why = `${bounds.mutant} breaks a rule of the model for which processes have no acts.`
    return { schedule: null, why }
  }
  if (schedule.nodes > NODES_MAX) {
    const why = `It needs ${schedule.nodes} nodes; a cluster of processes has at most ${NODES_MAX}.`
    return { schedule: null, why }
  }
  const fault = playFault(schedule, acceptorIds(bounds))
  if (fault !== null) return { schedule: null, why: `Machines do not play this path: ${fault}.` }
  return { schedule, why: null }
}
