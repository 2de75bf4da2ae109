/** Listens for keys of the whole page and runs what the registry says. */
import { useEventListener } from '@vueuse/core'
import { COMMANDS } from '../../../shared/commands'
import type { Command, CommandId } from '../../../shared/commands'
import { commandFor, isSaveKey, nodeFor } from '../commands/dispatch'
import type { DispatchRules } from '../commands/dispatch'
import { tellNothingToSave } from '../commands/editRuns'
import { useLabStore } from '../stores/lab'
import { useSelectionStore } from '../stores/selection'
import { useSettingsStore } from '../stores/settings'
import { useToastsStore } from '../stores/toasts'
import { useUiStore } from '../stores/ui'
import { useCommands } from './useCommands'

const OPEN_DIALOG = '[role="dialog"], [role="alertdialog"]'
/** Menus and popovers of Reka, and menus of the topology. */
const OPEN_LAYER = '[data-dismissable-layer], [role="menu"]'

/** Go on while their key is held down. */
const REPEATED: ReadonlySet<CommandId> = new Set([
  ...(['time.slower', 'time.faster', 'time.previousEvent', 'time.nextEvent'] as const),
  ...(['time.backSecond', 'time.forwardSecond', 'time.forkStep', 'time.forkBack'] as const),
  ...(['network.stepNext', 'view.experimentUndo', 'view.experimentRedo'] as const),
])

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

  /** A key of the selected node that does nothing in its state says why. */
  function tellRefused(event: KeyboardEvent): void {
    const isRefused = (command: Command): boolean => commands.refusalOf(command) !== null
    const id = commandFor(event, { ...rules(), isEnabled: isRefused })
    const command = COMMANDS.find((one) => one.id === id)
    const why = command && commands.refusalOf(command)
    if (command && why) useToastsStore().show({ title: command.title, why })
  }

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
      else if (!event.repeat) tellRefused(event)
      return
    }
    event.preventDefault()
    if (!event.repeat || REPEATED.has(id)) commands.run(id)
  })
}
