/**
 * What a host offers beside the lab: window, menu, links. Which of it exists is told by `Caps`
 * before the first call. Without it what opens something rejects with `wrongState`; the others do
 * nothing.
 */
import type { CommandId } from './commands'

/** What the host can do; decides which affordances the window shows. */
export interface Caps {
  readonly host: 'electron' | 'browser'
  /** The system draws the menu bar; the page then shows none. */
  readonly nativeMenu: boolean
  /** The page may use Ctrl+N, Ctrl+T, Ctrl+W. Browsers keep them for themselves. */
  readonly reservedShortcuts: boolean
  /** `openLink` opens a page outside; else the page shows a link that opens a new tab. */
  readonly openLink: boolean
  /** `openReport` opens a report outside; else the page of `reportPage` opens in a new tab. */
  readonly openReport: boolean
  /** `setTheme` also turns native parts (menus, dialogs) light or dark. */
  readonly nativeTheme: boolean
}

export const ELECTRON_CAPS: Caps = {
  host: 'electron',
  nativeMenu: true,
  reservedShortcuts: true,
  openLink: true,
  openReport: true,
  nativeTheme: true,
}

export const BROWSER_CAPS: Caps = {
  host: 'browser',
  nativeMenu: false,
  reservedShortcuts: false,
  openLink: false,
  openReport: false,
  nativeTheme: false,
}

/** What the preload puts on `window.paxosLab`; absent in a plain browser. */
export interface PreloadApi {
  /** `process.platform` of the shell. */
  readonly platform: string
  readonly caps: Caps
  /**
   * Once a page: the shell answers with a window message whose data is PORT_MESSAGE and whose only
   * port is the channel. A second call rejects.
   */
  connect(): Promise<void>
}

export const PORT_MESSAGE = 'paxos-lab:port'

export type ThemeChoice = 'system' | 'light' | 'dark'

/** Pages outside that a window may ask for, by id, never by address. */
export const OUTSIDE_LINKS = {
  paxosMadeSimple: 'https://lamport.azurewebsites.net/pubs/paxos-simple.pdf',
  partTimeParliament: 'https://lamport.azurewebsites.net/pubs/lamport-paxos.pdf',
  electronLicence: 'https://github.com/electron/electron/blob/main/LICENSE',
} as const

export type OutsideLink = keyof typeof OUTSIDE_LINKS

export interface ShellApi {
  openLink(id: OutsideLink): Promise<void>
  /** Opens the report of a run or a result, written if there is none, in the system's browser. */
  openReport(id: string): Promise<void>
  setTheme(theme: ThemeChoice): Promise<void>
  /** Commands that can be used now; the others are grey in the native menu. */
  setMenu(enabled: readonly CommandId[]): Promise<void>
}

export interface ShellPush {
  /** A command was chosen in the native menu. */
  command(id: CommandId): void
}
