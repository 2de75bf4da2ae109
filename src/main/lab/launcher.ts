/**
 * Launchers start a child program by its path. Which one is used is the only difference between a
 * lab under plain Node and one inside Electron (decision D14).
 */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface LaunchSpec {
  /** Path of the bundled program. */
  readonly entry: string
  readonly args: readonly string[]
  /** The run directory, never inside an asar file. */
  readonly cwd: string
  /** Added to the cleaned environment. Secrets go here, never into `args`. */
  readonly env: Readonly<Record<string, string>>
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: string | null
  /** Why it could not be started at all; null if it ran. */
  readonly error: string | null
}

export interface NodeHandle {
  /** Null when the system refused to start it; `exited` then says why. */
  readonly pid: number | null
  readonly stdout: Readable
  readonly stderr: Readable
  /** False when the process is gone. */
  kill(signal: NodeJS.Signals): boolean
  /** Resolves when the process is gone and its output is read. Never rejects. */
  readonly exited: Promise<ChildExit>
}

export interface NodeLauncher {
  launch(spec: LaunchSpec): NodeHandle
}

/**
 * Half of the usual room for young objects, MiB: a node's live only as long as a request, and
 * five nodes need 20 MiB less each.
 */
const CHILD_FLAGS = ['--max-semi-space-size=8']

const RUN_AS_NODE = { ELECTRON_RUN_AS_NODE: '1' }

type Environment = Readonly<Record<string, string | undefined>>

/** Names that would change what a child is, or hand it what is not meant for it (row E13). */
const NOT_FOR_CHILDREN = /^(ELECTRON_|NODE_OPTIONS$|NODE_CHANNEL_|PAXOS_SECRET$)/i

export function cleanEnvironment(environment: Environment): Record<string, string> {
  const clean: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !NOT_FOR_CHILDREN.test(name)) clean[name] = value
  }
  return clean
}

/** Of a child that runs the program that this is, as Node. */
export function childEnvironment(): Record<string, string> {
  return { ...cleanEnvironment(process.env), ...(inElectron() ? RUN_AS_NODE : {}) }
}

/** Starts children with plain Node. */
export class PlainLauncher implements NodeLauncher {
  constructor(private readonly execPath: string = process.execPath) {}

  launch(spec: LaunchSpec): NodeHandle {
    return start(this.execPath, spec, {})
  }
}

/** Starts children with the Electron binary as Node; needs its RunAsNode fuse. */
export class RunAsNodeLauncher implements NodeLauncher {
  constructor(private readonly execPath: string = process.execPath) {}

  launch(spec: LaunchSpec): NodeHandle {
    return start(this.execPath, spec, RUN_AS_NODE)
  }
}

/** The launcher for the program that this is: Electron says its version, plain Node has none. */
export function launcherFor(execPath?: string): NodeLauncher {
  return inElectron() ? new RunAsNodeLauncher(execPath) : new PlainLauncher(execPath)
}

function inElectron(): boolean {
  return process.versions['electron'] !== undefined
}

function start(execPath: string, spec: LaunchSpec, own: Record<string, string>): NodeHandle {
  const child = spawn(execPath, [...CHILD_FLAGS, spec.entry, ...spec.args], {
    cwd: spec.cwd,
    env: { ...cleanEnvironment(process.env), ...own, ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In the lab's session: Linux may give each session an equal share of the processors, and five
    // nodes in five of them would outweigh the window. So a Ctrl-C reaches children too: they leave
    // it to the lab.
    windowsHide: true,
  })
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('error', (error) => {
      // An error after the start (a signal that could not be sent) is not an end.
      if (child.pid === undefined) resolve({ code: null, signal: null, error: error.message })
    })
    child.once('close', (code, signal) => resolve({ code, signal, error: null }))
  })
  return {
    pid: child.pid ?? null,
    stdout: child.stdout,
    stderr: child.stderr,
    kill: (signal) => child.pid !== undefined && child.kill(signal),
    exited,
  }
}
