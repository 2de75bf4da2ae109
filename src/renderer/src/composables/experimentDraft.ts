/**
 * Keeps what is being written with the host, every few seconds while it is not saved and whenever
 * the window loses the focus, as to the question of a shell that quits: a window that goes away
 * loses little. A draft that cannot be kept is tried again with the next.
 */
import { useEventListener, useIntervalFn } from '@vueuse/core'
import type { ExperimentDraft } from '../../../shared/deskApi'
import { useLabStore } from '../stores/lab'

export const DRAFT_MS = 5000

interface Drafted {
  readonly id: string | null
  readonly text: string
}

export interface DraftKeeper {
  /** What was kept by an earlier window; null: nothing, or nobody knows. */
  find(): Promise<ExperimentDraft | null>
  keepNow(): Promise<void>
  forget(): Promise<void>
}

/** `now`: what is not saved; null: nothing. */
export function keepDrafts(now: () => Drafted | null): DraftKeeper {
  const lab = useLabStore()
  let kept: string | null = null

  async function tell(draft: Drafted | null): Promise<void> {
    if (!lab.mayStart) return
    const key = draft === null ? null : `${draft.id ?? ''}\n${draft.text}`
    if (key === kept) return
    try {
      await lab.askHost((call) => call.keepDraft(draft))
      kept = key
    } catch {
      // The text is still in the window.
    }
  }

  const keepNow = async (): Promise<void> => {
    const draft = now()
    if (draft !== null) await tell(draft)
  }
  useIntervalFn(() => void keepNow(), DRAFT_MS)
  useEventListener(window, 'blur', () => void keepNow())

  return {
    async find() {
      try {
        const draft = await lab.askHost((call) => call.experimentDraft())
        if (draft !== null) kept = `${draft.id ?? ''}\n${draft.text}`
        return draft
      } catch {
        return null
      }
    },
    keepNow,
    forget: () => tell(null),
  }
}
