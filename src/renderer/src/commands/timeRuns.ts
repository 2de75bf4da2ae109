/** Commands of the time bar. */
import type { CommandId } from '../../../shared/commands'
import { useForkStore } from '../stores/fork'
import { SECOND_MS, useTimeStore } from '../stores/time'

type TimeCommand = Extract<CommandId, `time.${string}`>

export const TIME_RUNS: Readonly<Record<TimeCommand, () => unknown>> = {
  'time.playPause': () => useTimeStore().togglePlay(),
  'time.live': () => useTimeStore().goLive(),
  'time.previousEvent': () => useTimeStore().previousEvent(),
  'time.nextEvent': () => useTimeStore().nextEvent(),
  'time.backSecond': () => useTimeStore().nudge(-SECOND_MS),
  'time.forwardSecond': () => useTimeStore().nudge(SECOND_MS),
  'time.first': () => useTimeStore().goFirst(),
  'time.last': () => useTimeStore().goLast(),
  'time.fork': () => useForkStore().begin(),
  'time.forkStep': () => useForkStore().stepNext(),
  'time.forkBack': () => useForkStore().stepBack(),
  'time.forkOn': () => useForkStore().runOn(),
}
