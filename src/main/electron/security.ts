/**
 * What a page may do (rows E1, E7, E8, E9, E13): stay where it is, and use what the lab offers.
 */
import type { Session, WebContents } from 'electron'
import { originOf } from './origin'

/** E1: every window is made with these, and nothing may override them. */
export const PAGE_PREFERENCES = Object.freeze({
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  webviewTag: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
} as const)

/** Copying a chart or an address. Everything else is denied. */
const PERMISSION = 'clipboard-sanitized-write'

/** E7: no navigation away, no new window, no web view. */
export function guardContents(contents: WebContents, origin: string): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (originOf(event.url) !== origin) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** E9: no permission but one, no device. `setDisplayMediaRequestHandler` stays unset: denied. */
export function guardSession(session: Session, origin: string): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(permission === PERMISSION && originOf(details.requestingUrl) === origin)
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => {
    return permission === PERMISSION && originOf(requestingOrigin) === origin
  })
  session.setDevicePermissionHandler(() => false)
  // macOS has no such handler: the system pairs.
  if (process.platform !== 'darwin')
    session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }))
}

/** E13: developer tools while developing, or when they are asked for by name. */
export function mayUseDevTools(isPackaged: boolean, argv: readonly string[]): boolean {
  return !isPackaged || argv.includes('--devtools')
}
