/**
 * `npm run bench`: our cluster beside etcd, Redis and a bare skeleton, in one run on this machine.
 * What each figure means: docs/benchmarks.md. Progress goes to standard error, results to standard
 * output; nothing is left behind, whatever happens.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../src/main/build.mjs'
import { LOADS, NO_EXTRAS } from './bars.mjs'
import { measureBigRun } from './bigRun.mjs'
import { bigRunText } from './bigRunReport.mjs'
import { compare, load } from './compare.mjs'
import { failoverEtcd, failoverOurs } from './failover.mjs'
import { machineLines } from './machine.mjs'
import { profileText } from './profile.mjs'
import { comparisonText, restartText, timesText } from './report.mjs'
import { restartTimes, startTimes } from './restarts.mjs'
import { Stage } from './stage.mjs'
import { KINDS } from './systems.mjs'
import { measureWindow } from './window.mjs'
import { windowText } from './windowReport.mjs'

const USAGE = `npm run bench -- [compare | failover | start | restart | bigrun | window] [OPTIONS]

compare     writes per second and latency of all systems (the default)
failover    time without an acknowledged write after SIGKILL of the leader
start       5 nodes, from the command to the first acknowledged write
restart     over many writes: time to serve again, memory, disk
bigrun      a long simulated run opened in the window: first picture, scrubbing, filter, memory
window      the window in Chromium at full load: frames, long tasks, heap, what was dropped

--rounds N      rounds of compare (3), 1 to 20
--seconds S     measured seconds of each load (3), 0.2 to 60
--loads A,B     some of: ${LOADS.map(({ name }) => name).join(', ')}
--systems A,B   some of: ${KINDS.map(({ id }) => id).join(', ')}
--runs N        runs of failover (20), start (5) and restart (3), 1 to 100
--etcd-runs N   runs of failover of etcd (5), 0 to 100
--events N      events of bigrun (1000000), 20000 to 5000000
--writes N      writes before a restart (1000000), 1 to 10000000
--minutes N     minutes of window (10), 0.5 to 60
--warm-up N     minutes of window before, not measured (10), 0 to 60
--messages N    messages a second of window (5000), 100 to 50000
--learners WHOM whom acceptors of window tell of votes: leader (usual) or all, which makes more
                messages of one operation
--synthetic     window over a host without nodes: what the page alone takes, by the clock
--view NAME     window shows lab or timeline only, not both in turn
--long          compare also does failover, start and restart
--smoke         everything as short as it can be, to see that it runs; no file is written
--cpu-prof DIR  instead: one load (--loads, --systems) with CPU profiles of every node; of window:
                the page's profiles, after the measured time
--dir DIR       where the data of all systems goes (the temporary folder)
--out FILE      where the report goes (bench/results/compare-VERSION.md, window-VERSION.md)
`

const SMOKE = { rounds: 1, seconds: 0.3, runs: 1, etcdRuns: 1, writes: 5000, events: 40_000 }
const SMOKE_LOADS = ['1', '64']
const SMOKE_SYSTEMS = ['ours', 'etcd', 'skeleton', 'redis']
const TOP_FUNCTIONS = 25

/** @param {string} line */
const say = (line) => void process.stderr.write(`${line}\n`)
/** @param {string} text */
const print = (text) => void process.stdout.write(`${text}\n`)

class UsageError extends Error {}

function readOptions() {
  const text = /** @type {const} */ ({ type: 'string' })
  const flag = /** @type {const} */ ({ type: 'boolean', default: false })
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{
        rounds: text,
        seconds: text,
        loads: text,
        systems: text,
        runs: text,
        writes: text,
        events: text,
      },
      ...{ 'etcd-runs': text, 'cpu-prof': text, dir: text, out: text },
      ...{ minutes: text, 'warm-up': text, messages: text, view: text },
      ...{ learners: text, synthetic: flag },
      ...{ long: flag, smoke: flag, help: flag },
    },
  })
  const { smoke } = values
  const all = { rounds: 3, seconds: 3, etcdRuns: 5, writes: 1_000_000, events: 1_000_000 }
  const usual = smoke ? SMOKE : { ...all, runs: null }
  const loads = LOADS.map(({ name }) => name)
  const systems = KINDS.map(({ id }) => id)
  return {
    command: positionals.length > 1 ? positionals.join(' ') : (positionals[0] ?? 'compare'),
    rounds: whole('rounds', values.rounds, usual.rounds, 20),
    seconds: number('seconds', values.seconds, usual.seconds, 0.2, 60),
    loads: some('loads', values.loads, smoke ? SMOKE_LOADS : loads, loads),
    systems: some('systems', values.systems, smoke ? SMOKE_SYSTEMS : systems, systems),
    runs: (/** @type {number} */ most) => whole('runs', values.runs, usual.runs ?? most, 100),
    etcdRuns: number('etcd-runs', values['etcd-runs'], usual.etcdRuns, 0, 100),
    writes: whole('writes', values.writes, usual.writes, 10_000_000),
    events: number('events', values.events, usual.events, 20_000, 5_000_000),
    minutes: number('minutes', values.minutes, smoke ? 0.5 : 10, 0.5, 60),
    warmUp: number('warm-up', values['warm-up'], smoke ? 0 : 10, 0, 60),
    messages: number('messages', values.messages, smoke ? 500 : 5000, 100, 50_000),
    learners: whom(values.learners),
    synthetic: values.synthetic,
    view: oneView(values.view),
    cpuProf: values['cpu-prof'],
    dir: resolve(values.dir ?? tmpdir()),
    out: values.out,
    isLong: values.long,
    isSmoke: smoke,
    wantsHelp: values.help,
  }
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} usual
 * @param {number} least
 * @param {number} most
 */
function number(name, text, usual, least, most) {
  const value = text === undefined ? usual : Number(text)
  if (value >= least && value <= most) return value
  throw new UsageError(`--${name} ${text} is not from ${least} to ${most}`)
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} usual
 * @param {number} most
 */
function whole(name, text, usual, most) {
  const value = number(name, text, usual, 1, most)
  if (Number.isInteger(value)) return value
  throw new UsageError(`--${name} ${text} is not a whole number`)
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {string[]} usual
 * @param {string[]} known
 */
function some(name, text, usual, known) {
  const chosen = text?.split(',').map((each) => each.trim()) ?? usual
  const strange = chosen.find((each) => !known.includes(each))
  if (strange === undefined) return chosen
  throw new UsageError(`--${name}: "${strange}" is none of ${known.join(', ')}`)
}

/**
 * @param {string | undefined} text
 * @returns {'leader' | 'all'}
 */
function whom(text) {
  if (text === undefined || text === 'leader') return 'leader'
  if (text === 'all') return text
  throw new UsageError(`--learners ${text} is neither leader nor all`)
}

/**
 * @param {string | undefined} text
 * @returns {'lab' | 'timeline' | null}
 */
function oneView(text) {
  if (text === undefined || text === 'lab' || text === 'timeline') return text ?? null
  throw new UsageError(`--view ${text} is neither lab nor timeline`)
}

/** @typedef {ReturnType<typeof readOptions>} Options */

/**
 * @param {Stage} stage
 * @param {Options} options
 */
async function runCompare(stage, options) {
  const comparison = await compare(stage, options, say)
  const extras = { ...NO_EXTRAS, droppedFacts: comparison.droppedFacts }
  const lines = []
  if (options.isLong) {
    const gaps = await runFailover(stage, options)
    const start = await runStart(stage, options)
    const restart = await restartTimes(
      stage,
      { writes: options.writes, runs: options.runs(3) },
      say,
    )
    Object.assign(extras, { failoverMs: gaps.ours, startMs: start.ms })
    Object.assign(extras, { restartMs: restart.nodeMs, restartWrites: restart.writes })
    Object.assign(extras, { residentMiB: restart.residentMiB })
    lines.push('## Times', '', ...[...gaps.lines, ...start.lines, ...restartText(restart)], '')
  }
  const version = versionOfLab()
  const { rounds, seconds, dir } = options
  const head = { version, rounds, seconds, machine: machineLines(dir) }
  const bullets = lines.map((line) => (line === '' || line.startsWith('#') ? line : `- ${line}`))
  const text = [comparisonText(comparison, extras, head), ...bullets].join('\n')
  finish(text, 'compare', options)
}

function versionOfLab() {
  const path = join(import.meta.dirname, '../package.json')
  return String(JSON.parse(readFileSync(path, 'utf8')).version)
}

/**
 * Prints a report and writes it where reports go; a smoke run writes none.
 * @param {string} text
 * @param {string} name
 * @param {Options} options
 */
function finish(text, name, { isSmoke, out }) {
  print(text)
  if (isSmoke && out === undefined) return
  const path = out ?? join(import.meta.dirname, 'results', `${name}-${versionOfLab()}.md`)
  writeFileSync(path, text)
  say(`written to ${path}`)
}

/**
 * @param {Stage} stage
 * @param {Options} options
 */
async function runWindow(stage, options) {
  const { minutes, warmUp, messages, learners, synthetic, view, dir, cpuProf } = options
  const profileDir = cpuProf === undefined ? null : resolve(cpuProf)
  const figures = await measureWindow(
    stage,
    { minutes, warmUp, messages, learners, synthetic, view, profileDir },
    say,
  )
  finish(
    windowText(figures, { version: versionOfLab(), machine: machineLines(dir) }),
    synthetic ? 'window-synthetic' : 'window',
    options,
  )
}

/**
 * @param {Stage} stage
 * @param {Options} options
 */
async function runFailover(stage, options) {
  const ours = await failoverOurs(stage, options.runs(20), say)
  const etcd = options.etcdRuns > 0 ? await failoverEtcd(stage, options.etcdRuns, say) : []
  const what = 'no write acknowledged after SIGKILL of the leader'
  return { ours, lines: [timesText(`${what}, ours`, ours), timesText(`${what}, etcd`, etcd)] }
}

/**
 * @param {Stage} stage
 * @param {Options} options
 */
async function runStart(stage, options) {
  const ms = await startTimes(stage, options.runs(5), say)
  return { ms, lines: [timesText('start of 5 nodes to the first acknowledged write', ms)] }
}

/**
 * @param {Stage} stage
 * @param {Options} options
 */
async function runBigRun(stage, options) {
  const figures = await measureBigRun(stage, options, say)
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  const text = bigRunText(figures, { version, machine: machineLines(options.dir) })
  print(text)
  if (options.isSmoke && options.out === undefined) return
  const path = options.out ?? join(import.meta.dirname, 'results', `bigrun-${version}.md`)
  writeFileSync(path, text)
  say(`written to ${path}`)
}

/**
 * One load with profiles of all nodes, and what took their time.
 * @param {Stage} stage
 * @param {Options} options
 * @param {string} path
 */
async function runProfile(stage, { loads, systems, seconds }, path) {
  const dir = resolve(path)
  mkdirSync(dir, { recursive: true })
  if (readdirSync(dir).length > 0) throw new UsageError(`--cpu-prof ${path} is not empty`)
  const load0 = LOADS.find(({ name }) => name === loads[0])
  const kind = KINDS.find(({ id }) => id === systems[0])
  if (load0 === undefined || kind === undefined) return
  const system = await kind.start(stage, dir)
  const ports = kind.to === 'leader' ? [system.leaderPort] : system.followerPorts.slice(0, 1)
  const { clients, pipeline } = load0
  const figures = await load(stage, system.generator, { ports, clients, pipeline, seconds })
  await system.stop()
  print(
    `${kind.title}, ${load0.name} clients, ${system.leader} leads: ${JSON.stringify(figures)}\n`,
  )
  for (const name of readdirSync(dir).sort()) print(profileText(join(dir, name), TOP_FUNCTIONS))
}

/**
 * @param {Stage} stage
 * @param {Options} options
 */
async function run(stage, options) {
  if (options.command === 'window') return await runWindow(stage, options)
  if (options.cpuProf !== undefined) return await runProfile(stage, options, options.cpuProf)
  switch (options.command) {
    case 'compare':
      return await runCompare(stage, options)
    case 'failover':
      return print((await runFailover(stage, options)).lines.join('\n'))
    case 'start':
      return print((await runStart(stage, options)).lines.join('\n'))
    case 'restart': {
      const { writes } = options
      const figures = await restartTimes(stage, { writes, runs: options.runs(3) }, say)
      return print(restartText(figures).join('\n'))
    }
    case 'bigrun':
      return await runBigRun(stage, options)
    default:
      throw new UsageError(`there is no "${options.command}"`)
  }
}

async function main() {
  /** @type {Options} */
  let options
  try {
    options = readOptions()
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
  if (options.wantsHelp) {
    print(USAGE)
    return 0
  }
  await ensureBuilt({ say })
  const stage = new Stage(options.dir)
  try {
    await run(stage, options)
    return 0
  } catch (error) {
    // After a signal what was started ends, and every wait for it fails: that is no news.
    if (stage.isEnding) return await new Promise(() => {})
    say(error instanceof UsageError ? error.message : String(error))
    return error instanceof UsageError ? 2 : 1
  } finally {
    if (!stage.isEnding) await stage.cleanUp()
  }
}

process.exit(await main())
