/**
 * Load process: closed-loop SET clients over raw sockets, one JSON line of figures at the end.
 *
 * node bench/load.mjs PORTS CLIENTS PIPELINE SECONDS WARM_SECONDS
 * Each connection keeps PIPELINE commands outstanding. Latency is from hand-over to the socket to
 * the parsed answer. Values have 64 bytes, keys are drawn from 10,000.
 */
import { connect } from 'node:net'

const [ports = '', clients = '1', pipeline = '1', seconds = '3', warm = '1'] = process.argv.slice(2)
const depth = Number(pipeline)
const value = 'x'.repeat(64)
const KEYS = 10_000

/** @typedef {{ rest: string, sent: number[] }} Connection */

/** @type {number[]} */
const latenciesUs = []
/** @type {Map<string, number>} */
const errors = new Map()
let measuring = false
let done = 0
let draw = 0x9e3779b9

function command() {
  draw ^= draw << 13
  draw ^= draw >>> 17
  draw ^= draw << 5
  const key = `key:${(draw >>> 0) % KEYS}`
  return `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$64\r\n${value}\r\n`
}

/**
 * Answers to SET are one line each: `+OK` or an error.
 * @param {Connection} state
 * @param {string} chunk
 */
function takeLines(state, chunk) {
  const text = state.rest + chunk
  let start = 0
  for (;;) {
    const end = text.indexOf('\r\n', start)
    if (end < 0) break
    take(state, text, start)
    start = end + 2
  }
  state.rest = text.slice(start)
}

/**
 * @param {Connection} state
 * @param {string} text
 * @param {number} start
 */
function take(state, text, start) {
  const sentAt = state.sent.shift()
  if (!measuring || sentAt === undefined) return
  done += 1
  latenciesUs.push((performance.now() - sentAt) * 1000)
  if (text[start] === '+') return
  const words = text.slice(start, text.indexOf('\r\n', start))
  errors.set(words, (errors.get(words) ?? 0) + 1)
}

/** @param {number} port */
function client(port) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  /** @type {Connection} */
  const state = { rest: '', sent: [] }
  const fill = () => {
    let batch = ''
    const now = performance.now()
    while (state.sent.length < depth) {
      state.sent.push(now)
      batch += command()
    }
    if (batch !== '') socket.write(batch)
  }
  socket.setEncoding('latin1')
  socket.on('connect', fill)
  socket.on('data', (chunk) => {
    takeLines(state, String(chunk))
    fill()
  })
  socket.on('error', (error) => {
    process.stderr.write(`load: ${error.message}\n`)
    process.exit(1)
  })
}

const targets = ports.split(',').map(Number)
for (let i = 0; i < Number(clients); i += 1) client(targets[i % targets.length] ?? 0)
setTimeout(
  () => {
    measuring = true
    const startedAt = performance.now()
    setTimeout(() => report(performance.now() - startedAt), Number(seconds) * 1000)
  },
  Number(warm) * 1000,
)

/** @param {number} elapsedMs */
function report(elapsedMs) {
  latenciesUs.sort((a, b) => a - b)
  /** @param {number} q */
  const at = (q) => Math.round(latenciesUs[Math.floor(latenciesUs.length * q)] ?? 0) / 1000
  const figures = {
    perSecond: Math.round((done / elapsedMs) * 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    errors: Object.fromEntries(errors),
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  process.exit(0)
}
