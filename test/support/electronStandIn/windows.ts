/** Stand-ins for BrowserWindow, WebContents and WebFrameMain. They record; a driver adds a page. */
import { EventEmitter } from 'node:events'
import type { PortMainStandIn } from './ports'
import { emitPreventable, note, standIn } from './standIn'

export class FrameStandIn {
  url = ''
  /** What the page's end of IPC is told. */
  onMessage: (channel: string, ports: readonly PortMainStandIn[]) => void = () => undefined

  postMessage(channel: string, message: unknown, ports: readonly PortMainStandIn[] = []): void {
    note('frame.postMessage', channel, message, ports)
    this.onMessage(channel, ports)
  }
}

/** Brings a page up for a window; without one, windows only record. */
export type PageDriver = (window: WindowStandIn) => Promise<void>

export const opened = { windows: [] as WindowStandIn[], driver: null as PageDriver | null }

type OpenHandler = (details: { url: string }) => { action: string }

export class ContentsStandIn extends EventEmitter {
  readonly mainFrame = new FrameStandIn()
  openHandler: OpenHandler | null = null

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }
}

export interface WindowOptions {
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
  readonly show: boolean
  readonly backgroundColor: string
  readonly webPreferences: Readonly<Record<string, unknown>> & { readonly preload: string }
}

export class WindowStandIn extends EventEmitter {
  readonly webContents = new ContentsStandIn()
  bounds: { x: number; y: number; width: number; height: number }
  private maximized = false
  private minimized = false
  private destroyed = false

  constructor(readonly options: WindowOptions) {
    super()
    const { x = 0, y = 0, width, height } = options
    this.bounds = { x, y, width, height }
    opened.windows.push(this)
    standIn.app.emit('web-contents-created', {}, this.webContents)
  }

  async loadURL(url: string): Promise<void> {
    note('window.loadURL', url)
    this.webContents.mainFrame.url = url
    await opened.driver?.(this)
    this.emit('ready-to-show')
  }

  show(): void {
    note('window.show')
  }

  focus(): void {
    note('window.focus')
  }

  maximize(): void {
    this.maximized = true
    this.emit('maximize')
  }

  minimize(): void {
    this.minimized = true
  }

  restore(): void {
    this.minimized = false
    note('window.restore')
  }

  /** As a person presses the close button. */
  close(): void {
    if (emitPreventable(this, 'close')) return
    this.destroyed = true
    standIn.app.emit('window-all-closed')
  }

  isMaximized = (): boolean => this.maximized
  isMinimized = (): boolean => this.minimized
  isFullScreen = (): boolean => false
  isDestroyed = (): boolean => this.destroyed
  getNormalBounds = () => this.bounds
}
