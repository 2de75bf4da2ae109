/**
 * Opens the report of a run or a result outside of this window. Writing one takes seconds for a
 * long run: until it is there the store of runs says so, and so does a toast, if it takes longer
 * than a look.
 *
 * Errors: a toast says why there is none.
 */
import { useLabStore } from '../../stores/lab'
import { useRunsStore } from '../../stores/runs'
import { useToastsStore } from '../../stores/toasts'

const TOAST_AFTER_MS = 150

/** Once at a time for one run; a second wish while it is written is the same wish. */
export async function openReport(id: string, title = ''): Promise<void> {
  const runs = useRunsStore()
  if (runs.reporting.has(id)) return
  const endToast = tellLater(title)
  runs.setReporting(id, true)
  const open = await written(id).finally(() => {
    endToast()
    runs.setReporting(id, false)
  })
  open?.()
}

/** How to show it; null: it is shown already, or a toast said why it is not. */
async function written(id: string): Promise<(() => void) | null> {
  const lab = useLabStore()
  if (lab.caps.openReport) {
    await lab.act(() => lab.shell()?.openReport(id) ?? Promise.resolve(), 'Open the report')
    return null
  }
  const page = await useRunsStore().report(id)
  return page === null ? null : () => showPage(page)
}

/**
 * A browser refuses a tab that opens too late after a press: then the toast has a button, whose
 * press is a new one.
 */
function showPage(page: string): void {
  const link = document.createElement('a')
  Object.assign(link, { href: page, target: '_blank', rel: 'noopener' })
  const mayOpen = !('userActivation' in navigator) || navigator.userActivation.isActive
  if (mayOpen) return link.click()
  const toasts = useToastsStore()
  const action = { label: 'Open it', run: () => link.click() }
  const toast = toasts.show({ title: 'The report is written', action })
  toasts.hold(toast, true)
}

/** It stays until the answer is called. */
function tellLater(title: string): () => void {
  const toasts = useToastsStore()
  let toast: number | null = null
  const timer = setTimeout(() => {
    toast = toasts.show({ title: 'Writing the report', why: title })
    toasts.hold(toast, true)
  }, TOAST_AFTER_MS)
  return () => {
    clearTimeout(timer)
    if (toast !== null) toasts.dismiss(toast)
  }
}
