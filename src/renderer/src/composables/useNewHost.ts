/**
 * Tells that another host answers in place of the one that was lost: the run that was shown ended
 * with its host, or before. Its record is on disk, and can be opened.
 */
import { watch } from 'vue'
import { runIdOf } from '../../../shared/runIds'
import { openRun } from '../commands/openActs'
import { useLabStore } from '../stores/lab'
import { useToastsStore } from '../stores/toasts'

export function useNewHost(): void {
  const lab = useLabStore()
  /** The host that answered last. */
  let known: string | undefined
  /** The run that was shown when it was lost, and whether it went on then. */
  let lost: { readonly run: string; readonly went: boolean } | null = null

  watch(
    () => lab.connection,
    ({ state, host }) => {
      if (state === 'lost' && lost === null) {
        const { runDir: run, state: was } = lab.status
        lost = lab.saved === null && run !== null ? { run, went: was !== 'idle' } : null
      }
      if (host === undefined) return
      const isOther = known !== undefined && host !== known
      if (isOther && lost !== null && lab.saved === null && lab.status.runDir !== lost.run) {
        tell(runIdOf(lost.run), lost.went)
      }
      known = host
      lost = null
    },
    { flush: 'sync' },
  )

  function tell(id: string | null, went: boolean): void {
    const listed = lab.runs.some((run) => run.id === id)
    const ended = went ? 'ended with the host before' : 'had ended before'
    useToastsStore().show({
      level: went ? 'error' : 'info',
      title: 'The host was started again',
      why: `The run that was shown here ${ended}.`,
      action:
        listed && id !== null ? { label: 'Open its record', run: () => void openRun(id) } : null,
    })
  }
}
