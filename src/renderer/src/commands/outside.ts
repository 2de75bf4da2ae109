import { OUTSIDE_LINKS } from '../../../shared/shell'
import type { OutsideLink } from '../../../shared/shell'
import { useLabStore } from '../stores/lab'
import { useToastsStore } from '../stores/toasts'
import { describeFailure } from '../api/failure'

/** Opens a page outside: by the shell where there is one, else in a new tab without an opener. */
export async function openOutside(id: OutsideLink): Promise<void> {
  const lab = useLabStore()
  if (!lab.caps.openLink) {
    window.open(OUTSIDE_LINKS[id], '_blank', 'noopener,noreferrer')
    return
  }
  try {
    await lab.shell()?.openLink(id)
  } catch (error) {
    const why = describeFailure(error).words
    useToastsStore().show({
      level: 'error',
      title: 'Open the page',
      why,
      details: [OUTSIDE_LINKS[id]],
    })
  }
}
