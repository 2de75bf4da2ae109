/**
 * One keydown dispatcher over the registry. A view that handles a key itself (a focused node, a
 * canvas) prevents the default, and the dispatcher then stays out.
 */
import { COMMANDS, keysOf } from '../../../shared/commands'
import type { Command, CommandId } from '../../../shared/commands'
import { isTyping, keyName } from './keys'
import type { Pressed } from './keys'

export interface DispatchRules {
  readonly mac: boolean
  readonly reservedShortcuts: boolean
  readonly letterKeys: boolean
  /** A dialog is open: its own keys work, and it handles those. */
  readonly dialogOpen: boolean
  /** A menu or popover is open: single keys, Escape above all, belong to it. */
  readonly layerOpen: boolean
  readonly isEnabled: (command: Command) => boolean
}

/** The command a key stands for now; null: the key is not ours. */
export function commandFor(
  event: Pressed & { readonly target: EventTarget | null },
  rules: DispatchRules,
): CommandId | null {
  const name = keyName(event, rules.mac)
  if (name === '' || rules.dialogOpen) return null
  const typing = isTyping(event.target)
  for (const command of COMMANDS) {
    const keys = keysOf(command, rules.reservedShortcuts)
    // `Ctrl` is Ctrl everywhere; where Mod is Ctrl, too, an event has one name for both.
    if (!keys.some((key) => (rules.mac ? key : key.replace('Ctrl+', 'Mod+')) === name)) continue
    if (command.scope === 'stage' && !stageKeyActs(name, event.target, typing, rules)) continue
    if (rules.isEnabled(command)) return command.id
  }
  return null
}

/** Save and Save as: a browser would offer the page itself as a file. */
export function isSaveKey(event: Pressed, mac: boolean): boolean {
  return ['Mod+S', 'Mod+Shift+S'].includes(keyName(event, mac))
}

const SINGLE = /^(Shift\+)?.$/

function stageKeyActs(
  name: string,
  target: EventTarget | null,
  typing: boolean,
  rules: DispatchRules,
): boolean {
  if (typing || rules.layerOpen) return false
  if (SINGLE.test(name) && name !== '?' && !rules.letterKeys) return false
  // A focused control has its own use of Space and the arrows; letters reach the stage from it.
  if (SINGLE.test(name) || name === 'Escape') return true
  return !(target instanceof Element) || !target.closest(OWN_KEYS)
}

const OWN_KEYS =
  'button, a, [role="tab"], [role="menuitem"], [role="slider"], [role="separator"], ' +
  '[role="grid"], [role="listbox"], input, summary'

/** Keys 1 to 9 select a node. */
export function nodeFor(
  event: Pressed & { readonly target: EventTarget | null },
  rules: DispatchRules,
): number | null {
  if (rules.dialogOpen || rules.layerOpen || !rules.letterKeys) return null
  if (isTyping(event.target)) return null
  const name = keyName(event, rules.mac)
  return /^[1-9]$/.test(name) ? Number(name) : null
}
