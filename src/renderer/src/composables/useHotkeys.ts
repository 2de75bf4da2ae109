/** Listens for keys of the whole page and runs what the registry says. */
import { useEventListener } from '@vueuse/core'
import { COMMANDS } from '../../../shared/commands'
import { commandFor, isSaveKey, nodeFor } from '../commands/dispatch'
import type { DispatchRules } from '../commands/dispatch'
import { tellNothingToSave } from '../commands/editRuns'
import { useLabStore } from '../stores/lab'
import { useSelectionStore } from '../stores/selection'
import { useSettingsStore } from '../stores/settings'
import { useUiStore } from '../stores/ui'
import { useCommands } from './useCommands'

const OPEN_DIALOG = '[role="dialog"], [role="alertdialog"]'
/** Menus and popovers of Reka, and menus of the topology. */
const OPEN_LAYER = '[data-dismissable-layer], [role="menu"]'

export function useHotkeys(): void {
  const lab = useLabStore()
  const settings = useSettingsStore()
  const ui = useUiStore()
  const selection = useSelectionStore()
  const commands = useCommands()
  const known = new Set(COMMANDS.map((command) => command.id))

  const rules = (): DispatchRules => ({
    mac: lab.mac,
    reservedShortcuts: lab.caps.reservedShortcuts,
    letterKeys: settings.letterKeys,
    dialogOpen: ui.dialog !== null,
    layerOpen: document.querySelector(OPEN_LAYER) !== null,
    isEnabled: (command) => commands.canRun(command),
  })

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const node = ui.view !== 'start' ? nodeFor(event, rules()) : null
    if (node !== null && lab.members.includes(node)) {
      event.preventDefault()
      selection.select({ kind: 'node', node })
      return
    }
    if (isSaveKey(event, lab.mac)) {
      // Nobody wants the page itself as a file.
      event.preventDefault()
      if (document.querySelector(OPEN_DIALOG) !== null) return
    }
    const id = commandFor(event, rules())
    if (id === null || !known.has(id)) {
      if (isSaveKey(event, lab.mac) && ui.dialog === null) tellNothingToSave()
      return
    }
    event.preventDefault()
    commands.run(id)
  })
}
