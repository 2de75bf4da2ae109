/**
 * Writes what a failing seed leaves: a run directory as of a real run, with messages, the plan
 * (`plan.json`), a smaller plan (`plan.min.json`) and the failure card (`failure.md`).
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { release } from 'node:os'
import type { LabEvent } from '../../core/event'
import { linkKey } from '../../core/fault'
import type { Link } from '../../core/fault'
import { DEFAULT_REPLICA } from '../../core/paxos/config'
import type { PlannedFault, SimPlan } from '../../core/sim/plan'
import { forkedWords } from '../../core/sim/fork'
import { runTrial } from '../../core/trial/trial'
import type { TrialResult } from '../../core/trial/trial'
import { printSimPlan } from '../../shared/simPlanCodec'
import { OfflineRun } from '../lab/offlineRun'
import type { MinimisedReport } from './messages'

export const PLAN_FILE = 'plan.json'
export const SMALL_PLAN_FILE = 'plan.min.json'
export const CARD_FILE = 'failure.md'

const LAST_EVENTS = 20
const LINE_CHARS_MAX = 240
const TICK_MS = 5

export interface Recorded {
  readonly runDir: string
  readonly result: TrialResult
}

/** Runs the plan once more, messages told, into a run directory. */
export async function recordTrial(
  runsDir: string,
  plan: SimPlan,
  version: string,
): Promise<Recorded> {
  const { seed, nodes, config } = plan
  const run = await OfflineRun.begin(runsDir, {
    title: `Simulated, ${forkedWords(seed, plan.forks)}`,
    source: 'simulator',
    ...{ seed, nodes, config },
    appVersion: version,
  })
  const last = new LastEvents()
  let seq = 0
  let atMs = 0
  const result = runTrial({
    plan,
    messages: true,
    onEvent: (event) => {
      seq = event.seq
      atMs = event.atMs
      run.append(event)
      last.add(event)
    },
  })
  for (const violation of result.violations) {
    seq += 1
    run.append({ seq, atMs, by: 'lab', type: 'violated', ...violation })
  }
  const { verdict, checks, history, chosenSlots, operations, hash, events } = result
  const measures = { chosenSlots, operations, hash, simulatedEvents: events }
  await run.end({ verdict, checks, history, measures })
  await writeFile(join(run.dir, PLAN_FILE), printSimPlan(plan))
  if (verdict === 'violated') {
    const card = cardText({ plan, result, last, version, runDir: run.dir })
    await writeFile(join(run.dir, CARD_FILE), card)
  }
  return { runDir: run.dir, result }
}

/** Adds the smaller plan to the directory and to its card. */
export async function recordMinimised(runDir: string, report: MinimisedReport): Promise<void> {
  const path = join(runDir, SMALL_PLAN_FILE)
  await writeFile(path, printSimPlan(report.plan))
  const { plan, trials, violation } = report
  const lines = [
    `## Made smaller, in ${trials} runs`,
    '',
    violation === null ? '' : `**${violation.invariant}** ${violation.words}`,
    '',
    ...topology(plan),
    '',
    ...schedule(plan.faults, Infinity),
    '',
    '    ' + replayCommand(path),
    '',
  ]
  await writeFile(join(runDir, CARD_FILE), lines.join('\n'), { flag: 'a' })
}

export function replayCommand(planPath: string): string {
  return `paxos-lab sim --plan ${planPath}`
}

interface CardParts {
  readonly plan: SimPlan
  readonly result: TrialResult
  readonly last: LastEvents
  readonly version: string
  readonly runDir: string
}

function cardText({ plan, result, last, version, runDir }: CardParts): string {
  const titles = new Map(result.checks.map(({ id, title }) => [id, title]))
  const broken = result.violations.map(({ invariant, words, evidence }) => {
    const title = titles.get(invariant)
    const named = title === undefined ? invariant : `${invariant} (${title})`
    const events = evidence.length === 0 ? '' : ` See the events ${evidence.join(', ')}.`
    return `- **${named}**: ${words}.${events}`
  })
  return [
    `# Failure card: seed ${plan.seed}`,
    '',
    ...broken,
    '',
    `Paxos Lab ${version}, Node ${process.version}, ${process.platform} ${process.arch} ` +
      `${release()}. ${result.events} events, ${(result.ticks * TICK_MS) / 1000} s of virtual ` +
      `time, ${result.chosenSlots} slots chosen, hash ${result.hash}.`,
    '',
    'The same run again, byte for byte:',
    '',
    '    ' + replayCommand(join(runDir, PLAN_FILE)),
    '',
    '## Topology',
    '',
    ...topology(plan),
    '',
    '## Schedule of faults',
    '',
    ...schedule(plan.faults, result.ticks),
    '',
    `## The last ${LAST_EVENTS} events of each node`,
    '',
    ...last.lines(),
    '',
  ].join('\n')
}

function topology({ nodes, config, clients }: SimPlan): string[] {
  const own = Object.entries({ ...config }).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(shippedOf(name)),
  )
  const settings = own.map(([name, value]) => `- ${name}: ${JSON.stringify(value)}`)
  const people = `${clients.clients} clients, ${clients.keys} keys, ${clients.opsMax} operations`
  return [`- ${nodes} nodes, ${people}`, ...settings]
}

function shippedOf(name: string): unknown {
  return Object.entries(DEFAULT_REPLICA).find(([other]) => other === name)?.[1]
}

/** Those that had begun by `ticks`. */
function schedule(faults: readonly PlannedFault[], ticks: number): string[] {
  const begun = faults.filter(({ at }) => at <= ticks)
  const later = faults.length - begun.length
  const lines = begun.map(({ at, until, fault }) => {
    const end = until === null ? '' : ` to ${until * TICK_MS} ms`
    const { kind, ...rest } = 'links' in fault ? { ...fault, links: linkWords(fault.links) } : fault
    return clip(`- ${at * TICK_MS} ms${end}: ${kind} ${JSON.stringify(rest)}`)
  })
  if (begun.length === 0) lines.push('No faults.')
  return later === 0 ? lines : [...lines, '', `${later} more would have come later.`]
}

function linkWords(links: readonly Link[]): string {
  return links.map(linkKey).join(' ')
}

function clip(line: string): string {
  return line.length <= LINE_CHARS_MAX ? line : `${line.slice(0, LINE_CHARS_MAX)} ...`
}

/** The newest few of each node. */
class LastEvents {
  private readonly byNode = new Map<number, LabEvent[]>()

  add(event: LabEvent): void {
    if (event.by === 'lab') return
    const events = this.byNode.get(event.by) ?? []
    events.push(event)
    if (events.length > LAST_EVENTS) events.shift()
    this.byNode.set(event.by, events)
  }

  lines(): string[] {
    const nodes = [...this.byNode].sort(([a], [b]) => a - b)
    return nodes.flatMap(([node, events]) => [
      `### Node ${node}`,
      '',
      ...events.map((event) => clip('    ' + JSON.stringify(event))),
      '',
    ])
  }
}
