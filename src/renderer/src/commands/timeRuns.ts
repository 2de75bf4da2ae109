/** Commands of the time bar. */
import type { CommandId } from '../../../shared/commands'
import { useForkStore } from '../stores/fork'
import { useSpacetimeStore } from '../stores/spacetime'
import { SECOND_MS, useTimeStore } from '../stores/time'
import { useUiStore } from '../stores/ui'

type TimeCommand = Extract<CommandId, `time.${string}`>

/** On is what somebody wants who does not see the diagram. */
function alignClocks(): Promise<void> {
  const ui = useUiStore()
  const space = useSpacetimeStore()
  if (ui.view === 'timeline') return space.toggleAlign()
  ui.view = 'timeline'
  return space.aligned === null ? space.align() : Promise.resolve()
}

export const TIME_RUNS: Readonly<Record<TimeCommand, () => unknown>> = {
  'time.playPause': () => useTimeStore().togglePlay(),
  'time.slower': () => useTimeStore().slower(),
  'time.faster': () => useTimeStore().faster(),
  'time.live': () => useTimeStore().goLive(),
  'time.previousEvent': () => useTimeStore().previousEvent(),
  'time.nextEvent': () => useTimeStore().nextEvent(),
  'time.backSecond': () => useTimeStore().nudge(-SECOND_MS),
  'time.forwardSecond': () => useTimeStore().nudge(SECOND_MS),
  'time.first': () => useTimeStore().goFirst(),
  'time.last': () => useTimeStore().goLast(),
  'time.alignClocks': alignClocks,
  'time.fork': () => useForkStore().begin(),
  'time.forkStep': () => useForkStore().stepNext(),
  'time.forkBack': () => useForkStore().stepBack(),
  'time.forkOn': () => useForkStore().runOn(),
}
