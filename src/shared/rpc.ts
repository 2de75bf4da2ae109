/**
 * Calls and pushes over a channel (birpc, wrapped): the viewer's end, and what both ends agree on.
 * The host's end is `src/main/host/viewer.ts`.
 *
 * Flow:   nothing is pushed before the viewer has called `snapshot`. Then come frames, each
 *         acknowledged; the host keeps at most FRAMES_IN_FLIGHT_MAX unacknowledged and coalesces.
 *         What a slow viewer lost is never patched over: it gets `reset` with a fresh snapshot.
 * Errors: cross as code, words and details, never with a stack.
 */
import { createBirpc } from 'birpc'
import type { LabEvent } from '../core/event'
import type { SeriesFrame } from '../core/measure/series'
import type { LabApi, LabErrorCode, LabPush, LabSnapshot, LabStatus } from './api'
import { LabCallError } from './api'
import type { Channel } from './channel'
import type { DeskApi } from './deskApi'
import type { CommandId } from './commands'
import type { ShellApi, ShellPush } from './shell'

export const MESSAGE_BYTES_MAX = 1_048_576
export const FRAMES_IN_FLIGHT_MAX = 2

/** Who may change the lab. Every viewer may look. */
export interface ControlState {
  readonly holds: boolean
  /** Nobody holds it: the first changing call takes it. */
  readonly free: boolean
  readonly viewers: number
}

export const NO_CONTROL: ControlState = { holds: false, free: false, viewers: 0 }

/** One push of the host: what came since the last one. Read in the order of the fields. */
export interface PushFrame {
  readonly seq: number
  /** With it, everything before is void. `lost`: events that this viewer never got. */
  readonly reset: { readonly snapshot: LabSnapshot; readonly lost: number } | null
  readonly events: readonly LabEvent[]
  readonly series: readonly SeriesFrame[]
  readonly status: LabStatus | null
  readonly control: ControlState | null
}

/** All that a window can ask for: of the lab, and of the desk beside it. */
export interface WindowApi extends LabApi, DeskApi {}

/** Calls of a viewer. Types of the lab's calls are those of LabApi. */
export interface HostCalls extends WindowApi, ShellApi {
  takeControl(): Promise<void>
  /** Answered at once, whatever the lab does: the host is there. Names this start of the host. */
  beat(): Promise<string>
  /** Frame `seq` was read. */
  ack(seq: number): void
}

/** Calls of the host. */
export interface ViewerCalls {
  push(frame: PushFrame): void
  command(id: CommandId): void
  fileWaits(): void
}

export interface LabClient {
  readonly call: WindowApi
  readonly shell: ShellApi
  readonly control: ControlClient
  /** Pushes begin with the first `call.snapshot()`. Answers how to stop listening. */
  listen(push: Partial<LabPush & ShellPush & ClientPush>): () => void
  /** As that of the host. Resolves when it has answered, which a frozen one does not. */
  beat(): Promise<string>
  /** What came from the host so far, in messages: one that speaks is there. */
  readonly heard: number
  /** Called once; at once if it is closed already. */
  onClose(listener: (reason: string) => void): void
  close(): void
}

export interface ClientPush {
  control(state: ControlState): void
  /** This viewer was too slow and lost events; a `reset` with a fresh snapshot follows. */
  gap(lost: number): void
}

export interface ControlClient {
  readonly state: ControlState
  take(): Promise<void>
}

export interface WireError {
  readonly code: LabErrorCode
  readonly words: string
  readonly details: readonly string[]
}

export function connectLab(channel: Channel): LabClient {
  const listeners = new Set<Partial<LabPush & ShellPush & ClientPush>>()
  let closed: string | null = null
  let control = NO_CONTROL
  let heard = 0

  const read = (frame: PushFrame): void => {
    if (frame.control) control = frame.control
    for (const listener of [...listeners]) deliver(frame, listener)
  }
  const local: ViewerCalls = {
    push(frame) {
      // Acknowledged even if a listener throws: one broken view must not stop the others.
      try {
        read(frame)
      } finally {
        void rpc.$callEvent('ack', frame.seq)
      }
    },
    command(id) {
      for (const listener of [...listeners]) listener.command?.(id)
    },
    fileWaits() {
      for (const listener of [...listeners]) listener.fileWaits?.()
    },
  }
  const rpc = createBirpc<HostCalls, ViewerCalls>(local, {
    // The lab has deadlines of its own; here a call ends with its answer or with the channel.
    timeout: -1,
    post(text: string) {
      if (closed !== null) throw disconnected(closed)
      channel.post(text)
    },
    on: (listener) =>
      channel.on((text) => {
        heard += 1
        listener(text)
      }),
    serialize: (message) => JSON.stringify(message),
    deserialize: reviveMessage,
  })
  channel.onClose((reason) => {
    closed = reason
    void rpc.$rejectPendingCalls(({ reject }) => reject(disconnected(reason)))
  })
  return {
    call: rpc,
    shell: rpc,
    control: {
      get state() {
        return control
      },
      take: () => rpc.takeControl(),
    },
    listen(push) {
      listeners.add(push)
      return () => listeners.delete(push)
    },
    beat: () => rpc.beat(),
    get heard() {
      return heard
    },
    onClose: (listener) => channel.onClose(listener),
    close: () => channel.close(),
  }
}

function deliver(frame: PushFrame, to: Partial<LabPush & ClientPush>): void {
  if (frame.reset) {
    if (frame.reset.lost > 0) to.gap?.(frame.reset.lost)
    to.reset?.(frame.reset.snapshot)
  }
  if (frame.events.length > 0) to.events?.(frame.events)
  for (const series of frame.series) to.series?.(series)
  if (frame.status) to.status?.(frame.status)
  if (frame.control) to.control?.(frame.control)
}

function disconnected(reason: string): LabCallError {
  return new LabCallError('disconnected', `The host does not answer: ${reason}.`)
}

/** The text of a birpc message; errors lose all but code, words and details. */
export function printMessage(message: { readonly e?: unknown }): string {
  if (message.e === undefined) return JSON.stringify(message)
  return JSON.stringify({ ...message, e: toWireError(message.e) })
}

export function toWireError(error: unknown): WireError {
  if (error instanceof LabCallError) {
    return { code: error.code, words: error.message, details: error.details }
  }
  const words = error instanceof Error ? error.message : String(error)
  return { code: 'internal', words: words || 'The lab failed.', details: [] }
}

/** The host is trusted: it served this page. Errors become LabCallError again. */
function reviveMessage(text: string): unknown {
  const message = JSON.parse(text) as { e?: WireError }
  if (!message.e) return message
  const { code, words, details } = message.e
  return { ...message, e: new LabCallError(code, words, details) }
}
