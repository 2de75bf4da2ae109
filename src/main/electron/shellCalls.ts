/**
 * What a page may ask of the shell: open a known link or a report, a theme, grey menu items, files
 * by handle, what was opened last.
 */
import { Menu, nativeTheme, shell } from 'electron'
import { LabCallError } from '../../shared/api'
import { COMMANDS } from '../../shared/commands'
import { OUTSIDE_LINKS } from '../../shared/shell'
import type { ShellApi } from '../../shared/shell'
import { browserShell } from '../host/browserShell'
import type { Recents } from '../host/recents'
import type { ReportSource } from '../host/reportPage'
import type { NativeFiles } from './files'
import type { WindowStateFile } from './windowState'

export interface ShellParts {
  readonly state: WindowStateFile
  readonly reports: ReportSource | null
  readonly files: NativeFiles
  readonly recents: Recents
  readonly onUnsaved: (name: string | null) => void
}

export function shellCalls({ state, reports, files, recents, onUnsaved }: ShellParts): ShellApi {
  return {
    ...browserShell(recents),
    openFile: () => files.openFile(),
    openRecentFile: (ref) => files.openRecentFile(ref),
    waitingFile: () => files.waitingFile(),
    readFile: (handle, from) => files.readFile(handle, from),
    saveFile: (handle, text) => files.saveFile(handle, text),
    saveFileAs: (name, text) => files.saveFileAs(name, text),
    setUnsaved: async (name) => onUnsaved(name),
    /** E8: the page names an id; the address is ours, and https. */
    async openLink(id) {
      const url = new URL(OUTSIDE_LINKS[id])
      if (url.protocol !== 'https:') throw new LabCallError('badArgument', `${id} is not https.`)
      await shell.openExternal(url.href)
    },
    /** E8: the page names an id; the path is that of the desk, below the folder of runs. */
    async openReport(id) {
      if (reports === null) throw new LabCallError('unavailable', 'This host keeps no reports.')
      const failure = await shell.openPath(await reports.reportFile(id))
      if (failure !== '') throw new LabCallError('internal', `It does not open: ${failure}`)
    },
    async setTheme(theme) {
      nativeTheme.themeSource = theme
      state.change({ theme })
    },
    async setMenu(enabled) {
      const menu = Menu.getApplicationMenu()
      const usable = new Set<string>(enabled)
      for (const { id } of COMMANDS) {
        const item = menu?.getMenuItemById(id)
        if (item) item.enabled = usable.has(id)
      }
    },
  }
}
