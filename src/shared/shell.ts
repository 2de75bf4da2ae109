/**
 * What a host offers beside the lab: window, menu, links, files and what was opened last. Which of
 * it exists is told by `Caps` before the first call. Without it what opens or writes something
 * rejects with `wrongState`; the others do nothing.
 *
 * Files: a page names a file by the handle that the host gave out, never by a path (E11).
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
  /** Files by the system's own dialogs; else the page has a file input, a drop and a download. */
  readonly nativeFiles: boolean
}

export const ELECTRON_CAPS: Caps = {
  host: 'electron',
  nativeMenu: true,
  reservedShortcuts: true,
  openLink: true,
  openReport: true,
  nativeTheme: true,
  nativeFiles: true,
}

export const BROWSER_CAPS: Caps = {
  host: 'browser',
  nativeMenu: false,
  reservedShortcuts: false,
  openLink: false,
  openReport: false,
  nativeTheme: false,
  nativeFiles: false,
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

/** Bytes of a file that one call reads. */
export const FILE_PART_BYTES = 524_288
/** Of an experiment: in UTF-8 and JSON still below the bound of a message. */
export const FILE_TEXT_CHARS_MAX = 262_144
export const FILE_NAME_CHARS_MAX = 200

/** A file that a person chose. The handle is the host's own and good while the host runs. */
export interface OpenedFile {
  readonly handle: string
  readonly name: string
  readonly bytes: number
  /** An experiment, which `saveFile` may write; records are only read. */
  readonly isExperiment: boolean
}

export const RECENTS_MAX = 8

/** What was opened last. `ref`: id of the run or the experiment; of a file the host's own id. */
export interface RecentItem {
  readonly kind: 'run' | 'experiment' | 'file'
  readonly ref: string
  readonly title: string
  /** ISO 8601. */
  readonly openedAt: string
  /** It is not there any more. */
  readonly missing: boolean
}

/** What the host runs on; null: it is not that. */
export interface HostFacts {
  readonly node: string
  readonly electron: string | null
  readonly chromium: string | null
  /** `linux x64` and the like. */
  readonly system: string
}

/** The part that every host offers. */
export interface RecentsApi {
  hostFacts(): Promise<HostFacts>
  /** Newest first, at most RECENTS_MAX. */
  recents(): Promise<readonly RecentItem[]>
  /** A run or an experiment was opened. Files are noted by the host that opens them. */
  noteRecent(kind: 'run' | 'experiment', ref: string, title: string): Promise<void>
  forgetRecent(kind: RecentItem['kind'], ref: string): Promise<void>
}

/** Files outside of the lab's own folders, by dialogs of the system. Null: nobody chose one. */
export interface FilesApi {
  openFile(): Promise<OpenedFile | null>
  openRecentFile(ref: string): Promise<OpenedFile>
  /** A file that the system handed to the app: started with it, or dropped on its icon. */
  waitingFile(): Promise<OpenedFile | null>
  /** FILE_PART_BYTES of it from this offset on, as Latin-1; empty behind its end. */
  readFile(handle: string, from: number): Promise<string>
  /** Writes an experiment back, whole or not at all. */
  saveFile(handle: string, text: string): Promise<void>
  saveFileAs(name: string, text: string): Promise<OpenedFile | null>
}

export interface ShellApi extends RecentsApi, FilesApi {
  openLink(id: OutsideLink): Promise<void>
  /** Opens the report of a run or a result, written if there is none, in the system's browser. */
  openReport(id: string): Promise<void>
  setTheme(theme: ThemeChoice): Promise<void>
  /** Commands that can be used now; the others are grey in the native menu. */
  setMenu(enabled: readonly CommandId[]): Promise<void>
  /** Name of what is not saved, which quitting asks about; null: nothing is. */
  setUnsaved(name: string | null): Promise<void>
}

export interface ShellPush {
  /** A command was chosen in the native menu. */
  command(id: CommandId): void
  /** A file waits: `waitingFile` hands it out. */
  fileWaits(): void
}
