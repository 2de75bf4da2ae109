/** A short counterexample of each mutant, bundled: it can be driven on real processes. */
import { MUTANT_IDS } from '../../../../core/paxos/mutant'
import type { MutantId } from '../../../../core/paxos/mutant'
import type { Schedule } from '../../../../core/schedule'
import { parseSchedule } from '../../../../shared/scheduleCodec'

const FILES = import.meta.glob<string>('../../../../../resources/mutants/*.schedule.json', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const SCHEDULES: ReadonlyMap<MutantId, Schedule> = new Map(
  MUTANT_IDS.flatMap((id) => {
    const entry = Object.entries(FILES).find(([path]) => path.endsWith(`/${id}.schedule.json`))
    return entry === undefined
      ? []
      : [[id, parseSchedule(entry[1], `${id}.schedule.json`)] as const]
  }),
)

export function mutantSchedule(id: MutantId): Schedule | null {
  return SCHEDULES.get(id) ?? null
}
