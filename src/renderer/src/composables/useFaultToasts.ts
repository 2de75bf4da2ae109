/**
 * Tells what a fault did and offers to undo it. On the recorded event, never on the click, and not
 * for the steps of an experiment, which would speak all the time. What went wrong in a run leaves
 * when the next one begins; the status bar keeps an alarm, and the view of logs keeps the words.
 */
import { faultWords } from '../api/words'
import { endFault } from '../commands/acts'
import { useLabStore } from '../stores/lab'
import { TOASTS_MAX, useToastsStore } from '../stores/toasts'
import type { ToastDraft } from '../stores/toasts'

export function useFaultToasts(): void {
  const lab = useLabStore()
  const toasts = useToastsStore()
  const scripted = (): boolean => lab.status.scenario !== null && !lab.status.scenario.done

  /** The last hold: a note that names it says that the gate froze. */
  let holdId: string | null = null
  /** Errors of this run. */
  let told: number[] = []
  const tell = (toast: Omit<ToastDraft, 'level'>): void => {
    told = [...told, toasts.show({ level: 'error', ...toast })].slice(-TOASTS_MAX)
  }

  lab.listen({
    events(batch) {
      for (const event of batch) {
        if (event.type === 'clusterStarted') {
          for (const id of told) toasts.dismiss(id)
          told = []
        }
        if (event.type === 'faultStarted' && event.fault.fault.kind === 'hold') {
          holdId = event.fault.id
        }
        if (event.type === 'faultStarted' && !scripted()) {
          const { id, fault } = event.fault
          const run = (): void => void endFault(id)
          toasts.show({ title: faultWords(fault), action: { label: 'Undo', run } })
        }
        if (event.type === 'nodeExited' && !event.injected) {
          const cause = event.signal ?? `exit code ${String(event.code)}`
          tell({
            title: `N${event.node} died unexpectedly`,
            why: `It ended with ${cause}; nobody asked it to.`,
            details: event.tail,
          })
        }
        if (event.type === 'violated') {
          tell({
            title: `${event.invariant} violated`,
            why: event.words,
            details: event.evidence.map((seq) => `event ${seq}`),
          })
        }
        if (event.type === 'labNote' && event.level === 'error') {
          const frozenBy =
            holdId !== null && event.words.includes(`fault ${holdId} `) ? holdId : null
          const action =
            frozenBy === null
              ? null
              : { label: 'Release the gate', run: (): void => void endFault(frozenBy) }
          tell({ title: 'The lab reports', why: event.words, action })
        }
      }
    },
  })
}
