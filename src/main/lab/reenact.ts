/**
 * Re-enactment: a schedule of explorer or simulator is driven on real processes, over TCP and to
 * real disks, in the order of its acts. It ends in a run directory like any other, with the
 * schedule, and with what the disks hold in the end. See docs/reenactment.md.
 *
 * Judging: the live checks of the run judge what the nodes tell; `disks.txt` is read from the logs
 *          after every process has been killed.
 * Errors:  LabCallError: the schedule cannot be played, a cluster does not start, or an act does
 *          not come to pass. Nothing is left running then, and the run ends with verdict unknown.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabEvent } from '../../core/event'
import { DEFAULT_REPLICA } from '../../core/paxos/config'
import type { StableRecord } from '../../core/paxos/effect'
import type { Schedule } from '../../core/schedule'
import { DEFAULT_CLUSTER, LabCallError } from '../../shared/api'
import type { ClusterOptions } from '../../shared/api'
import { acceptorsOf, clusterFault } from '../../shared/clusterOptions'
import type { Programs } from './cluster'
import { newIdentity } from './dataDir'
import { SCHEDULE_FILE } from './offlineRun'
import { chosenWords, reportDisks } from './reenactDisks'
import type { DiskReport } from './reenactDisks'
import { makePlan } from './reenactPlan'
import type { Plan, PlannedAct } from './reenactPlan'
import { ACT_WAIT_MS, ReenactStage } from './reenactStage'
import { Run } from './run'
import type { RunResult, ScenarioEnd } from './run'
import { RESULT_FILE, writeJson } from './runDir'
import { Session } from './session'

export const DISKS_FILE = 'disks.txt'
/** Nobody may be told that time is over while a schedule makes him wait. */
const DEADLINE_MS = 600_000

export interface ReenactOptions {
  readonly schedule: Schedule
  readonly programs: Programs
  /** A directory for run directories; made if it is missing. */
  readonly runsDir: string
  readonly appVersion: string
  /** The records of a node's log, in the order of writing; its process has ended. */
  readonly readRecords: (directory: string) => readonly StableRecord[]
  /** Ends it before its end. */
  readonly signal: AbortSignal
  /** The run directory is there. */
  onStart?(runDir: string): void
  /** An act begins. */
  onAct?(planned: PlannedAct, total: number): void
  /** Every event of the record. */
  onEvent?(event: LabEvent): void
  /** Longest wait for what one act causes. */
  readonly actWaitMs?: number
}

export interface Reenactment {
  readonly result: RunResult
  readonly runDir: string
  /** Ids of invariants that the live checks found violated. */
  readonly violated: readonly string[]
  /** It ended as the schedule says: in that violation, or in none. */
  readonly same: boolean
  readonly disks: DiskReport
}

/** @throws LabCallError; the run directory, if there is one, then holds what was done. */
export async function reenact(options: ReenactOptions): Promise<Reenactment> {
  const { schedule, runsDir, appVersion } = options
  const plan = makePlan(schedule)
  const clusterOptions = optionsOf(schedule, plan)
  let onEvent = (_event: LabEvent): void => {}
  const start = {
    title: `Re-enacted: ${schedule.title}`,
    startedAt: new Date().toISOString(),
    scenario: null,
    options: clusterOptions,
    appVersion,
  }
  const run = await Run.begin(runsDir, start, (event) => onEvent(event))
  await writeJson(join(run.dir, SCHEDULE_FILE), schedule)
  options.onStart?.(run.dir)
  const play = new Reenacting(options, plan, run, clusterOptions)
  onEvent = (event) => {
    play.stage.take(event)
    options.onEvent?.(event)
  }
  try {
    return await play.play()
  } finally {
    await run.close()
  }
}

class Reenacting {
  readonly stage: ReenactStage
  private readonly session: Session

  constructor(
    private readonly options: ReenactOptions,
    private readonly plan: Plan,
    private readonly run: Run,
    private readonly cluster: ClusterOptions,
  ) {
    const { nodes, mode } = cluster
    this.session = new Session(run, {
      programs: options.programs,
      options: cluster,
      identity: newIdentity(nodes, mode, cluster),
      runDir: run.dir,
      dataDir: run.dir,
      onStatus: () => {},
    })
    this.stage = new ReenactStage(this.session, plan, {
      signal: options.signal,
      waitMs: options.actWaitMs ?? ACT_WAIT_MS,
      onAct: (planned) => {
        const act = `act ${planned.number}: ${planned.words}`
        this.session.tell({ type: 'acted', act, actor: 'scenario' })
        options.onAct?.(planned, plan.acts.length)
      },
    })
  }

  async play(): Promise<Reenactment> {
    const onExit = (): void => this.session.cluster.killNow()
    process.on('exit', onExit)
    try {
      await this.start()
      await this.stage.play()
      return await this.end()
    } catch (error) {
      await this.session.end(() => ({ verdict: 'unknown', measures: { actsDone: null } }))
      throw error
    } finally {
      process.off('exit', onExit)
    }
  }

  private async start(): Promise<void> {
    const { session, cluster } = this
    session.tell({
      type: 'clusterStarted',
      ...session.identity,
      direct: cluster.direct,
      seed: cluster.seed,
      policy: cluster.policy,
      scenario: this.options.schedule.title,
      source: 'processes',
    })
    await session.cluster.start()
    const lost = session.cluster.members.find(({ answers }) => !answers)
    if (lost === undefined) return
    const words = [`node ${lost.node} does not start`, ...lost.view().failure].join('; ')
    throw new LabCallError('childFailed', words)
  }

  /** Kills first: an orderly end would flush what the schedule left unflushed. */
  private async end(): Promise<Reenactment> {
    const { session, run } = this
    const running = session.cluster.members.filter(({ answers }) => answers)
    await Promise.all(running.map((member) => member.kill()))
    const disks = this.readDisks()
    const ended = await session.end(() => this.judge(disks))
    // Some checks end only with the run: whether it ended as it should is known now.
    const violated = ended.checks.filter(({ state }) => state === 'violated').map(({ id }) => id)
    const { invariant } = this.options.schedule.end
    const same = invariant === null ? violated.length === 0 : violated.includes(invariant)
    const result: RunResult = {
      ...ended,
      verdict: same || ended.verdict === 'violated' ? ended.verdict : 'unknown',
      measures: { ...ended.measures, sameEnd: same ? 'yes' : 'no' },
    }
    await writeJson(join(run.dir, RESULT_FILE), result)
    return { result, runDir: run.dir, violated, same, disks }
  }

  private judge(disks: DiskReport): ScenarioEnd {
    const { schedule } = this.options
    writeFileSync(join(this.run.dir, DISKS_FILE), `${schedule.title}\n\n${disks.text}`)
    return {
      // What the checks find comes on top.
      verdict: 'valid',
      measures: {
        acts: this.plan.acts.length,
        expected: schedule.end.invariant ?? 'no violation',
        framesUnexpected: this.stage.strangers,
        votesOnDisk: disks.votes,
        valuesChosenOnDisk: disks.valuesMax,
        chosenOnDisk: chosenWords(disks.chosen),
      },
    }
  }

  private readDisks(): DiskReport {
    const { session, options } = this
    const disks = session.identity.members.map((node) => ({
      node,
      records: options.readRecords(session.cluster.nodeDir(node)),
    }))
    return reportDisks(disks, acceptorsOf(this.cluster), this.cluster.quorums)
  }
}

/** The nodes' own configuration is that of the schedule; what the lab itself looks at says so. */
function optionsOf({ config, flush = 'auto' }: Schedule, { nodes }: Plan): ClusterOptions {
  const whole = { ...DEFAULT_REPLICA, ...config }
  const { mode, policy, variant, mutant, quorums, roles, learnerMode } = whole
  const { phases, refusal, windowSlots, snapshotSlots } = whole
  const options: ClusterOptions = {
    ...DEFAULT_CLUSTER,
    ...{ nodes, mode, policy, variant, mutant, quorums, roles, learnerMode },
    ...{ phases, refusal, windowSlots, snapshotSlots },
    requestDeadlineMs: DEADLINE_MS,
    // A wiped disk is an act of schedules: its node comes back, and never votes again.
    rejoin: 'learner',
    recordInputs: true,
    hand: { flush, config },
  }
  const fault = clusterFault(options)
  if (fault !== null) throw new LabCallError('badArgument', `the schedule's config: ${fault}`)
  return options
}
