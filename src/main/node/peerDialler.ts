/**
 * One outgoing link: dials a peer, says hello, then sends frames one way.
 *
 * Limits: while the peer does not read, frames wait up to `PEER_QUEUE_BYTES_MAX`; then the whole
 *         queue is dropped and counted: the protocol sends again what still matters. While there is
 *         no connection only the newest frames are kept.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { printFrame } from '../../shared/frame'
import type { Hello } from '../../shared/hello'

export const PEER_QUEUE_BYTES_MAX = 8 * 1024 * 1024
/** What a peer that comes back is told of the past: enough for a handshake, no flood. */
export const OFFLINE_QUEUE_BYTES_MAX = 64 * 1024
export const REDIAL_MS_MIN = 50
export const REDIAL_MS_MAX = 1000
/** A connection that lasted this long counts as a success: through a proxy every dial succeeds. */
const STEADY_MS = 500

export interface PeerListener {
  onPeerConnected(peer: number): void
  onPeerLost(peer: number, reason: string): void
}

export class PeerDialler {
  /** Frames lost in a full queue while connected; those to a dead peer are counted apart. */
  dropped = 0
  droppedOffline = 0
  /** Handed to the connection that stands now. */
  private handed = 0
  private socket: Socket | null = null
  private connected = false
  private closed = false
  private queue: string[] = []
  private queueBytes = 0
  /** Frames of a drained queue that the socket has not taken yet. */
  private draining = 0
  private round = ''
  private roundFrames = 0
  private redialMs = REDIAL_MS_MIN
  private redialTimer: NodeJS.Timeout | null = null
  private connectedAtMs = 0

  constructor(
    readonly peer: number,
    private host: string,
    private port: number,
    private readonly hello: () => Hello,
    private readonly listener: PeerListener,
  ) {
    this.dial()
  }

  /** A new address ends the connection to the old one. */
  moveTo(host: string, port: number): void {
    if (host === this.host && port === this.port) return
    this.host = host
    this.port = port
    this.redialMs = REDIAL_MS_MIN
    const old = this.socket
    if (old) this.lost(old, 'address changed')
    this.redialNow()
  }

  /** The peer has just dialled us, so it is up: no reason to wait. */
  redialNow(): void {
    if (this.socket || this.closed) return
    if (this.redialTimer) clearTimeout(this.redialTimer)
    this.redialTimer = null
    this.dial()
  }

  /** Adds a printed frame to this round. */
  add(line: string): void {
    this.round += line
    this.roundFrames += 1
  }

  /** Sends the round in one write. */
  flush(): void {
    const { round, roundFrames, socket } = this
    if (roundFrames === 0) return
    this.round = ''
    this.roundFrames = 0
    if (socket && this.connected && !socket.writableNeedDrain) {
      this.handed += roundFrames
      socket.write(round, 'latin1')
      return
    }
    this.enqueue(round)
  }

  /** Frames for the connection that stands now, handed over or about to be; null: there is none. */
  get sent(): number | null {
    if (!this.connected) return null
    return this.queue.reduce((sum, round) => sum + countFrames(round), this.handed)
  }

  close(): void {
    this.closed = true
    if (this.redialTimer) clearTimeout(this.redialTimer)
    this.socket?.destroy()
    this.socket = null
  }

  private enqueue(round: string): void {
    if (this.connected && this.queueBytes + round.length > PEER_QUEUE_BYTES_MAX) {
      for (const old of this.queue) this.dropped += countFrames(old)
      this.queue = []
      this.queueBytes = 0
    }
    this.queue.push(round)
    this.queueBytes += round.length
    if (!this.connected) this.trimOffline()
  }

  private trimOffline(): void {
    while (this.queueBytes > OFFLINE_QUEUE_BYTES_MAX) {
      const oldest = this.queue.shift()
      if (oldest === undefined) return
      this.queueBytes -= oldest.length
      this.droppedOffline += countFrames(oldest)
    }
  }

  private drain(): void {
    const { queue, socket } = this
    this.draining = 0
    if (!socket || queue.length === 0) return
    for (const round of queue) this.draining += countFrames(round)
    this.queue = []
    this.queueBytes = 0
    this.handed += this.draining
    socket.write(queue.join(''), 'latin1')
  }

  private dial(): void {
    const socket = connect({ host: this.host, port: this.port, noDelay: true })
    this.socket = socket
    let reason = 'closed by the peer'
    socket.on('connect', () => {
      this.connected = true
      this.handed = 0
      this.connectedAtMs = performance.now()
      this.listener.onPeerConnected(this.peer)
      socket.write(printFrame(this.hello()))
      this.drain()
    })
    socket.on('drain', () => this.drain())
    socket.on('error', (error) => (reason = error.message))
    socket.on('close', () => this.lost(socket, reason))
    // Nothing comes back on this link, but only a socket that is read notices its end.
    socket.resume()
  }

  private lost(socket: Socket, reason: string): void {
    if (this.socket !== socket) return
    this.socket = null
    socket.destroy()
    if (this.connected) {
      this.connected = false
      if (socket.writableLength > 0) this.dropped += this.draining
      this.draining = 0
      if (performance.now() - this.connectedAtMs >= STEADY_MS) this.redialMs = REDIAL_MS_MIN
      this.listener.onPeerLost(this.peer, reason)
      this.trimOffline()
    }
    if (this.closed) return
    this.redialTimer = setTimeout(() => {
      this.redialTimer = null
      this.dial()
    }, this.redialMs)
    this.redialMs = Math.min(this.redialMs * 2, REDIAL_MS_MAX)
  }
}

function countFrames(lines: string): number {
  let count = 0
  for (let at = lines.indexOf('\n'); at >= 0; at = lines.indexOf('\n', at + 1)) count += 1
  return count
}
