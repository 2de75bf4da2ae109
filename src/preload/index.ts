/**
 * Preload (E2, E3): the only code that sees both worlds. It exposes three things, and hands the
 * port of the lab into the page once.
 */
import { contextBridge, ipcRenderer } from 'electron'
import { ELECTRON_CAPS, PORT_MESSAGE } from '../shared/shell'
import type { PreloadApi } from '../shared/shell'
import { CONNECT, PORT } from '../shared/shellChannels'

/** The part of the page's window that is used here; this program is not built with DOM types. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: string, origin: string, ports: readonly unknown[]): void
}

let asked = false

const api: PreloadApi = {
  platform: process.platform,
  caps: ELECTRON_CAPS,
  async connect() {
    if (asked) throw new Error('This page has asked for its port already.')
    asked = true
    const failure: { words: string } | null = await ipcRenderer.invoke(CONNECT)
    if (failure !== null) throw new Error(failure.words)
  },
}

ipcRenderer.once(PORT, (event) => {
  // A port cannot pass the bridge; a window message can carry it.
  window.postMessage(PORT_MESSAGE, window.location.origin, event.ports)
})

contextBridge.exposeInMainWorld('paxosLab', api)
