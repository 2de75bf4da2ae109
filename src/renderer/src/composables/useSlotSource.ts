/** Whom to ask what a node holds in its slots: the node itself, or the record of a saved run. */
import type { SlotView } from '../../../core/machineTypes'
import { slotsAt } from '../../../shared/slotFold'
import { useEventsStore } from '../stores/events'
import { useLabStore } from '../stores/lab'
import { useTimeStore } from '../stores/time'

export type AskSlots = (node: number, from: number, count: number) => Promise<readonly SlotView[]>

export function useSlotSource(): AskSlots {
  const lab = useLabStore()
  const events = useEventsStore()
  const time = useTimeStore()
  return async (node, from, count) => {
    if (lab.saved === null) return await lab.ask((call) => call.slots(node, from, count))
    return slotsAt(events.held.until(time.shownMs).slice(), node, from, count)
  }
}
