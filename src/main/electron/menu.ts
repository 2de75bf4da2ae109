/**
 * The native menu, from the same command registry as everything else (EL9), with the system's own
 * roles. Keys are shown here and dispatched by the page, so that a single letter never fires while
 * somebody types, and no key fires twice.
 */
import type { MenuItemConstructorOptions } from 'electron'
import { COMMANDS, COMMAND_GROUPS, GROUPS } from '../../shared/commands'
import type { Command, CommandGroup, CommandId } from '../../shared/commands'

export interface MenuOptions {
  readonly platform: string
  readonly appName: string
  readonly withDevTools: boolean
  readonly run: (id: CommandId) => void
}

type Item = MenuItemConstructorOptions

export function menuTemplate(options: MenuOptions): Item[] {
  const isMac = options.platform === 'darwin'
  const menus = GROUPS.map((group) => groupMenu(group, options))
  const [lab, ...others] = menus
  if (!lab) return []
  const quit: Item[] = isMac ? [] : [{ type: 'separator' }, { role: 'quit' }]
  return [
    ...(isMac ? [appMenu(options.appName)] : []),
    { ...lab, submenu: [...itemsOf(lab), ...quit] },
    { role: 'editMenu' },
    ...others.slice(0, -1),
    { role: 'windowMenu' },
    ...others.slice(-1),
  ]
}

function itemsOf(menu: Item): Item[] {
  return Array.isArray(menu.submenu) ? menu.submenu : []
}

function groupMenu(group: CommandGroup, options: MenuOptions): Item {
  const commands = COMMANDS.filter((command) => command.group === group)
  const items = commands.map((command) => commandItem(command, options))
  const extra: Item[] =
    group === 'view' && options.withDevTools
      ? [{ type: 'separator' }, { role: 'toggleDevTools' }]
      : []
  const base: Item = { label: COMMAND_GROUPS[group], submenu: [...items, ...extra] }
  return group === 'help' ? { ...base, role: 'help' } : base
}

function commandItem(command: Command, options: MenuOptions): Item {
  const [key] = command.keys
  const { id, title } = command
  // macOS registers every key that a menu shows; single letters would fire while typing.
  const isShown = key !== undefined && (options.platform !== 'darwin' || command.scope === 'global')
  return {
    id,
    label: title,
    // Until the page has said what can be used.
    enabled: command.when === 'always',
    click: () => options.run(id),
    ...(isShown ? { accelerator: accelerator(key), registerAccelerator: false } : {}),
  }
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  Mod: 'CmdOrCtrl',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
}

/** `Mod+Shift+P` in Electron's words. */
export function accelerator(keys: string): string {
  return keys
    .split('+')
    .map((key) => KEY_NAMES[key] ?? key)
    .join('+')
}

function appMenu(appName: string): Item {
  return {
    label: appName,
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  }
}
