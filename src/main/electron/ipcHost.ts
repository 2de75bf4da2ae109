/**
 * The one IPC message (E10): a page asks for its port, once, and gets a viewer of the lab. All that
 * follows goes over the port and is parsed by `host/viewer.ts`.
 */
import { MessageChannelMain, ipcMain } from 'electron'
import type { IpcMainInvokeEvent, WebFrameMain } from 'electron'
import { LabCallError } from '../../shared/api'
import type { Lab } from '../../shared/api'
import { toWireError } from '../../shared/rpc'
import type { ShellApi } from '../../shared/shell'
import { CONNECT, PORT } from '../../shared/shellChannels'
import { z } from '../../shared/zod'
import { mainPortChannel } from '../host/mainPortChannel'
import { Rate } from '../host/rate'
import type { HostDesk } from '../host/reportPage'
import { serveViewer } from '../host/viewer'
import type { Viewer } from '../host/viewer'
import type { ViewerRoom } from '../host/viewers'
import { originOf } from './origin'

/** A page connects once; reloads and crashes ask again. */
const ASKS_PER_SECOND = 2
const ASKS_BURST = 10
const ARGUMENT_CHARS_MAX = 1024

export interface IpcHostOptions {
  readonly lab: Lab
  readonly desk: HostDesk | null
  readonly room: ViewerRoom
  readonly shell: ShellApi
  readonly origin: string
  readonly onNote: (words: string) => void
}

export interface IpcHost {
  /** The viewer of the page that is open now; null before it connected. */
  readonly viewer: Viewer | null
}

export function startIpcHost(options: IpcHostOptions): IpcHost {
  let viewer: Viewer | null = null
  handle(CONNECT, z.tuple([]), options.origin, (frame) => {
    // The page before this one is gone, even if its port has not told so yet.
    viewer?.close()
    const { port1, port2 } = new MessageChannelMain()
    const { lab, desk, room, shell, onNote } = options
    const channel = mainPortChannel(port1)
    const served = serveViewer(channel, lab, { room, shell, desk, onNote })
    viewer = served
    channel.onClose(() => {
      if (viewer === served) viewer = null
    })
    frame.postMessage(PORT, null, [port2])
  })
  return {
    get viewer() {
      return viewer
    },
  }
}

/**
 * E10: only our own page's main frame is heard, arguments are parsed and small, errors cross
 * without a stack. Electron passes on only the text of what is thrown, so errors are answers.
 */
function handle<Args extends readonly unknown[]>(
  name: string,
  schema: z.ZodType<Args>,
  origin: string,
  run: (frame: WebFrameMain, ...args: Args) => void,
): void {
  const rate = new Rate(ASKS_PER_SECOND, ASKS_BURST, () => performance.now())
  ipcMain.handle(name, (event: IpcMainInvokeEvent, ...args: unknown[]) => {
    try {
      const frame = senderOf(event, origin)
      if (!rate.take()) throw new LabCallError('overloaded', 'Too many calls in a short time.')
      run(frame, ...parsed(name, schema, args))
      return null
    } catch (error) {
      return toWireError(error)
    }
  })
}

function parsed<Args>(name: string, schema: z.ZodType<Args>, args: readonly unknown[]): Args {
  const text = JSON.stringify(args)
  const result = schema.safeParse(args)
  if (text.length <= ARGUMENT_CHARS_MAX && result.success) return result.data
  throw new LabCallError('badArgument', `${name}: wrong arguments`)
}

function senderOf(event: IpcMainInvokeEvent, origin: string): WebFrameMain {
  const frame = event.senderFrame
  const isOurs =
    frame !== null && frame === event.sender.mainFrame && originOf(frame.url) === origin
  if (!isOurs) throw new LabCallError('badArgument', 'This frame may not call the lab.')
  return frame
}
