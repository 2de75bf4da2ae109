/**
 * STAND-IN for the `electron` module: the part that the shell uses, recording instead of doing. It
 * takes the place of `electron` in tests only; `chromiumPage.ts` can put a real page behind it.
 */
import { EventEmitter } from 'node:events'
import { WindowStandIn } from './windows'
import { emitPreventable, note, standIn } from './standIn'

export { MessageChannelMain } from './ports'
export { WindowStandIn as BrowserWindow }

class AppStandIn extends EventEmitter {
  readonly name = 'Paxos Lab'
  readonly commandLine = {
    removeSwitch: (name: string) => note('commandLine.removeSwitch', name),
  }

  get isPackaged(): boolean {
    return standIn.isPackaged
  }

  enableSandbox(): void {
    note('app.enableSandbox')
  }

  requestSingleInstanceLock(): boolean {
    note('app.requestSingleInstanceLock')
    return standIn.hasLock
  }

  async whenReady(): Promise<void> {
    note('app.ready')
  }

  getPath(name: string): string {
    return name === 'userData' ? standIn.userData : `/${name}`
  }

  getVersion(): string {
    return '0.0.0'
  }

  quit(): void {
    note('app.quit')
    if (!emitPreventable(this, 'before-quit')) this.exit(0)
  }

  exit(code: number): void {
    note('app.exit', code)
    if (standIn.exits) process.exit(code)
  }
}

export const app = new AppStandIn()
standIn.app = app

export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown) => note('protocol.register', schemes),
  handle(scheme: string, handler: (request: Request) => Promise<Response>) {
    note('protocol.handle', scheme)
    standIn.schemeHandlers.set(scheme, handler)
  },
}

type Answer = (allowed: unknown) => void

export const session = {
  defaultSession: {
    permissionRequest: null as null | ((...args: unknown[]) => void),
    permissionCheck: null as null | ((...args: unknown[]) => boolean),
    device: null as null | ((...args: unknown[]) => boolean),
    pairing: null as null | ((details: unknown, answer: Answer) => void),
    setPermissionRequestHandler(handler: (...args: unknown[]) => void) {
      note('session.guarded')
      this.permissionRequest = handler
    },
    setPermissionCheckHandler(handler: (...args: unknown[]) => boolean) {
      this.permissionCheck = handler
    },
    setDevicePermissionHandler(handler: (...args: unknown[]) => boolean) {
      this.device = handler
    },
    setBluetoothPairingHandler(handler: (details: unknown, answer: Answer) => void) {
      this.pairing = handler
    },
    setDisplayMediaRequestHandler: () => note('session.displayMedia'),
  },
}

export const ipcMain = {
  handle(name: string, handler: (event: unknown, ...args: unknown[]) => unknown) {
    note('ipcMain.handle', name)
    standIn.ipcHandlers.set(name, handler)
  },
  on: (name: string) => note('ipcMain.on', name),
}

export interface MenuItem {
  readonly id?: string
  readonly label?: string
  readonly role?: string
  readonly accelerator?: string
  readonly registerAccelerator?: boolean
  readonly click?: () => void
  readonly submenu?: readonly MenuItem[]
  enabled?: boolean
}

class MenuStandIn {
  static current: MenuStandIn | null = null

  constructor(readonly template: readonly MenuItem[]) {}

  static buildFromTemplate(template: readonly MenuItem[]): MenuStandIn {
    return new MenuStandIn(template)
  }

  static setApplicationMenu(menu: MenuStandIn | null): void {
    note('menu.set')
    MenuStandIn.current = menu
  }

  static getApplicationMenu(): MenuStandIn | null {
    return MenuStandIn.current
  }

  getMenuItemById(id: string): MenuItem | null {
    const search = (items: readonly MenuItem[]): MenuItem | null => {
      for (const item of items) {
        const found = item.id === id ? item : search(item.submenu ?? [])
        if (found) return found
      }
      return null
    }
    return search(this.template)
  }
}

export { MenuStandIn as Menu }

class ThemeStandIn extends EventEmitter {
  themeSource = 'system'

  get shouldUseDarkColors(): boolean {
    return this.themeSource === 'system' ? standIn.dark : this.themeSource === 'dark'
  }
}

export const nativeTheme = new ThemeStandIn()

export const screen = {
  getAllDisplays: () => standIn.workAreas.map((workArea) => ({ workArea })),
}

export const shell = {
  async openExternal(url: string) {
    note('shell.openExternal', url)
  },
  /** Answers what went wrong in words; empty: it opened. */
  async openPath(path: string) {
    note('shell.openPath', path)
    return standIn.openFailure
  },
}

export const dialog = {
  async showOpenDialog(_window: unknown, options: unknown) {
    note('dialog.showOpenDialog', options)
    const filePaths = standIn.chosen === '' ? [] : [standIn.chosen]
    return { canceled: filePaths.length === 0, filePaths }
  },
  async showSaveDialog(_window: unknown, options: unknown) {
    note('dialog.showSaveDialog', options)
    return { canceled: standIn.chosen === '', filePath: standIn.chosen }
  },
  showMessageBoxSync(_window: unknown, options: unknown) {
    note('dialog.showMessageBoxSync', options)
    return standIn.pressed
  },
  async showMessageBox(_window: unknown, options: unknown) {
    note('dialog.showMessageBox', options)
    return { response: standIn.pressed }
  },
  showErrorBox: (title: string, words: string) => note('dialog.showErrorBox', title, words),
}
