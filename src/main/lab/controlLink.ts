/**
 * Control link: one proven connection of a child, as frames. Calls are numbered and answered.
 *
 * Limits: what a child does not read is bounded; past that the connection is closed, which ends it.
 * Errors: a malformed frame closes the connection with its reason; calls then reject.
 */
import type { Socket } from 'node:net'
import { LabCallError } from '../../shared/api'
import type { Frame } from '../../shared/controlCodec'
import { FrameError, FrameSplitter, parseFrame, printFrame } from '../../shared/frame'
import type { Hello } from '../../shared/hello'
import { giveUpAfter, NEVER_HELD } from './patience'
import type { HeldTo } from './patience'

const SEND_BYTES_MAX = 8 * 1024 * 1024
const CALLS_MAX = 1000

export interface LinkListener {
  /** Throws FrameError for a frame that it cannot take. */
  onFrame(frame: Frame): void
  /** Once. Empty reason: the child closed it. */
  onClosed(reason: string): void
}

interface PendingCall {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: LabCallError) => void
  /** Does not wait any longer. */
  readonly cancel: () => void
}

export class ControlLink {
  private readonly splitter = new FrameSplitter()
  private readonly pending = new Map<number, PendingCall>()
  private listener: LinkListener | null = null
  private early: Frame[] = []
  private lastCall = 0
  private reason = ''
  private isClosed = false

  constructor(
    readonly hello: Hello,
    private readonly socket: Socket,
  ) {
    socket.on('close', () => this.finish())
  }

  /** From now on frames go to `listener`; those that came before are handed over first. */
  listen(listener: LinkListener): void {
    this.listener = listener
    const early = this.early
    this.early = []
    for (const frame of early) this.deliver(frame)
    if (this.isClosed) listener.onClosed(this.reason)
  }

  push(chunk: Uint8Array): void {
    try {
      this.splitter.push(chunk, (line) => this.deliver(parseFrame(line)))
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.close(error.message)
    }
  }

  send(frame: object): void {
    if (this.isClosed) return
    if (this.socket.writableLength > SEND_BYTES_MAX) {
      this.close(`it does not read what the lab sends (${SEND_BYTES_MAX} bytes wait)`)
      return
    }
    this.socket.write(printFrame(frame))
  }

  /**
   * Sends the frame that `build` makes from a call number, and waits for `settle` with that number.
   * Rejects with `timedOut`, or `notRunning` when the connection ends first.
   */
  async call(
    build: (call: number) => object,
    waitMs: number,
    heldTo: HeldTo = NEVER_HELD,
  ): Promise<unknown> {
    if (this.isClosed) throw new LabCallError('notRunning', 'its control channel is closed')
    if (this.pending.size >= CALLS_MAX) {
      throw new LabCallError('wrongState', `${CALLS_MAX} calls wait for an answer already`)
    }
    const call = (this.lastCall += 1)
    return await new Promise<unknown>((resolve, reject) => {
      const cancel = giveUpAfter(waitMs, heldTo, () => {
        this.pending.delete(call)
        reject(new LabCallError('timedOut', `no answer within ${waitMs} ms`))
      })
      this.pending.set(call, { resolve, reject, cancel })
      this.send(build(call))
    })
  }

  /** Gives a call its answer; a late one finds nobody and is ignored. */
  settle(call: number, answer: unknown): void {
    const pending = this.pending.get(call)
    if (pending === undefined) return
    this.pending.delete(call)
    pending.cancel()
    pending.resolve(answer)
  }

  close(reason: string): void {
    if (!this.isClosed && this.reason === '') this.reason = reason
    this.socket.destroy()
  }

  private deliver(frame: Frame): void {
    if (this.listener === null) this.early.push(frame)
    else if (!this.isClosed) this.listener.onFrame(frame)
  }

  private finish(): void {
    if (this.isClosed) return
    this.isClosed = true
    for (const { reject, cancel } of this.pending.values()) {
      cancel()
      reject(new LabCallError('notRunning', 'the control channel closed before the answer'))
    }
    this.pending.clear()
    this.listener?.onClosed(this.reason)
  }
}
