/**
 * Load process for servers that speak the Redis protocol: closed-loop SET clients over raw sockets.
 *
 * node bench/load.mjs --ports 6379,6380 --clients 64 --pipeline 16 --seconds 3 [--patience-ms 250]
 *
 * Each connection keeps PIPELINE commands outstanding. Latency is from hand-over to the socket to
 * the parsed answer. Without patience a broken connection ends the process with an error; with it
 * the client goes on at the next port, and a refused write is tried again after RETRY_MS.
 */
import { connect } from 'node:net'
import { keyDraws } from './figures.mjs'
import { KEYS, VALUE, loadOptions, measure } from './loadOptions.mjs'

const RETRY_MS = 5
const options = loadOptions()
const meter = measure(options)
const draw = keyDraws(KEYS)

/** Built once: only the keys differ. */
const COMMANDS = Array.from({ length: KEYS }, (_, number) => {
  const key = `key:${number}`
  return `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${VALUE.length}\r\n${VALUE}\r\n`
})

/** One connection, replaced by the next when it breaks. */
class Client {
  #rest = ''
  /** @type {number[]} */
  #sentAt = []
  #head = 0
  #isOpen = false
  #socket

  /** @param {number} turn */
  constructor(turn) {
    this.turn = turn
    const port = options.ports[turn % options.ports.length] ?? 0
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('connect', () => this.#fill((this.#isOpen = true)))
    this.#socket.on('data', (chunk) => this.#take(String(chunk)))
    this.#socket.on('error', (error) => this.#broken(error.message))
    this.#socket.on('close', () => this.#closed())
  }

  /** @param {number} now */
  checkPatience(now) {
    const sentAt = this.#sentAt[this.#head]
    if (sentAt !== undefined && now - sentAt > options.patienceMs) this.#socket.destroy()
  }

  /** @param {boolean} wanted */
  #fill(wanted) {
    if (!wanted || !this.#isOpen) return
    let batch = ''
    const now = performance.now()
    for (let open = this.#sentAt.length - this.#head; open < options.pipeline; open += 1) {
      this.#sentAt.push(now)
      batch += COMMANDS[draw()] ?? ''
    }
    if (batch !== '') this.#socket.write(batch, 'latin1')
  }

  /**
   * Answers to SET are one line each: `+OK` or an error.
   * @param {string} chunk
   */
  #take(chunk) {
    const text = this.#rest + chunk
    const now = performance.now()
    let start = 0
    let refused = false
    for (;;) {
      const end = text.indexOf('\r\n', start)
      if (end < 0) break
      const sentAt = this.#sentAt[this.#head] ?? now
      this.#head += 1
      if (text[start] === '+') meter.ack(sentAt, now)
      else {
        meter.error(text.slice(start, end))
        refused = true
      }
      start = end + 2
    }
    this.#rest = text.slice(start)
    if (this.#head === this.#sentAt.length || this.#head > 1024) {
      this.#sentAt.splice(0, this.#head)
      this.#head = 0
    }
    if (refused) setTimeout(() => this.#fill(true), RETRY_MS)
    else this.#fill(true)
  }

  /** @param {string} words */
  #broken(words) {
    if (options.patienceMs > 0) return
    process.stderr.write(`load: ${words}\n`)
    process.exit(1)
  }

  #closed() {
    this.#broken('the server closed a connection')
    this.#isOpen = false
    meter.lost += this.#sentAt.length - this.#head
    const at = clients.indexOf(this)
    setTimeout(() => (clients[at] = new Client(this.turn + 1)), RETRY_MS)
  }
}

const clients = Array.from({ length: options.clients }, (_, turn) => new Client(turn))
if (options.patienceMs > 0) {
  setInterval(() => {
    const now = performance.now()
    for (const client of clients) client.checkPatience(now)
  }, options.patienceMs / 10)
}
