/** Opens the report of a run or a result outside of this window. */
import { useLabStore } from '../../stores/lab'
import { useRunsStore } from '../../stores/runs'

/**
 * A browser may refuse a tab that opens late, because writing took long; the button is a link to
 * the page from then on.
 */
export async function openReport(id: string): Promise<void> {
  const lab = useLabStore()
  if (lab.caps.openReport) {
    await lab.act(() => lab.shell()?.openReport(id) ?? Promise.resolve(), 'Open the report')
    return
  }
  const page = await useRunsStore().report(id)
  if (page === null) return
  const link = document.createElement('a')
  Object.assign(link, { href: page, target: '_blank', rel: 'noopener' })
  link.click()
}
