/**
 * Tells that another host answers in place of the one that was lost: the run that was shown ended
 * with its host. Its record is on disk, and can be opened.
 */
import { watch } from 'vue'
import { runIdOf } from '../../../shared/runIds'
import { openRun } from '../commands/openActs'
import { useLabStore } from '../stores/lab'
import { useToastsStore } from '../stores/toasts'

export function useNewHost(): void {
  const lab = useLabStore()
  /** The run of a cluster that was shown when the host was lost. */
  let lost: string | null = null

  watch(
    () => lab.connection.state,
    (state) => {
      if (state === 'lost') lost = lab.saved === null ? lab.status.runDir : null
      if (state !== 'connected' || lost === null) return
      if (lab.saved === null && lab.status.runDir !== lost) tell(runIdOf(lost))
      lost = null
    },
    { flush: 'sync' },
  )

  function tell(id: string | null): void {
    const listed = lab.runs.some((run) => run.id === id)
    useToastsStore().show({
      level: 'error',
      title: 'The host was started again',
      why: 'The run that was shown here ended with the host before.',
      action:
        listed && id !== null ? { label: 'Open its record', run: () => void openRun(id) } : null,
    })
  }
}
