/** Which events of a record the readers' panel looks at. */
import type { LabEvent } from '../../../../core/event'

export function isReadFact({ type }: LabEvent): boolean {
  return type === 'voted' || type === 'learnerRead' || type === 'clusterStarted'
}
