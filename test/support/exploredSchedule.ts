/** The counterexample of a mutant, as the window hands it over. */
import type { AbstractMutant } from '../../src/core/check/explore/abstractBounds'
import type { Schedule } from '../../src/core/schedule'
import { explore } from '../../src/renderer/src/sources/exploration'
import { scheduleOfPath } from '../../src/renderer/src/sources/exploreSchedule'

export function exploredSchedule(mutant: AbstractMutant, ballots: number): Schedule {
  const bounds = { acceptors: 3, values: 2, ballots, mutant }
  const found = explore(
    { bounds, symmetry: false },
    () => 0,
    () => {},
  ).counterexample
  if (found === null) throw new Error(`nothing broke: ${mutant}`)
  const { schedule, why } = scheduleOfPath({ bounds, acts: found.acts }, found.invariant)
  if (schedule === null) throw new Error(why)
  return schedule
}
