/**
 * Runs in the page, before its scripts: what Electron would give a preload there. It is handed to
 * Chromium as text, so it uses nothing from outside of itself.
 */
interface PortWire {
  readonly id: number
  readonly port: MessagePort
}

/** What the shell's side calls in the page. */
export interface PageWorld {
  receive(channel: string, ids: readonly number[]): void
  deliver(id: number, data: unknown): void
}

export function installPageWorld(
  preload: (require: (name: string) => unknown, module: object, exports: object) => void,
): void {
  const page = window as unknown as {
    standInWorld: PageWorld
    standInInvoke: (name: string, args: readonly unknown[]) => Promise<unknown>
    standInPort: (id: number, data: unknown) => Promise<void>
  }
  const listeners = new Map<string, (event: { ports: readonly MessagePort[] }) => void>()
  const wires: PortWire[] = []

  const electron = {
    contextBridge: {
      // Frozen, as what crosses the bridge cannot be changed by the page.
      exposeInMainWorld(name: string, api: object) {
        Object.defineProperty(window, name, { value: Object.freeze(api) })
      },
    },
    ipcRenderer: {
      once: (name: string, listener: (event: { ports: readonly MessagePort[] }) => void) =>
        listeners.set(name, listener),
      invoke: (name: string, ...args: unknown[]) => page.standInInvoke(name, args),
    },
  }
  page.standInWorld = {
    receive(channel, ids) {
      const ports = ids.map((id) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = ({ data }) => void page.standInPort(id, data)
        wires.push({ id, port: port1 })
        return port2
      })
      listeners.get(channel)?.({ ports })
      listeners.delete(channel)
    },
    deliver(id, data) {
      wires.find((wire) => wire.id === id)?.port.postMessage(data)
    },
  }
  const exports = {}
  const require = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`a sandboxed preload cannot require ${name}`)
    return electron
  }
  Object.defineProperty(globalThis, 'process', { value: { platform: 'linux' }, configurable: true })
  preload(require, { exports }, exports)
  // The page itself has no such thing.
  Reflect.deleteProperty(globalThis, 'process')
}
