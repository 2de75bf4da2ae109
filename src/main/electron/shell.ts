/**
 * The desktop shell: joins lab, window, menu and port. Thin on purpose: everything that can be is
 * plain Node in `lab` and `host`.
 *
 * Order: scheme, sandbox and lock are set before the app is ready; guards before the first window.
 */
import { Menu, app, protocol, session } from 'electron'
import type { BrowserWindow } from 'electron'
import { join } from 'node:path'
import type { Lab, LabStatus } from '../../shared/api'
import type { CommandId } from '../../shared/commands'
import { openPageFiles } from '../host/pageFiles'
import type { HostDesk } from '../host/reportPage'
import { ViewerRoom } from '../host/viewers'
import { startIpcHost } from './ipcHost'
import type { IpcHost } from './ipcHost'
import { startLifecycle } from './lifecycle'
import type { Lifecycle } from './lifecycle'
import { menuTemplate } from './menu'
import { originOf, pageUrl } from './origin'
import { registerScheme, serveApp } from './protocol'
import { guardContents, guardSession, mayUseDevTools } from './security'
import { shellCalls } from './shellCalls'
import { openWindow } from './window'
import { WindowStateFile } from './windowState'

export interface ShellOptions {
  /** Folder of the built window. */
  readonly rendererDir: string
  /** The built preload. */
  readonly preload: string
  readonly icon: string
  /** Makes the lab; called once, when the app is ready. */
  readonly makeLab: (paths: {
    readonly userData: string
    readonly version: string
  }) => Promise<ShellLab>
}

export interface ShellLab {
  readonly lab: Lab
  /** Null: this app keeps no experiments and reports. */
  readonly desk: HostDesk | null
}

export async function startShell(options: ShellOptions): Promise<void> {
  app.enableSandbox()
  registerScheme(protocol)
  // A packaged app offers no debugging port, whatever the command line says (E13).
  if (app.isPackaged) app.commandLine.removeSwitch('remote-debugging-port')
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  const url = pageUrl(app.isPackaged, process.env)
  const origin = originOf(url) ?? ''
  app.on('web-contents-created', (_event, contents) => guardContents(contents, origin))
  await app.whenReady()
  guardSession(session.defaultSession, origin)
  const files = await openPageFiles(options.rendererDir)
  const made = await options.makeLab({
    userData: app.getPath('userData'),
    version: app.getVersion(),
  })
  serveApp(protocol, files, made.desk)
  new Shell(options, made, url, origin)
}

class Shell {
  private readonly state: WindowStateFile
  private readonly lifecycle: Lifecycle
  private readonly ipc: IpcHost
  private readonly window: BrowserWindow
  private labState: LabStatus['state'] = 'idle'

  constructor(options: ShellOptions, { lab, desk }: ShellLab, url: string, origin: string) {
    const withDevTools = mayUseDevTools(app.isPackaged, process.argv)
    const note = (words: string): void => console.error(words)
    const path = join(app.getPath('userData'), 'window.json')
    this.state = new WindowStateFile(path, (error) => note(`window.json: ${String(error)}`))
    this.watch(lab)
    this.lifecycle = startLifecycle({
      ...{ lab, desk },
      isRunning: () => this.labState !== 'idle',
      window: () => (this.window.isDestroyed() ? null : this.window),
      beforeExit: () => this.state.flush(),
      onNote: note,
    })
    const shell = shellCalls(this.state, desk)
    const room = new ViewerRoom()
    this.ipc = startIpcHost({ lab, desk, room, shell, origin, onNote: note })
    this.setMenu(withDevTools)
    this.window = openWindow({
      url,
      preload: options.preload,
      icon: options.icon,
      withDevTools,
      state: this.state,
      onNote: note,
      onHopeless: () => void this.lifecycle.end(1),
    })
    app.on('second-instance', () => this.focus())
    app.on('activate', () => this.focus())
  }

  private watch(lab: Lab): void {
    const see = (status: LabStatus): void => {
      this.labState = status.state
    }
    lab.subscribe({
      status: see,
      reset: (snapshot) => see(snapshot.status),
      events: () => undefined,
      series: () => undefined,
    })
  }

  private setMenu(withDevTools: boolean): void {
    const run = (id: CommandId): void => this.ipc.viewer?.command(id)
    const { platform } = process
    const template = menuTemplate({ platform, appName: app.name, withDevTools, run })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  private focus(): void {
    if (this.window.isDestroyed()) return
    if (this.window.isMinimized()) this.window.restore()
    this.window.show()
    this.window.focus()
  }
}
