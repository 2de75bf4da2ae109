/** The registry as components use it: what can be used now, its key in words, and how to run it. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { COMMANDS, keysOf } from '../../../shared/commands'
import type { Command, CommandId } from '../../../shared/commands'
import { keepSame } from '../api/keepSame'
import { keyWords } from '../commands/keys'
import { reportedRun } from '../commands/reportActs'
import { COMMAND_RUNS } from '../commands/run'
import { canSaveRun } from '../commands/saveRun'
import { whyNot } from '../commands/whyNot'
import { isEnabled } from '../commands/when'
import type { Situation } from '../commands/when'
import { useEditingStore } from '../stores/editing'
import { useGateStore } from '../stores/gate'
import { useLabStore } from '../stores/lab'
import { useReenactStore } from '../stores/reenact'
import { useSelectionStore } from '../stores/selection'
import { useUiStore } from '../stores/ui'

export interface CommandView {
  readonly id: CommandId
  readonly title: string
  readonly group: Command['group']
  readonly key: string
  /** All its keys. */
  readonly keys: string
  /** One that only the app has, where the browser's is another of its keys; empty: none. */
  readonly keptKey: string
  readonly enabled: boolean
  /** Why it cannot be used now; empty: it can. */
  readonly whyNot: string
}

export interface Commands {
  readonly views: ComputedRef<readonly CommandView[]>
  readonly run: (id: CommandId) => void
  readonly canRun: (command: Command) => boolean
  /** Why what is selected or shown cannot do it; null: it can, or nothing is there to do it. */
  readonly refusalOf: (command: Command) => string | null
  /** Key of a command in words, empty if it has none. */
  readonly keyOf: (id: CommandId) => string
}

export function useCommands(): Commands {
  const lab = useLabStore()
  const selection = useSelectionStore()
  const ui = useUiStore()
  const gate = useGateStore()
  const editing = useEditingStore()
  const reenact = useReenactStore()
  const situation = computed<Situation>(() => ({
    mayAct: lab.mayAct,
    status: lab.status,
    selection: selection.current,
    marked: selection.marked,
    saved: lab.saved !== null,
    forkable: (lab.saved?.simulated ?? lab.saved?.explored) !== undefined,
    reenactable: reenact.can,
    runShown: canSaveRun(),
    teaching: ui.view === 'teach',
    reported: reportedRun() !== null,
    heldFrames: gate.view.total,
    editing: editing.now,
    held: (lab.saved?.simulated?.due ?? lab.saved?.explored?.choices) != null,
  }))
  const obstacleOf = (command: Command): string | null => {
    if (command.id !== 'lab.takeControl') return whyNot(command, situation.value)
    if (!lab.connected) return 'The host is not connected.'
    return lab.control.holds ? 'This window has the control.' : null
  }
  const refusalOf = (command: Command): string | null =>
    isEnabled(command, situation.value) || lab.saved !== null ? obstacleOf(command) : null
  const canRun = (command: Command): boolean => obstacleOf(command) === null
  const namesOf = (command: Command): Pick<CommandView, 'key' | 'keys' | 'keptKey'> => {
    const keys = keysOf(command, lab.caps.reservedShortcuts)
    const words = keys.map((key) => keyWords(key, lab.mac))
    const isShared = command.keys.some((key) => keys.includes(key))
    const kept = isShared ? command.keys.find((key) => !keys.includes(key)) : undefined
    const keptKey = kept === undefined ? '' : keyWords(kept, lab.mac)
    return { key: words[0] ?? '', keys: words.join(' or '), keptKey }
  }
  // The same list as long as it says the same: menus are not drawn again with every status.
  const views = computed<readonly CommandView[]>((before) => {
    const next = COMMANDS.map((command): CommandView => {
      const { id, title, group } = command
      const why = obstacleOf(command)
      return { id, title, group, ...namesOf(command), enabled: why === null, whyNot: why ?? '' }
    })
    return before === undefined ? next : keepSame(before, next)
  })
  const keyOf = (id: CommandId): string => views.value.find((view) => view.id === id)?.key ?? ''
  const run = (id: CommandId): void => {
    const command = COMMANDS.find((one) => one.id === id)
    if (command && canRun(command)) void COMMAND_RUNS[id]()
  }
  return { views, run, canRun, refusalOf, keyOf }
}
