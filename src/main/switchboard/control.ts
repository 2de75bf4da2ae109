/** The switchboard's end of the control channel: hello, then frames both ways. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { LabToSwitchboard, SwitchboardFile, SwitchboardToLab } from '../../shared/control'
import { parseLabToSwitchboard } from '../../shared/controlCodec'
import { FrameSplitter, parseFrame, printFrame } from '../../shared/frame'
import { HELLO_VERSION } from '../../shared/hello'
import { proofOf } from './helloGate'
import type { Secret } from './helloGate'

/** The lab listens before it starts us; longer means that nobody is there. */
const CONNECT_MS_MAX = 5000
/** What may wait for a slow lab. Above it reports are put off; answers still go. */
const WAITING_BYTES_MAX = 1_048_576

export interface ControlSink {
  onFrame(frame: LabToSwitchboard): void
  /** A frame of a type that this version does not know. */
  onUnknown(type: string): void
  /** The lab is gone, or sent what cannot be understood. */
  onClosed(reason: string): void
}

export class Control {
  private readonly splitter = new FrameSplitter()
  private closed = false

  private constructor(
    private readonly socket: Socket,
    private readonly sink: ControlSink,
  ) {
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('error', (error) => this.end(error.message))
    socket.on('close', () => this.end('the control channel closed'))
  }

  /** Connects and says hello; rejects when nobody answers. */
  static open(file: SwitchboardFile, secret: Secret, sink: ControlSink): Promise<Control> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...file.control, noDelay: true })
      const late = (): void => void socket.destroy(new Error('the lab did not answer'))
      socket.setTimeout(CONNECT_MS_MAX, late)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.setTimeout(0)
        socket.off('error', reject)
        const control = new Control(socket, sink)
        const fields = { role: 'switchboard', node: 0, to: 0, life: 1 } as const
        const hello = { version: HELLO_VERSION, cluster: file.cluster, ...fields }
        socket.write(printFrame({ type: 'hello', ...hello, proof: proofOf(secret, hello) }))
        resolve(control)
      })
    })
  }

  /** True while the lab reads slower than we write: what can wait should. */
  get isSlow(): boolean {
    return this.socket.writableLength > WAITING_BYTES_MAX
  }

  send(frame: SwitchboardToLab): void {
    if (!this.closed) this.socket.write(printFrame(frame))
  }

  /** Sends what is waiting, then closes. */
  close(): void {
    this.closed = true
    this.socket.end()
  }

  private read(chunk: Buffer): void {
    try {
      this.splitter.push(chunk, (line) => {
        const frame = parseFrame(line)
        const known = parseLabToSwitchboard(frame)
        if (this.closed) return
        if (known === null) this.sink.onUnknown(frame.type)
        else this.sink.onFrame(known)
      })
    } catch (error) {
      this.end(error instanceof Error ? error.message : String(error))
    }
  }

  private end(reason: string): void {
    if (this.closed) return
    this.closed = true
    this.socket.destroy()
    this.sink.onClosed(reason)
  }
}
