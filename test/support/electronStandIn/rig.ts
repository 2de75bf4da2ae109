/**
 * Brings the shell up on the stand-in for `electron`, within the test's own process. A test file
 * that uses it mocks `electron` with `./electron` first.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { startShell } from '../../../src/main/electron/shell'
import type { HostDesk } from '../../../src/main/host/reportPage'
import { recentsOf } from '../../../src/main/host/recents'
import { mainPortChannel } from '../../../src/main/host/mainPortChannel'
import { connectLab } from '../../../src/shared/rpc'
import type { LabClient, WireError } from '../../../src/shared/rpc'
import { pageFolder } from '../hostSources'
import { MemoryLab } from '../memoryLab'
import { app, nativeTheme } from './electron'
import type { PortMainStandIn } from './ports'
import { callsOf, standIn } from './standIn'
import { opened } from './windows'
import type { WindowStandIn } from './windows'

const STRIKES = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'] as const
type Strike = (typeof STRIKES)[number]
type Listener = (...args: unknown[]) => void

export interface ShellRig {
  readonly lab: MemoryLab
  readonly rendererDir: string
  /** What the shell gets as its desk; set it before `open`. */
  desk: HostDesk | null
  /** Starts the shell; answers its window. */
  open(): Promise<WindowStandIn>
  /** What a signal or an error does to the shell, without sending one to this process. */
  strike(name: Strike, ...args: unknown[]): void
}

/** A fresh stand-in, lab and user folder for each test of the file. */
export function useShell(): ShellRig {
  let lab = new MemoryLab()
  let rendererDir = ''
  let before = new Map<Strike, readonly Listener[]>()

  beforeEach(() => {
    lab = new MemoryLab()
    rendererDir = pageFolder()
    rig.desk = null
    freshStandIn()
    before = new Map(STRIKES.map((name) => [name, listenersOf(name)]))
  })
  afterEach(() => {
    // What the shell added to this process goes; what the runner had stays.
    for (const name of STRIKES) added(name).forEach((listener) => process.off(name, listener))
    rmSync(rendererDir, { recursive: true })
    rmSync(standIn.userData, { recursive: true })
  })

  const added = (name: Strike): readonly Listener[] =>
    listenersOf(name).filter((listener) => !before.get(name)?.includes(listener))

  const rig: ShellRig = {
    desk: null,
    get lab() {
      return lab
    },
    get rendererDir() {
      return rendererDir
    },
    async open() {
      const options = { rendererDir, preload: '/preload/index.cjs', icon: '/icon.png' }
      const recents = recentsOf(join(standIn.userData, 'runs'), rig.desk)
      await startShell({ ...options, makeLab: async () => ({ lab, desk: rig.desk, recents }) })
      const [window] = opened.windows
      if (!window) throw new Error('no window was opened')
      return window
    },
    strike(name, ...args) {
      for (const listener of added(name)) listener(...args)
    },
  }
  return rig
}

function freshStandIn(): void {
  standIn.userData = mkdtempSync(join(tmpdir(), 'paxos-lab-user-'))
  standIn.calls.length = 0
  opened.windows.length = 0
  standIn.ipcHandlers.clear()
  standIn.schemeHandlers.clear()
  const fresh = { hasLock: true, isPackaged: false, dark: false, pressed: 0 }
  Object.assign(standIn, { ...fresh, openFailure: '', chosen: '' })
  standIn.workAreas = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  nativeTheme.themeSource = 'system'
  app.removeAllListeners()
}

function listenersOf(name: Strike): readonly Listener[] {
  return process.listeners(name as 'SIGINT') as Listener[]
}

/** Invokes the one IPC message, as `frame` of this window. */
export function ask(
  window: WindowStandIn,
  frame: unknown = window.webContents.mainFrame,
  ...more: unknown[]
): WireError | null {
  const handler = standIn.ipcHandlers.get('lab:connect')
  const event = { senderFrame: frame, sender: window.webContents }
  return handler?.(event, ...more) as WireError | null
}

/** Connects as the page would, over the port that the shell sent. */
export function attach(window: WindowStandIn): LabClient {
  expect(ask(window)).toBeNull()
  const [, , ports] = callsOf('frame.postMessage').at(-1) ?? []
  const [port] = ports as PortMainStandIn[]
  if (!port) throw new Error('no port was sent')
  return connectLab(mainPortChannel(port))
}
