/**
 * A bare Multi-Paxos node: what this stack can do when nothing is in the way. A yardstick, no
 * product: the first node leads for ever, nothing is recovered, retried or reported.
 *
 * node bench/skeleton.mjs NODE DIR      prints {"peer":PORT,"client":PORT}, then reads one line,
 *                                       the peer ports of all nodes as a JSON list, and starts.
 *
 * As in the shipped node: JSON frames, one a line; a batch of slots a turn, sent before the local
 * flush; one fdatasync serves all that wait; the leader counts its own vote after its flush.
 */
import { fdatasync, openSync, writeSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** @typedef {import('node:net').Socket} Socket */
/** @typedef {{ key: string, value: string, client: Socket }} Pending */
/**
 * @typedef {{ type: 'prepare', ballot: number } | { type: 'promise', ballot: number }
 *   | { type: 'accept', ballot: number, slot: number, chosen: number, values: string[][] }
 *   | { type: 'accepted', ballot: number, through: number }} Frame
 */

const [, , node = '1', dir = '.'] = process.argv
const BALLOT = 1
const ZEROS = Buffer.alloc(1 << 20)
const AHEAD_BYTES_MIN = 1 << 21
/** @type {Map<string, string>} */
const store = new Map()

/** Log with group commit, filled with zeros ahead of its end. */
const log = {
  fd: openSync(join(dir, `skeleton${node}.log`), 'w'),
  offset: 0,
  fileBytes: 0,
  gathered: '',
  /** @type {(() => void)[]} */
  waiting: [],
  running: false,

  /**
   * @param {string} line
   * @param {() => void} durable
   */
  append(line, durable) {
    this.gathered += line
    this.waiting.push(durable)
    if (!this.running) this.flush()
  },

  flush() {
    while (this.fileBytes < this.offset + AHEAD_BYTES_MIN) {
      this.fileBytes += writeSync(this.fd, ZEROS, 0, ZEROS.length, this.fileBytes)
    }
    const waiting = this.waiting
    this.offset += writeSync(this.fd, this.gathered, this.offset)
    this.gathered = ''
    this.waiting = []
    this.running = true
    fdatasync(this.fd, (error) => {
      if (error) throw error
      this.running = false
      for (const durable of waiting) durable()
      if (this.waiting.length > 0) this.flush()
    })
  },
}

/**
 * @param {Socket} socket
 * @param {(line: string) => void} onLine
 * @param {string} end
 */
function lines(socket, onLine, end = '\n') {
  let rest = ''
  socket.setEncoding('latin1').on('error', () => process.exit(1))
  socket.on('data', (chunk) => {
    const parts = (rest + String(chunk)).split(end)
    rest = parts.pop() ?? ''
    for (const part of parts) onLine(part)
  })
}

/**
 * @param {Socket} socket
 * @param {Frame} frame
 */
const send = (socket, frame) => void socket.write(`${JSON.stringify(frame)}\n`, 'latin1')

/**
 * The acceptor and learner of a follower.
 * @param {Socket} leader
 */
function follow(leader) {
  let promised = 0
  let applied = 0
  /** @type {Map<number, string[]>} */
  const accepted = new Map()
  lines(leader, (line) => {
    /** @type {Frame} */
    const frame = JSON.parse(line)
    if (frame.type === 'prepare' && frame.ballot > promised) {
      promised = frame.ballot
      const answer = () => send(leader, { type: 'promise', ballot: promised })
      log.append(`${line}\n`, answer)
    } else if (frame.type === 'accept' && frame.ballot >= promised) {
      const { ballot, slot, values } = frame
      values.forEach((value, at) => accepted.set(slot + at, value))
      const through = slot + values.length - 1
      log.append(`${line}\n`, () => send(leader, { type: 'accepted', ballot, through }))
      for (; applied < frame.chosen; applied += 1) {
        const [key = '', value = ''] = accepted.get(applied + 1) ?? []
        accepted.delete(applied + 1)
        store.set(key, value)
      }
    }
  })
}

/** Proposer, acceptor and learner of the leader; answers clients when their slot is chosen. */
class Leader {
  /** @type {Pending[]} */
  gathering = []
  /** @type {Map<number, Pending>} */
  proposed = new Map()
  last = 0
  chosen = 0
  own = 0
  promises = 1

  /** @param {Socket[]} peers */
  constructor(peers) {
    this.peers = peers
    this.through = peers.map(() => 0)
    peers.forEach((peer, at) => {
      send(peer, { type: 'prepare', ballot: BALLOT })
      lines(peer, (line) => {
        /** @type {Frame} */
        const frame = JSON.parse(line)
        if (frame.type === 'promise') this.promises += 1
        else if (frame.type === 'accepted') {
          this.through[at] = frame.through
          this.learn()
        }
      })
    })
  }

  /** @param {Pending} request */
  submit(request) {
    this.gathering.push(request)
    if (this.gathering.length === 1) setImmediate(() => this.propose())
  }

  propose() {
    if (this.promises <= (this.peers.length + 1) / 2)
      return void setTimeout(() => this.propose(), 5)
    const values = this.gathering.map(({ key, value }) => [key, value])
    const slot = this.last + 1
    for (const request of this.gathering) this.proposed.set((this.last += 1), request)
    this.gathering = []
    const { last, chosen } = this
    const line = `${JSON.stringify({ type: 'accept', ballot: BALLOT, slot, chosen, values })}\n`
    for (const peer of this.peers) peer.write(line, 'latin1')
    log.append(line, () => {
      this.own = last
      this.learn()
    })
  }

  learn() {
    const votes = [this.own, ...this.through].sort((a, b) => b - a)
    const through = votes[votes.length >> 1] ?? 0
    /** @type {Map<Socket, string>} */
    const answers = new Map()
    while (this.chosen < through) {
      this.chosen += 1
      const request = this.proposed.get(this.chosen)
      if (request === undefined) continue
      this.proposed.delete(this.chosen)
      store.set(request.key, request.value)
      answers.set(request.client, (answers.get(request.client) ?? '') + '+OK\r\n')
    }
    for (const [client, text] of answers) client.write(text, 'latin1')
  }
}

/** @type {Leader | null} */
let leader = null
const peerServer = createServer({ noDelay: true }, follow)
const clientServer = createServer({ noDelay: true }, (client) => {
  /** @type {string[]} words of a command: `*3 $3 SET $n key $n value` */
  let words = []
  /** @param {string} line */
  const onWord = (line) => {
    words.push(line)
    if (words.length < 7) return
    leader?.submit({ key: words[4] ?? '', value: words[6] ?? '', client })
    words = []
  }
  lines(client, onWord, '\r\n')
  // A client that leaves is none of the cluster's business.
  client.removeAllListeners('error').on('error', () => client.destroy())
})

/** @param {import('node:net').Server} server */
async function portOf(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const ports = { peer: await portOf(peerServer), client: await portOf(clientServer) }
process.stdout.write(`${JSON.stringify(ports)}\n`)
const input = createInterface({ input: process.stdin })
input.on('close', () => process.exit(0))
input.once('line', (line) => {
  if (node !== '1') return
  /** @type {number[]} */
  const all = JSON.parse(line)
  leader = new Leader(
    all.slice(1).map((port) => connect({ host: '127.0.0.1', port, noDelay: true })),
  )
})
