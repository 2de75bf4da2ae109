/**
 * SET throughput and latency of a three-node cluster on loopback, flush on, 64-byte values; direct
 * and through the switchboard. Absolute figures drift with disk and machine: compare within one run
 * only.
 *
 * npm run bench -- [--rounds 3] [--seconds 3] [--out FILE]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

/**
 * @typedef {{ clients: number, pipeline: number }} Load
 * @typedef {{ perSecond: number, p50Ms: number, p99Ms: number, errors: Record<string, number> }}
 *   Figures
 * @typedef {{ id: number, client: { port: number } }} ReadyNode
 * @typedef {{ leader: number, nodes: ReadyNode[] }} Ready
 * @typedef {Map<string, Figures[]>} Results
 */

const here = import.meta.dirname
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    out: { type: 'string', default: '' },
  },
})
const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), out: values.out }

const SETUPS = [
  { name: 'direct, no telemetry', flags: ['--direct', '--telemetry=off'], to: 'leader' },
  { name: 'direct, facts', flags: ['--direct'], to: 'leader' },
  { name: 'direct, facts, at a follower', flags: ['--direct'], to: 'follower' },
  { name: 'switchboard, facts', flags: [], to: 'leader' },
]
const LOADS = [
  { clients: 1, pipeline: 1 },
  { clients: 16, pipeline: 1 },
  { clients: 64, pipeline: 1 },
  { clients: 64, pipeline: 16 },
]

/**
 * Starts `paxos-lab up` and answers its ready line.
 * @param {string[]} flags
 * @param {string} runs
 */
async function up(flags, runs) {
  const cli = join(here, '../src/main/labCli.mjs')
  const args = [cli, 'up', '--nodes=3', '--json', `--runs=${runs}`, ...flags]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  /** @type {Ready} */
  const ready = await new Promise((resolve, reject) => {
    lines.once('line', (line) => resolve(JSON.parse(line)))
    child.once('exit', (code) => reject(new Error(`up ended with code ${code}`)))
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const quit = async () => {
    child.stdin.end('quit\n')
    await ended
  }
  return { ready, quit }
}

/**
 * @param {number} port
 * @param {Load} wanted
 * @returns {Promise<Figures>}
 */
async function load(port, { clients, pipeline }) {
  const args = [join(here, 'load.mjs'), port, clients, pipeline, options.seconds, 1].map(String)
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  return JSON.parse(text)
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/**
 * @param {Results} results
 * @param {number} number
 */
async function round(results, number) {
  for (const { name, flags, to } of SETUPS) {
    const runs = mkdtempSync(join(tmpdir(), 'paxos-bench-'))
    const { ready, quit } = await up(flags, runs)
    try {
      const node = ready.nodes.find(({ id }) => (id === ready.leader) === (to === 'leader'))
      if (node === undefined) throw new Error(`no ${to} to load`)
      for (const wanted of LOADS) {
        const figures = await load(node.client.port, wanted)
        const row = `${name} | ${wanted.clients} x ${wanted.pipeline}`
        results.set(row, [...(results.get(row) ?? []), figures])
        process.stderr.write(`round ${number} | ${row}: ${figures.perSecond} SET/s\n`)
      }
    } finally {
      await quit()
      rmSync(runs, { recursive: true, force: true })
    }
  }
}

/** @param {Results} results */
function table(results) {
  const head = [
    `3 nodes, flush on, 64-byte values, ${cpus().length} CPUs, Node ${process.versions.node}, ` +
      `median of ${options.rounds} rounds of ${options.seconds} s`,
    '',
    '| setup | clients x pipeline | SET/s | p50 ms | p99 ms | errors |',
    '|---|---|---|---|---|---|',
  ]
  const rows = [...results].map(([row, figures]) => {
    /** @param {(each: Figures) => number} pick */
    const of = (pick) => median(figures.map(pick))
    const errors = figures.flatMap(({ errors }) => Object.values(errors))
    const cells = [
      of(({ perSecond }) => perSecond),
      of(({ p50Ms }) => p50Ms).toFixed(2),
      of(({ p99Ms }) => p99Ms).toFixed(2),
      errors.reduce((sum, count) => sum + count, 0),
    ]
    return `| ${row} | ${cells.join(' | ')} |`
  })
  return [...head, ...rows, ''].join('\n')
}

/** @type {Results} */
const results = new Map()
for (let number = 1; number <= options.rounds; number += 1) await round(results, number)
const text = table(results)
process.stdout.write(text)
if (options.out !== '') writeFileSync(options.out, text)
