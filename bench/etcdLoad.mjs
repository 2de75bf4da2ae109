/**
 * Load process for etcd: closed-loop KV.Put clients over gRPC, several on one connection.
 *
 * node bench/etcdLoad.mjs --ports 2379 --clients 64 --seconds 3 [--patience-ms 250]
 *
 * A client is a chain of calls, one outstanding; at most CONNECTIONS_MAX connections carry them.
 * Latency is from hand-over to the connection to the end of the answer. Patience as in load.mjs.
 */
import { keyDraws } from './figures.mjs'
import { GrpcConnection, putMessage } from './grpcPut.mjs'
import { KEYS, VALUE, loadOptions, measure } from './loadOptions.mjs'

const CONNECTIONS_MAX = 16
const RETRY_MS = 5
const options = loadOptions()
const meter = measure(options)
const draw = keyDraws(KEYS)
const MESSAGES = Array.from({ length: KEYS }, (_, number) => putMessage(`key:${number}`, VALUE))

/** @type {Map<() => void, number>} calls that may be given up, and when they were sent */
const waiting = new Map()

/**
 * @param {number} turn
 * @param {number} clients
 */
function open(turn, clients) {
  const port = options.ports[turn % options.ports.length] ?? 0
  let closed = false
  const connection = new GrpcConnection(
    port,
    () => {
      for (let i = 0; i < clients; i += 1) next()
    },
    (words) => {
      closed = true
      if (options.patienceMs === 0) {
        process.stderr.write(`load: ${words}\n`)
        process.exit(1)
      }
      setTimeout(() => open(turn + 1, clients), RETRY_MS)
    },
  )
  const later = () => void setTimeout(next, RETRY_MS)

  function next() {
    if (closed) return
    const sentAt = performance.now()
    const giveUp = () => connection.cancel(stream)
    const stream = connection.put(MESSAGES[draw()] ?? Buffer.alloc(0), (error) => {
      waiting.delete(giveUp)
      if (error === null) {
        meter.ack(sentAt, performance.now())
        next()
      } else {
        meter.error(error)
        later()
      }
    })
    if (stream === 0) later()
    else if (options.patienceMs > 0) waiting.set(giveUp, sentAt)
  }
}

const connections = Math.min(options.clients, CONNECTIONS_MAX)
for (let turn = 0; turn < connections; turn += 1) {
  open(turn, Math.floor((options.clients + connections - 1 - turn) / connections))
}
if (options.patienceMs > 0) {
  setInterval(() => {
    const now = performance.now()
    for (const [giveUp, sentAt] of waiting) if (now - sentAt > options.patienceMs) giveUp()
  }, options.patienceMs / 10)
}
