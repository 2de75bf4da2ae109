/**
 * The one window: shown when it can be drawn, remembered, reloaded if its page dies, and not left
 * with unsaved changes unasked (EL3, EL5, EL7).
 */
import { BrowserWindow, app, dialog, nativeTheme, screen } from 'electron'
import { Rate } from '../host/rate'
import { PAGE_PREFERENCES } from './security'
import { HEIGHT_MIN, WIDTH_MIN, openingBounds } from './windowState'
import type { WindowStateFile } from './windowState'

/** `--bg` of the two themes, so that nothing flashes before the page is drawn. */
const BACKGROUND = { light: '#FFFFFF', dark: '#14171C' } as const

/** A page that dies more often than this is not reloaded again. */
const RELOADS_PER_SECOND = 0.1
const RELOADS_BURST = 3

export interface WindowOptions {
  readonly url: string
  readonly preload: string
  readonly icon: string
  readonly withDevTools: boolean
  readonly state: WindowStateFile
  readonly onNote: (words: string) => void
  /** The page died too often. */
  readonly onHopeless: (reason: string) => void
}

export function openWindow(options: WindowOptions): BrowserWindow {
  const { state } = options
  const workAreas = screen.getAllDisplays().map((display) => display.workArea)
  nativeTheme.themeSource = state.value.theme
  const window = new BrowserWindow({
    ...openingBounds(state.value, workAreas),
    minWidth: WIDTH_MIN,
    minHeight: HEIGHT_MIN,
    show: false,
    title: 'Paxos Lab',
    icon: options.icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      ...PAGE_PREFERENCES,
      preload: options.preload,
      devTools: options.withDevTools,
    },
  })
  if (state.value.isMaximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  // Closing is quitting, and quitting may ask: the window stays until it is answered.
  window.on('close', (event) => {
    event.preventDefault()
    app.quit()
  })
  remember(window, state)
  askBeforeUnload(window)
  reloadAfterCrash(window, options)
  void window.loadURL(options.url)
  return window
}

function remember(window: BrowserWindow, state: WindowStateFile): void {
  const save = (): void => {
    if (window.isMinimized() || window.isFullScreen()) return
    state.change({ bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
  }
  window.on('resize', save)
  window.on('move', save)
  window.on('maximize', save)
  window.on('unmaximize', save)
}

/** A page with unsaved changes refuses to unload, as on a reload; a person has the last word. */
function askBeforeUnload(window: BrowserWindow): void {
  window.webContents.on('will-prevent-unload', (event) => {
    const choice = dialog.showMessageBoxSync(window, {
      type: 'question',
      message: 'There are changes that are not saved.',
      detail: 'A draft is kept and offered when the page is back.',
      buttons: ['Leave the page', 'Stay'],
      defaultId: 1,
      cancelId: 1,
    })
    // To prevent the refusal is to let the page go.
    if (choice === 0) event.preventDefault()
  })
}

function reloadAfterCrash(window: BrowserWindow, options: WindowOptions): void {
  const reloads = new Rate(RELOADS_PER_SECOND, RELOADS_BURST, () => performance.now())
  window.webContents.on('render-process-gone', (_event, details) => {
    options.onNote(`The page ended: ${details.reason}, code ${details.exitCode}.`)
    if (details.reason === 'clean-exit') return
    // What the page showed is kept by the lab; the new page asks for it.
    if (reloads.take()) void window.loadURL(options.url)
    else options.onHopeless(details.reason)
  })
}
