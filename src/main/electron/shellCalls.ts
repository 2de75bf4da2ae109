/** What a page may ask of the shell: open a known link, choose a theme, grey out menu items. */
import { Menu, nativeTheme, shell } from 'electron'
import { LabCallError } from '../../shared/api'
import { COMMANDS } from '../../shared/commands'
import { OUTSIDE_LINKS } from '../../shared/shell'
import type { ShellApi } from '../../shared/shell'
import type { WindowStateFile } from './windowState'

export function shellCalls(state: WindowStateFile): ShellApi {
  return {
    /** E8: the page names an id; the address is ours, and https. */
    async openLink(id) {
      const url = new URL(OUTSIDE_LINKS[id])
      if (url.protocol !== 'https:') throw new LabCallError('badArgument', `${id} is not https.`)
      await shell.openExternal(url.href)
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
