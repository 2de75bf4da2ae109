/** Whether whole machines play a schedule to the end that it names, before any relies on it. */
import { Oracle } from '../check/oracle'
import type { Violation } from '../check/violation'
import type { NodeId } from '../paxos/ballot'
import type { Schedule } from '../schedule'
import { playSchedule, ScheduleError } from '../sim/player'

/** Why machines do not play a schedule to its end; null if they do. */
export function playFault(schedule: Schedule, acceptors: readonly NodeId[]): string | null {
  const oracle = new Oracle({ acceptors, order: 'total' })
  const judged = new Set<string>()
  const note = (found: readonly Violation[]): void => {
    for (const { invariant } of found) judged.add(invariant)
  }
  try {
    playSchedule(schedule, (event) => note(oracle.feed(event)))
  } catch (error) {
    if (error instanceof ScheduleError) return error.message
    throw error
  }
  note(oracle.finish())
  const { invariant } = schedule.end
  if (invariant === null || judged.has(invariant)) return null
  return `machines end without breaking ${invariant}`
}
