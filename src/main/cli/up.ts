/** `paxos-lab up`: starts a cluster, says where it is, and does what standard input asks. */
import { join, resolve } from 'node:path'
import { LEADER_POLICY } from '../../core/paxos/config'
import { DEFAULT_CLUSTER } from '../../shared/api'
import type { ClusterOptions, LabStatus, NodeCount } from '../../shared/api'
import { clusterLabels, quorumWords } from '../../shared/clusterOptions'
import { leaderOf, policyWords, verdictOf } from '../../shared/labWords'
import { VERBS } from '../../shared/verbs'
import { assembleLab } from '../assemble'
import { assembleDesk } from '../assembleDesk'
import { startWebHost } from '../host/webHost'
import type { WebHost } from '../host/webHost'
import type { HostDesk } from '../host/reportPage'
import { joinCardPath } from '../lab/joinCard'
import type { LabController } from '../lab/lab'
import { alarmViewer } from './alarms'
import { CLUSTER_FLAGS, optionsToTell, withFlags } from './clusterFlags'
import type { ClusterFlags } from './clusterFlags'
import { Ending } from './ending'
import { chooseRunsDir, finish, giveUp } from './labCommand'
import type { CliContext, CommandResult } from './labCommand'
import { Output } from './output'
import { UsageError, wholeFlag, cliCommand } from './usage'
import type { CliCommand } from './usage'
import { VerbLoop } from './verbLoop'

const PORT_MAX = 65_535
const SEED_MAX = 0xffff_ffff

const args = {
  nodes: { type: 'string', default: '5', valueHint: '3|5|7|9', description: 'Number of nodes' },
  direct: { type: 'boolean', description: 'Nodes dial each other: no switchboard, no link faults' },
  data: {
    type: 'string',
    valueHint: 'DIR',
    description: 'Keep the data here, and go on with what is there',
  },
  ...CLUSTER_FLAGS,
  'client-port': {
    type: 'string',
    valueHint: 'BASE',
    description: 'Node i listens for clients at BASE + i - 1; without it the system chooses',
  },
  join: {
    type: 'string',
    valueHint: 'N',
    description: 'Leave the place of node N to a node of your own; its join card is in a file',
  },
  seed: { type: 'string', default: '1', valueHint: 'S', description: 'Randomness of the faults' },
  telemetry: {
    type: 'string',
    default: 'facts',
    valueHint: 'facts|off',
    description: 'What nodes report; off is for benchmarks: nothing is drawn or checked',
  },
  web: { type: 'boolean', description: 'Serve the window to a browser too' },
  runs: { type: 'string', valueHint: 'DIR', description: 'Folder for the records of runs' },
  json: { type: 'boolean', description: 'JSON lines on standard output' },
} as const

export interface UpFlags extends ClusterFlags {
  readonly nodes: string
  readonly direct?: boolean | undefined
  readonly data?: string | undefined
  readonly 'client-port'?: string | undefined
  readonly join?: string | undefined
  readonly seed: string
  readonly telemetry: string
  readonly web?: boolean | undefined
  readonly runs?: string | undefined
  readonly json?: boolean | undefined
}

export function upCommand(context: CliContext): CliCommand {
  const description = 'Starts a cluster, then reads verbs from standard input, one a line'
  const verbs = Object.values(VERBS).map(({ usage, help }) => `  ${usage}\n      ${help}`)
  return cliCommand(
    { name: 'up', description },
    args,
    ({ args: flags }) => up(flags, context),
    `\n\nVERBS\n\n${verbs.join('\n')}`,
  )
}

async function up(flags: UpFlags, context: CliContext): Promise<number> {
  const options = clusterOptions(flags)
  const output = new Output(flags.json === true)
  const ending = new Ending()
  const { mainDir, version: appVersion } = context
  const place = { mainDir, appVersion, runsDir: chooseRunsDir(flags.runs, output) }
  const lab = await assembleLab(place)
  const desk = flags.web === true ? assembleDesk(lab, place) : null
  lab.subscribe(alarmViewer((words) => output.complain(words)))
  let web: WebHost | null = null
  try {
    const started = lab.startCluster(options)
    const early = await Promise.race([started, ending.asked])
    // Closing the lab below cuts the start short; its rejection is then no news.
    if (typeof early === 'string') started.catch(() => {})
    else {
      if (desk !== null) web = await openWeb(lab, desk, context, output)
      await sayReady(lab, output, web)
      await new VerbLoop(lab, output, ending).run()
    }
    return await close(lab, output, String(ending.signal.reason))
  } catch (error) {
    return giveUp(output, error)
  } finally {
    await web?.close()
    await Promise.all([desk?.close(), lab.close()])
    ending.dispose()
  }
}

function clusterOptions(flags: UpFlags): ClusterOptions {
  const telemetry = flags.telemetry
  if (telemetry !== 'facts' && telemetry !== 'off') {
    throw new UsageError(`--telemetry ${telemetry} is none of facts, off`)
  }
  const port = flags['client-port']
  const nodes = nodeCount(flags.nodes)
  const portMax = PORT_MAX - nodes + 1
  const base: ClusterOptions = {
    ...DEFAULT_CLUSTER,
    nodes,
    policy: LEADER_POLICY,
    direct: flags.direct === true,
    seed: wholeFlag(flags.seed, 'seed', 0, SEED_MAX),
    clientPortBase: port === undefined ? 0 : wholeFlag(port, 'client-port', 1024, portMax),
    dataDir: flags.data === undefined ? null : resolve(flags.data),
    telemetry,
    freezeOnViolation: true,
    ...(flags.join === undefined ? {} : { join: wholeFlag(flags.join, 'join', 1, nodes) }),
  }
  return withFlags(base, flags)
}

function nodeCount(text: string): NodeCount {
  const count = ([3, 5, 7, 9] as const).find((each) => String(each) === text)
  if (count === undefined) throw new UsageError(`--nodes ${text} is none of 3, 5, 7, 9`)
  return count
}

async function openWeb(
  lab: LabController,
  desk: HostDesk,
  context: CliContext,
  output: Output,
): Promise<WebHost> {
  return startWebHost({
    ...{ lab, desk },
    rendererDir: join(context.mainDir, '../renderer'),
    onFreshUrl: (url) => output.complain(`For another browser: ${url}`),
    onNote: (words) => output.complain(words),
  })
}

async function sayReady(lab: LabController, output: Output, web: WebHost | null): Promise<void> {
  const status = lab.status()
  const url = web?.url ?? null
  const { cluster, runDir, options } = status
  const ready = {
    ready: true,
    cluster,
    nodes: status.nodes.map((view) => ({
      id: view.node,
      pid: view.pid,
      client: { host: view.clientHost, port: view.clientPort },
    })),
    leader: leaderOf(status),
    runDir,
    url,
    dataDir: options?.dataDir ?? runDir,
    direct: options?.direct ?? false,
    joinCard: cardOf(status),
    ...(options && optionsToTell(options)),
  }
  output.result(ready, readyWords(status, url))
}

/** Path of the join card; null if every node is the lab's own. */
function cardOf({ options, runDir }: LabStatus): string | null {
  if (options?.join === undefined || runDir === null) return null
  return joinCardPath(runDir, options.join)
}

function readyWords(status: LabStatus, url: string | null): string {
  const leader = leaderOf(status)
  const { options } = status
  return [
    `Cluster ${status.cluster} of ${status.nodes.length} nodes is ready` +
      (leader === null ? ', no node leads' : `, node ${leader} leads`) +
      (options ? `; ${optionWords(options)}` : ''),
    ...status.nodes.map(({ node, pid, clientHost, clientPort }) =>
      node === options?.join
        ? `  node ${node}  your own: its join card is ${cardOf(status)}`
        : `  node ${node}  pid ${pid}  redis-cli -h ${clientHost} -p ${clientPort}`,
    ),
    `The run is recorded in ${status.runDir}`,
    ...(url === null ? [] : [`Open ${url}`]),
    'Type a verb ("help" lists them), or quit.',
  ].join('\n')
}

function optionWords(options: ClusterOptions): string {
  const { policy, tickMs, quorums } = options
  const words = [`policy ${policyWords(policy, tickMs)}`, ...clusterLabels(options)]
  return (quorums.kind === 'majority' ? words : [...words, quorumWords(quorums)]).join('; ')
}

/** The verdict of what happened, from the checks and the measures of the whole run. */
async function close(lab: LabController, output: Output, reason: string): Promise<number> {
  const { status } = await lab.snapshot()
  if (status.state === 'running') await lab.stopCluster()
  const { runDir } = status
  const last = lab.lastResult()
  const checks = verdictOf(last ?? status)
  // A verdict over a record with holes can be checked by nobody.
  const verdict = checks === 'valid' && last?.verdict === 'unknown' ? 'unknown' : checks
  const result: CommandResult = { verdict, measures: last?.measures ?? {}, runDir }
  // The answer to `quit` and the result are one line.
  return finish(output, result, reason === 'quit' ? { ok: true, verb: 'quit' } : { reason })
}
