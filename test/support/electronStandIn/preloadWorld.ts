/**
 * STAND-IN for what Electron gives a sandboxed preload: `require('electron')` with contextBridge
 * and ipcRenderer, and nothing else. Runs a built preload and answers what it did.
 */
import { runInNewContext } from 'node:vm'

export interface PreloadRun {
  readonly exposed: ReadonlyMap<string, unknown>
  readonly required: readonly string[]
  readonly invoked: readonly (readonly unknown[])[]
  readonly posted: readonly (readonly unknown[])[]
  /** As if the shell had sent a message with a port. */
  receive(channel: string, ports: readonly unknown[]): void
}

export function runPreload(source: string, answerOf: () => unknown): PreloadRun {
  const exposed = new Map<string, unknown>()
  const required: string[] = []
  const invoked: unknown[][] = []
  const posted: unknown[][] = []
  const listeners = new Map<string, (event: unknown) => void>()
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, api: unknown) => exposed.set(name, api) },
    ipcRenderer: {
      once: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
      async invoke(...args: unknown[]) {
        invoked.push(args)
        return answerOf()
      },
    },
  }
  const world = {
    process: { platform: 'linux' },
    window: {
      location: { origin: 'app://lab' },
      postMessage: (...args: unknown[]) => posted.push(args),
    },
    exports: {},
    module: { exports: {} },
    require(name: string) {
      required.push(name)
      if (name !== 'electron') throw new Error(`a sandboxed preload cannot require ${name}`)
      return electron
    },
  }
  runInNewContext(source, world)
  return {
    exposed,
    required,
    invoked,
    posted,
    receive(channel, ports) {
      listeners.get(channel)?.({ ports })
      listeners.delete(channel)
    },
  }
}
