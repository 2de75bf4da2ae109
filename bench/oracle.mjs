/**
 * `node bench/oracle.mjs [RUNDIR]`: how many events a second the oracle judges on one core, and
 * what share of a core 20,000 facts a second would take.
 *
 * Without a run directory it judges what a leader of five nodes tells in steady state, in batches
 * of 16 slots, once as a live run and once in the true order with a message for each batch and
 * peer. The figure is the median of several rounds, each with a new oracle; time is that of the
 * processor, collection of garbage included, so that a busy machine does not spoil it.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const ROUNDS = 7
const BATCHES = 4000
const BATCH = 16
const NODES = [1, 2, 3, 4, 5]
const LIVE_FACTS_PER_S = 20_000

const root = resolve(import.meta.dirname, '..')
const { Oracle } = await bundled('src/core/check/oracle.ts')

const runDir = process.argv[2]
if (runDir !== undefined) {
  report('the record', recordOf(runDir), { order: 'causal' })
} else {
  report('live', steadyState(false), { order: 'causal' })
  report('simulator', steadyState(true), { order: 'total' })
}

/** @param {string} entry */
async function bundled(entry) {
  const outDir = mkdtempSync(join(tmpdir(), 'paxos-oracle-bench-'))
  try {
    await build({
      configFile: false,
      root,
      logLevel: 'error',
      build: {
        lib: { entry: join(root, entry), formats: ['es'], fileName: 'bundle' },
        outDir,
        minify: false,
        target: 'node20',
      },
    })
    const file = ['bundle.js', 'bundle.mjs'].map((name) => join(outDir, name)).find(existsSync)
    return await import(pathToFileURL(String(file)).href)
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

/** @param {string} dir */
function recordOf(dir) {
  const lines = readFileSync(join(dir, 'events.ndjson'), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

/** @param {boolean} withMessages */
function steadyState(withMessages) {
  /** @type {object[]} */
  const events = []
  const counts = NODES.map(() => 0)
  const ballot = { round: 1, node: 1 }
  /** @type {(by: number, fact: object) => void} */
  const tell = (by, fact) => {
    counts[by - 1] = (counts[by - 1] ?? 0) + 1
    const seq = events.length + 1
    events.push({ seq, atMs: seq / 20, by, life: 1, nodeSeq: counts[by - 1], ...fact })
  }
  for (const by of NODES) tell(by, { type: 'promised', ballot })
  tell(1, { type: 'elected', ballot, witnesses: [1, 2, 3], forced: 0, noops: 0 })
  for (let batch = 0; batch < BATCHES; batch += 1) tellBatch(tell, ballot, batch, withMessages)
  return events
}

/**
 * @param {(by: number, fact: object) => void} tell
 * @param {{ round: number, node: number }} ballot
 * @param {number} batch
 * @param {boolean} withMessages
 */
function tellBatch(tell, ballot, batch, withMessages) {
  const slot = batch * BATCH + 1
  const from = slot
  const ids = Array.from({ length: BATCH }, (_, index) => `1.1:${from + index}`)
  const run = { ballot, slot, count: BATCH, ids }
  const digest = `d${batch}`
  const record = batch + 1
  /** @type {(by: number, to: number, message: string, after: number) => void} */
  const send = (by, to, message, after) => {
    if (!withMessages) return
    const note = { id: `${by}-${to}-${batch}-${message}`, message, ballot, slot, count: BATCH }
    tell(by, { type: 'sent', to, after, ...note })
    tell(to, { type: 'received', from: by, ...note })
  }
  tell(1, { type: 'submitted', session: '1.1', from, count: BATCH })
  tell(1, { type: 'issued', cause: 'free', ...run })
  for (const to of NODES.slice(1)) send(1, to, 'accept', 0)
  for (const by of NODES) {
    tell(by, { type: 'persisted', record, offset: record * 1000, flushMs: 0.2 })
    if (!withMessages)
      tell(by, { type: 'sentAfter', message: 'accepted', after: record, durable: record })
    if (by !== 1) send(by, 1, 'accepted', record)
    tell(by, { type: 'voted', ...run })
  }
  tell(1, { type: 'chosen', ...run })
  tell(1, { type: 'applied', through: slot + BATCH - 1, digest })
  tell(1, { type: 'answered', session: '1.1', from, count: BATCH })
  for (const by of NODES.slice(1)) {
    tell(by, { type: 'learned', slot, count: BATCH, ids, via: 'watermark' })
    tell(by, { type: 'applied', through: slot + BATCH - 1, digest })
  }
}

/**
 * @param {string} name
 * @param {object[]} events
 * @param {object} options
 */
function report(name, events, options) {
  const seconds = Array.from({ length: ROUNDS }, () => {
    const oracle = new Oracle({ acceptors: NODES, ...options })
    const begin = process.cpuUsage()
    for (const event of events) for (const { words } of oracle.feed(event)) throw new Error(words)
    oracle.finish()
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1e6
  }).sort((a, b) => a - b)
  const median = seconds[Math.floor(ROUNDS / 2)] ?? 0
  const perSecond = events.length / median
  const share = (100 * LIVE_FACTS_PER_S) / perSecond
  const figures = [
    `${name}: ${events.length} events`,
    `${Math.round(perSecond).toLocaleString('en')} a second`,
    `${share.toFixed(1)} % of a core at ${LIVE_FACTS_PER_S.toLocaleString('en')} a second`,
  ]
  process.stdout.write(`${figures.join(', ')}\n`)
}
