/**
 * Replay of the run that is shown: by the host where its inputs were recorded, here where this
 * window made it. One at a time; the answer is of the run that was shown when it was asked.
 */
import { computed, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { LabEvent } from '../../../../core/event'
import type { ReplayReport } from '../../../../shared/reenactApi'
import { describeFailure } from '../../api/failure'
import { explorePath } from '../../sources/exploration'
import type { SavedView } from '../../sources/savedView'
import { simulatedView, startSimulation } from '../../sources/simulator'
import { useLabStore } from '../../stores/lab'
import { useReenactStore } from '../../stores/reenact'
import { firstDifference } from './replayReport'

export interface Replay {
  /** Why there is nothing to replay; empty: there is. */
  readonly obstacle: ComputedRef<string>
  readonly busy: ShallowRef<boolean>
  readonly report: ShallowRef<ReplayReport | null>
  /** Why it failed; empty: it did not. */
  readonly failure: ShallowRef<string>
  run(): Promise<void>
}

export function useReplay(): Replay {
  const lab = useLabStore()
  const reenact = useReenactStore()
  const busy = shallowRef(false)
  const report = shallowRef<ReplayReport | null>(null)
  const failure = shallowRef('')

  const obstacle = computed(() => {
    const { saved } = lab
    if (saved === null) return LIVE
    if (saved.kind !== 'saved') return madeObstacle(saved)
    if (saved.run === undefined) return FILE
    if (!lab.connected) return 'The host that holds its recorded inputs is not connected.'
    if (reenact.extras === null) return 'Looking at what the run holds…'
    return reenact.extras.replay === null ? NO_INPUTS : ''
  })

  async function run(): Promise<void> {
    const { saved } = lab
    if (saved === null || obstacle.value !== '' || busy.value) return
    busy.value = true
    failure.value = ''
    report.value = null
    try {
      const made = await replay(saved)
      if (lab.saved === saved) report.value = made
    } catch (error) {
      if (lab.saved === saved) failure.value = describeFailure(error).words
    } finally {
      busy.value = false
    }
  }

  async function replay(saved: SavedView): Promise<ReplayReport> {
    if (saved.kind === 'explored') return compare(saved.events, walkedAgain(saved))
    if (saved.kind === 'simulated') return compare(saved.events, await simulatedAgain(saved))
    return await lab.askHost((call) => call.replayRun(saved.run ?? ''))
  }

  watch(
    () => lab.saved?.run ?? lab.saved,
    () => {
      report.value = null
      failure.value = ''
    },
  )
  return { obstacle, busy, report, failure, run }
}

const LIVE =
  'A run that goes on is not replayed: start the cluster with Record inputs, stop it, and open it.'
const FILE = 'A single file holds no inputs: open the run directory.'
const NO_INPUTS = 'Its inputs were not recorded: start the cluster with Record inputs on.'

function madeObstacle({ simulated, explored }: SavedView): string {
  if (simulated?.due) return 'It waits for a step: run on, then replay it.'
  return (simulated ?? explored) ? '' : 'This window does not know how it was made.'
}

function walkedAgain({ explored }: SavedView): readonly LabEvent[] {
  return explored ? explorePath(explored.bounds, explored.acts).view.events : []
}

async function simulatedAgain({ simulated }: SavedView): Promise<readonly LabEvent[]> {
  if (!simulated) return []
  return simulatedView(await startSimulation(simulated.wish, () => {}).done).events
}

function compare(recorded: readonly LabEvent[], again: readonly LabEvent[]): ReplayReport {
  const found = firstDifference(recorded, again)
  return {
    ...{ verdict: found === null ? 'valid' : 'violated', rounds: 0, nodes: 0, lives: [] },
    ...{ events: found?.at ?? recorded.length, words: found?.words ?? '' },
  }
}
