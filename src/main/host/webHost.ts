/**
 * Browser host: serves the window and the lab over HTTP and WebSocket on loopback.
 *
 * Any web page may try loopback, so (EH1-EH4): only 127.0.0.1; `Host` exactly ours (DNS rebinding);
 * `Origin` exactly ours on every POST and upgrade; a single-use launch token in the fragment of the
 * URL, traded for an HttpOnly SameSite=Strict cookie; no CORS headers; files by exact name, reports
 * (`reportPage.ts`) only with that cookie.
 * Errors: a port in use rejects with `portInUse`; refusals answer with a status and JSON words.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Lab } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import { MESSAGE_BYTES_MAX } from '../../shared/rpc'
import type { ShellApi } from '../../shared/shell'
import { openPageFiles } from './pageFiles'
import type { PageFiles } from './pageFiles'
import { freshNonce, pageHeaders } from './pageHeaders'
import { Rate } from './rate'
import { answerReport, REPORT_PATH } from './reportPage'
import type { HostDesk } from './reportPage'
import { Sessions } from './sessions'
import { serveViewer } from './viewer'
import { ViewerRoom } from './viewers'
import { webSocketChannel } from './webSocketChannel'

const LOOPBACK = '127.0.0.1'
export const SOCKETS_MAX = 4
const CONNECTIONS_MAX = 64
const TOKEN_BYTES_MAX = 256
const REQUEST_MS_MAX = 10_000
/** Tries of a launch token: guessing 256 bits is hopeless, hammering is stopped all the same. */
const TRIES_PER_SECOND = 5
const TRIES_BURST = 20

export interface WebHostOptions {
  readonly lab: Lab
  /** Experiments, results and reports; missing: this host keeps none. */
  readonly desk?: HostDesk
  /** What was opened last; missing: this host keeps no list. */
  readonly shell?: ShellApi
  /** Folder of the built window. */
  readonly rendererDir: string
  /** 0: the system chooses. */
  readonly port?: number
  /** Loopback or nothing. */
  readonly host?: string
  /** Shared with other hosts of the same lab, so that one viewer at a time holds control. */
  readonly room?: ViewerRoom
  /** The launch link was used: here is the link for another browser. */
  readonly onFreshUrl?: (url: string) => void
  readonly onNote?: (words: string) => void
  /** After the last viewer left for this long, `onAbandoned` is called; 0: never. */
  readonly abandonedMs?: number
  readonly onAbandoned?: () => void
}

export interface WebHost {
  /** The newest launch link, valid once. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const host = options.host ?? LOOPBACK
  if (host !== LOOPBACK && host !== 'localhost') {
    throw new LabCallError(
      'badArgument',
      `The browser host listens on ${LOOPBACK} only, not on ${host}. Use an SSH tunnel instead.`,
    )
  }
  const files = await openPageFiles(options.rendererDir)
  const server = createServer({ requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX })
  server.maxConnections = CONNECTIONS_MAX
  const port = await listen(server, options.port ?? 0)
  return new StartedWebHost(options, files, server, port)
}

class StartedWebHost implements WebHost {
  private launch: string
  private readonly sessions: Sessions
  private readonly tries = new Rate(TRIES_PER_SECOND, TRIES_BURST, () => performance.now())
  private readonly room: ViewerRoom
  private readonly sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
    clientTracking: true,
  })
  private abandoned: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly options: WebHostOptions,
    private readonly files: PageFiles,
    private readonly server: Server,
    readonly port: number,
  ) {
    // Cookies ignore ports, so two labs need two names.
    this.sessions = new Sessions(`paxosLab${port}`)
    this.room = options.room ?? new ViewerRoom()
    this.launch = this.launchUrl()
    server.on('request', (request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        options.onNote?.(`A request failed: ${String(error)}`)
        response.destroy()
      })
    })
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head))
  }

  get url(): string {
    return this.launch
  }

  async close(): Promise<void> {
    if (this.abandoned) clearTimeout(this.abandoned)
    for (const socket of this.sockets.clients) socket.terminate()
    this.sockets.close()
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve())
      this.server.closeAllConnections()
    })
  }

  private launchUrl(): string {
    return `http://${LOOPBACK}:${this.port}/#t=${this.sessions.issue()}`
  }

  /** The authority that the request names, if it is ours. */
  private authority(request: IncomingMessage): string | null {
    const { host } = request.headers
    return host === `${LOOPBACK}:${this.port}` || host === `localhost:${this.port}` ? host : null
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const authority = this.authority(request)
    const path = pathOf(request)
    if (authority === null) return refuse(response, 403, 'This address is not the lab’s own.')
    if (path === '/session') return this.session(request, response, authority)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return refuse(response, 405, 'Only GET is answered here.')
    }
    if (path.startsWith(REPORT_PATH) && !this.sessions.holds(request.headers.cookie)) {
      return refuse(response, 401, NO_SESSION)
    }
    const found =
      (await answerReport(path, this.options.desk ?? null)) ??
      (await this.files.answer(path, `ws://${authority}`))
    if (found === null) return refuse(response, 404, 'There is no such file.')
    response.writeHead(found.status, { ...found.headers, 'content-length': found.body.byteLength })
    response.end(request.method === 'HEAD' ? undefined : found.body)
  }

  /** GET: is there a session? POST: trades the launch token in the body for one. */
  private async session(
    request: IncomingMessage,
    response: ServerResponse,
    authority: string,
  ): Promise<void> {
    const holds = this.sessions.holds(request.headers.cookie)
    if (request.method === 'GET') {
      return holds ? done(response) : refuse(response, 401, NO_SESSION)
    }
    if (request.method !== 'POST') {
      response.setHeader('allow', 'GET, POST')
      return refuse(response, 405, 'Only GET and POST are answered here.')
    }
    if (request.headers.origin !== `http://${authority}`) {
      return refuse(response, 403, 'Only the lab’s own page may open a session.')
    }
    if (!this.tries.take()) return refuse(response, 429, 'Too many tries; wait a second.')
    const token = await readBody(request)
    if (token === null) return refuse(response, 413, 'The body is too long for a token.')
    const cookie = this.sessions.redeem(token)
    if (cookie !== null) {
      this.launch = this.launchUrl()
      this.options.onFreshUrl?.(this.launch)
      response.setHeader('set-cookie', cookie)
      return done(response)
    }
    // A reload of the launch link in the browser that used it.
    return holds ? done(response) : refuse(response, 401, NO_SESSION)
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const authority = this.authority(request)
    if (authority === null) return refuseUpgrade(socket, '403 Forbidden')
    if (request.headers.origin !== `http://${authority}`) {
      return refuseUpgrade(socket, '403 Forbidden')
    }
    if (!this.sessions.holds(request.headers.cookie)) {
      return refuseUpgrade(socket, '401 Unauthorized')
    }
    if (pathOf(request) !== '/ws') return refuseUpgrade(socket, '404 Not Found')
    if (this.sockets.clients.size >= SOCKETS_MAX) {
      return refuseUpgrade(socket, '503 Service Unavailable')
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const channel = webSocketChannel(webSocket)
      const { lab, desk = null, shell = null, onNote } = this.options
      serveViewer(channel, lab, { room: this.room, desk, shell, ...(onNote ? { onNote } : {}) })
      this.attended()
      channel.onClose(() => this.attended())
    })
  }

  /** Starts or stops waiting for a viewer to come back. */
  private attended(): void {
    const { abandonedMs = 0, onAbandoned } = this.options
    if (this.abandoned) clearTimeout(this.abandoned)
    this.abandoned = null
    if (abandonedMs === 0 || !onAbandoned) return
    // `ws` forgets a socket after it has told of its close, so the room is asked.
    if (this.room.count === 0) this.abandoned = setTimeout(onAbandoned, abandonedMs)
  }
}

const NO_SESSION =
  'This link was used already, or it is not the newest one. Take the last link in the terminal.'

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new LabCallError('portInUse', `Port ${port} of ${LOOPBACK} is in use. Choose another.`),
      )
    })
    server.listen(port, LOOPBACK, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

function pathOf(request: IncomingMessage): string {
  const [path = '/'] = (request.url ?? '/').split('?')
  return path
}

function done(response: ServerResponse): void {
  response.writeHead(204, { ...pageHeaders(freshNonce(), null), 'cache-control': 'no-store' })
  response.end()
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {
    ...pageHeaders(freshNonce(), null),
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify({ words }))
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

/** The body as text; null if it is longer than a token can be. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > TOKEN_BYTES_MAX) return null
    chunks.push(part)
  }
  return Buffer.concat(chunks).toString('utf8')
}
