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
import type { ShellApi } from '../../shared/shell'
import { openPageFiles } from '../host/pageFiles'
import type { HostDesk } from '../host/reportPage'
import type { Recents } from '../host/recents'
import { ViewerRoom } from '../host/viewers'
import { fileArgument } from './fileNames'
import { NativeFiles } from './files'
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
  /** What was opened last. */
  readonly recents: Recents
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
  // Before the app is ready: the system may hand over a file at once (EL1).
  const handed = collectFiles()
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
  const shell = new Shell(options, made, url, origin)
  handed.deliver({
    early: (path) => shell.offer(path),
    later: (path) => shell.openPath(path),
  })
}

interface FileTakers {
  /** The window is not drawn yet. */
  readonly early: (path: string) => void
  /** Null: a second start without a file. */
  readonly later: (path: string | null) => void
}

/** Files that the system hands over, kept until there is a shell; the last one counts. */
function collectFiles(): { deliver: (to: FileTakers) => void } {
  let early: string | null = fileArgument(process.argv.slice(1), process.cwd())
  let deliver = (path: string | null): void => {
    early = path ?? early
  }
  // macOS tells of files in this way, at the start and later.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    deliver(path)
  })
  app.on('second-instance', (_event, argv, folder) => deliver(fileArgument(argv.slice(1), folder)))
  return {
    deliver(to) {
      deliver = to.later
      if (early !== null) to.early(early)
    },
  }
}

class Shell {
  private readonly state: WindowStateFile
  private readonly lifecycle: Lifecycle
  private readonly ipc: IpcHost
  private readonly window: BrowserWindow
  private readonly files: NativeFiles
  private labState: LabStatus['state'] = 'idle'
  private unsaved: string | null = null

  constructor(options: ShellOptions, made: ShellLab, url: string, origin: string) {
    const { lab, desk, recents } = made
    const withDevTools = mayUseDevTools(app.isPackaged, process.argv)
    const note = (words: string): void => console.error(words)
    const path = join(app.getPath('userData'), 'window.json')
    this.state = new WindowStateFile(path, (error) => note(`window.json: ${String(error)}`))
    this.watch(lab)
    this.lifecycle = startLifecycle({
      ...{ lab, desk },
      isRunning: () => this.labState !== 'idle',
      unsaved: () => this.unsaved,
      window: () => this.openWindow(),
      beforeExit: () => this.state.flush(),
      onNote: note,
    })
    this.files = new NativeFiles({ recents, window: () => this.openWindow() })
    const shell = this.calls(made)
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
    app.on('activate', () => this.focus())
  }

  /** A second start: the window comes to the front, with the file that it was given (EL1, EL2). */
  openPath(path: string | null): void {
    this.focus()
    if (path !== null) this.offer(path)
  }

  offer(path: string): void {
    const note = (words: string): void => console.error(words)
    this.files.offer(path).then(
      () => this.ipc.viewer?.fileWaits(),
      (error: unknown) => note(`Open a file: ${String(error)}`),
    )
  }

  private calls({ desk, recents }: ShellLab): ShellApi {
    const onUnsaved = (name: string | null): void => {
      this.unsaved = name
    }
    const { state, files } = this
    return shellCalls({ ...{ state, files, recents, onUnsaved }, reports: desk })
  }

  private openWindow(): BrowserWindow | null {
    return this.window.isDestroyed() ? null : this.window
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
