/**
 * Viewer: the host's end of one channel. Parses and carries out calls, pushes what the lab tells.
 *
 * Flow:   nothing is pushed before the first `snapshot`. Then at most 10 frames a second, at most
 *         FRAMES_IN_FLIGHT_MAX of them unacknowledged; what waits is coalesced (`outbox.ts`).
 * Errors: a call that fails rejects with code, words, details. Text that is no call or is too long
 *         closes the channel with a note.
 */
import { randomUUID } from 'node:crypto'
import { createBirpc } from 'birpc'
import type { BirpcReturn } from 'birpc'
import type { Lab, LabApi, LabPush, LabSnapshot } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import { CALL_SCHEMAS, LOOKING, parseArgs } from '../../shared/apiSchemas'
import type { Channel } from '../../shared/channel'
import type { CommandId } from '../../shared/commands'
import { DESK_LOOKING } from '../../shared/deskApi'
import type { DeskApi } from '../../shared/deskApi'
import { deskCalls } from '../../shared/deskSchemas'
import { FRAMES_IN_FLIGHT_MAX, MESSAGE_BYTES_MAX, printMessage } from '../../shared/rpc'
import type { ViewerCalls } from '../../shared/rpc'
import { shellCalls } from '../../shared/shellSchemas'
import type { ShellApi } from '../../shared/shell'
import { z } from '../../shared/zod'
import { NO_SHELL } from './browserShell'
import { Outbox } from './outbox'
import { Rate } from './rate'
import type { ViewerRoom, ViewerSeat } from './viewers'

/** Shortest time between two frames. */
export const FRAME_SPACING_MS = 100
export const CALLS_PER_SECOND_MAX = 100
export const CALLS_BURST_MAX = 200
/** Calls of one viewer that wait for their answer. */
export const CALLS_WAITING_MAX = 100

export interface ViewerOptions {
  readonly room: ViewerRoom
  /** What the host offers beside the lab; null: nothing. */
  readonly shell?: ShellApi | null
  /** Experiments and results; null: this host keeps none. */
  readonly desk?: DeskApi | null
  readonly nowMs?: () => number
  /** The channel was closed because of what came in, or the lab could not be asked. */
  readonly onNote?: (words: string) => void
}

export interface Viewer {
  command(id: CommandId): void
  /** A file was handed to the app. */
  fileWaits(): void
  close(): void
}

/** A request of birpc; a viewer has no business sending anything else. */
/** Another one after every start: a window tells by it that its host is another. */
const HOST_START = randomUUID()

const requestSchema = z.object({
  t: z.literal('q'),
  i: z.string().max(64).optional(),
  m: z.string().max(64),
  a: z.array(z.unknown()).max(8),
})

export function serveViewer(channel: Channel, lab: Lab, options: ViewerOptions): Viewer {
  return new ServedViewer(channel, lab, options)
}

type LabCalls = {
  readonly [Name in keyof LabApi]: (...args: Parameters<LabApi[Name]>) => ReturnType<LabApi[Name]>
}

type DeskCalls = {
  readonly [Name in keyof DeskApi]: (
    ...args: Parameters<DeskApi[Name]>
  ) => ReturnType<DeskApi[Name]>
}

type ShellCalls = {
  readonly [Name in keyof ShellApi]: (
    ...args: Parameters<ShellApi[Name]>
  ) => ReturnType<ShellApi[Name]>
}

class ServedViewer implements Viewer, ViewerSeat {
  private readonly outbox = new Outbox()
  private readonly rate: Rate
  private readonly rpc: BirpcReturn<ViewerCalls, object>
  private readonly stopListening: () => void
  private isAttached = false
  /** It wants single messages. */
  private isWatching = false
  /** Snapshots that are being made; nothing is pushed meanwhile. */
  private refreshing = 0
  private isClosed = false
  private waiting = 0
  private inFlight = 0
  private nextFrameAtMs = 0
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly channel: Channel,
    private readonly lab: Lab,
    private readonly options: ViewerOptions,
  ) {
    this.rate = new Rate(CALLS_PER_SECOND_MAX, CALLS_BURST_MAX, () => this.nowMs())
    this.rpc = createBirpc<ViewerCalls, object>(this.functions(), {
      post: (text: string) => channel.post(text),
      on: (listener) => channel.on((text) => this.receive(text, listener)),
      serialize: printMessage,
      resolver: (name, known: unknown) => (isFunction(known) ? known : () => noSuchCall(name)),
      timeout: -1,
    })
    this.stopListening = lab.subscribe(this.pushes())
    options.room.enter(this)
    channel.onClose(() => this.end())
  }

  command(id: CommandId): void {
    if (!this.isClosed) void this.rpc.command.asEvent(id)
  }

  fileWaits(): void {
    if (!this.isClosed) void this.rpc.fileWaits.asEvent()
  }

  close(): void {
    this.channel.close()
  }

  controlChanged(): void {
    const { room } = this.options
    this.outbox.setControl({
      holds: room.holds(this),
      free: room.isFree,
      viewers: room.count,
    })
    this.pushSoon()
  }

  private end(): void {
    if (this.isClosed) return
    this.isClosed = true
    if (this.timer) clearTimeout(this.timer)
    this.stopListening()
    void this.watchMessages(false)
    this.options.room.leave(this)
  }

  private refuse(words: string): void {
    this.options.onNote?.(`A viewer was closed: ${words}.`)
    this.channel.close()
  }

  private receive(text: string, next: (message: unknown) => void): void {
    if (this.isClosed) return
    // Bytes are at least characters, and at most three times as many.
    const isLong =
      text.length > MESSAGE_BYTES_MAX ||
      (text.length * 3 > MESSAGE_BYTES_MAX && Buffer.byteLength(text) > MESSAGE_BYTES_MAX)
    if (isLong) return this.refuse(`a message is longer than ${MESSAGE_BYTES_MAX} bytes`)
    const request = parseRequest(text)
    if (request === null) return this.refuse('a message is not a call')
    next(request)
  }

  private functions(): object {
    const known = Object.keys(CALL_SCHEMAS).filter((name) => name !== 'ack')
    const calls = known.map((name) => [name, (...args: unknown[]) => this.call(name, args)])
    // Without a prototype, `constructor` and the like are no calls.
    const functions: object = Object.assign(Object.create(null), Object.fromEntries(calls))
    return Object.assign(functions, { ack: (...args: unknown[]) => this.ack(args) })
  }

  private async call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (!this.rate.take() || this.waiting >= CALLS_WAITING_MAX) {
      throw new LabCallError('overloaded', 'Too many calls in a short time; try again.')
    }
    this.waiting += 1
    try {
      return await this.carryOut(name, args)
    } finally {
      this.waiting -= 1
    }
  }

  private carryOut(name: string, args: readonly unknown[]): Promise<unknown> {
    if (name === 'snapshot') {
      parseArgs('snapshot', args)
      return this.attach()
    }
    if (name === 'takeControl') {
      parseArgs('takeControl', args)
      this.options.room.take(this)
      return Promise.resolve()
    }
    if (name === 'beat') {
      parseArgs('beat', args)
      return Promise.resolve(HOST_START)
    }
    if (name === 'watchMessages') return this.watchMessages(...parseArgs('watchMessages', args))
    if (isShellCall(name)) return this.shellCall(name, args)
    if (isDeskCall(name)) return this.deskCall(name, args)
    return this.labCall(name as keyof LabApi, args)
  }

  private labCall<Name extends keyof LabApi>(
    name: Name,
    args: readonly unknown[],
  ): ReturnType<LabCalls[Name]> {
    const parsed = parseArgs(name, args)
    if (!LOOKING.has(name)) this.needControl()
    const calls: LabCalls = this.lab
    return calls[name](...parsed)
  }

  private deskCall<Name extends keyof DeskApi>(
    name: Name,
    args: readonly unknown[],
  ): ReturnType<DeskCalls[Name]> {
    const parsed = parseArgs(name, args)
    if (!DESK_LOOKING.has(name)) this.needControl()
    const desk: DeskCalls | null = this.options.desk ?? null
    if (desk === null) throw new LabCallError('unavailable', 'This host keeps no experiments.')
    return desk[name](...parsed)
  }

  /** The lab counts who watches; one viewer counts once, and no longer when it is gone. */
  private async watchMessages(on: boolean): Promise<void> {
    if (this.isWatching === on) return
    this.isWatching = on
    await this.lab.watchMessages(on)
  }

  private needControl(): void {
    const { room } = this.options
    if (room.isFree) room.take(this)
    if (room.holds(this)) return
    throw new LabCallError(
      'noControl',
      'Another window holds control. Take control to change this.',
    )
  }

  private shellCall<Name extends keyof ShellApi>(
    name: Name,
    args: readonly unknown[],
  ): ReturnType<ShellCalls[Name]> {
    const parsed = parseArgs(name, args)
    const shell: ShellCalls = this.options.shell ?? NO_SHELL
    return shell[name](...parsed)
  }

  /** From the call on everything is kept; what the snapshot tells already is dropped after. */
  private async attach(): Promise<LabSnapshot> {
    const before = this.isAttached
    this.isAttached = true
    this.refreshing += 1
    try {
      const snapshot = await this.lab.snapshot()
      this.outbox.answered(snapshot)
      return snapshot
    } catch (error) {
      this.isAttached = before
      throw error
    } finally {
      this.refreshing -= 1
      // The timer fires after the answer was posted, so the snapshot is read before any frame.
      this.pushSoon()
    }
  }

  private pushes(): LabPush {
    const whenAttached = (add: () => void): void => {
      if (!this.isAttached) return
      add()
      this.pushSoon()
    }
    return {
      status: (status) => whenAttached(() => this.outbox.setStatus(status)),
      events: (batch) => whenAttached(() => this.outbox.addEvents(batch)),
      series: (frame) => whenAttached(() => this.outbox.addSeries(frame)),
      reset: (snapshot) => whenAttached(() => this.outbox.setReset(snapshot)),
    }
  }

  private pushSoon(): void {
    if (this.timer || this.isClosed || !this.isAttached || this.refreshing > 0) return
    if (this.inFlight >= FRAMES_IN_FLIGHT_MAX) return
    if (this.outbox.isEmpty && !this.outbox.hasGap) return
    const waitMs = Math.max(0, this.nextFrameAtMs - this.nowMs())
    this.timer = setTimeout(() => {
      this.timer = null
      this.push()
    }, waitMs)
  }

  private push(): void {
    if (this.outbox.hasGap) {
      void this.refresh()
      return
    }
    this.nextFrameAtMs = this.nowMs() + FRAME_SPACING_MS
    this.inFlight += 1
    void this.rpc.push.asEvent(this.outbox.take())
    this.pushSoon()
  }

  private async refresh(): Promise<void> {
    this.refreshing += 1
    try {
      this.outbox.setReset(await this.lab.snapshot())
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      this.refuse(`the lab gave no snapshot: ${words}`)
    } finally {
      this.refreshing -= 1
      this.pushSoon()
    }
  }

  private ack(args: readonly unknown[]): void {
    parseArgs('ack', args)
    this.inFlight = Math.max(0, this.inFlight - 1)
    this.pushSoon()
  }

  private nowMs(): number {
    return this.options.nowMs?.() ?? performance.now()
  }
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function'
}

function noSuchCall(name: string): never {
  throw new LabCallError('badArgument', `There is no call ${name}.`)
}

function isShellCall(name: string): name is keyof ShellApi {
  return Object.hasOwn(shellCalls, name)
}

function isDeskCall(name: string): name is keyof DeskApi {
  return Object.hasOwn(deskCalls, name)
}

function parseRequest(text: string): unknown {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = requestSchema.safeParse(message)
  return parsed.success ? parsed.data : null
}
