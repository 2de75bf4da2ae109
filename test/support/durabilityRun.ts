/**
 * Five real nodes under writers, while nodes are killed and lose power at random; afterwards every
 * acknowledged write is read back through every node, through the log and confirmed.
 *
 * A seed gives the same plan of faults; when each strikes depends on the machine.
 * Errors: what goes wrong is in the report, never thrown, so that a run always ends with a report.
 */
import { join } from 'node:path'
import { createPrng } from '../../src/core/sim/prng'
import type { LabStatus } from '../../src/shared/api'
import { leaderOf, logsEqual } from '../../src/shared/labWords'
import type { LabRig } from './cluster'
import { diskUse, largest, NO_DISK_USE } from './diskUse'
import type { DiskUse } from './diskUse'
import { eventually } from './eventually'
import { planFaults } from './faultPlan'
import type { PlannedFault } from './faultPlan'
import { readAll } from './readBack'
import type { ReadBackMode } from './readBack'
import { judgeReadBack, WriteHistory } from './writeHistory'
import { PlainWriter, SessionWriter } from './writers'

export const NODES = [1, 2, 3, 4, 5] as const

/** Longest time without an acknowledged write while a majority runs. */
const PROGRESS_MS_MAX = 60_000
const EQUAL_MS_MAX = 60_000
const REQUEST_DEADLINE_MS = 1500
/** How long a node stands still between write and flush; the power goes in that time. */
const STALL_MS = 400
const MODES: readonly ReadBackMode[] = ['log', 'confirmed']

/** Zeros kept ahead in a segment, 3 MiB and up to one more; during a cut there are two. */
const AHEAD_BYTES = 4 * 1024 * 1024
/** Records of a small write and what surrounds them: vote, chosen, batch. */
const SLOT_BYTES_MAX = 150
/** A cut takes time, and a node may be behind: three snapshots' worth, and this. */
const RECORD_BASE_BYTES = 128 * 1024
/** A key, its value and what surrounds them in a snapshot; there are two for a moment. */
const KEY_BYTES_MAX = 2 * 80
const SNAPSHOT_BASE_BYTES = 64 * 1024

export interface DurabilityOptions {
  readonly kills: number
  readonly powerLosses: number
  readonly seed: number
  readonly flush: boolean
  readonly snapshotSlots: number
  /** Told of each fault and each stage. */
  readonly say: (line: string) => void
}

/** What nodes kept on disk while writers wrote, and their limits. */
export interface DiskFigures {
  /** The most of any node. */
  readonly use: DiskUse
  readonly logBytesMax: number
  readonly snapshotBytesMax: number
  /** Bytes of records that a node has ever appended, and the most that its log held at a time. */
  readonly appendedBytes: number
  readonly recordBytes: number
  readonly recordBytesMax: number
  /** Which limits were passed, in words. */
  readonly beyond: readonly string[]
}

export interface DurabilityReport {
  readonly seed: number
  readonly flush: boolean
  readonly kills: number
  readonly powerLosses: number
  readonly nodesKilled: number
  readonly nodesWithoutPower: number
  /** Logs that had written bytes that were not flushed, some of which stayed, garbled. */
  readonly tornTails: number
  readonly acknowledged: number
  readonly unknown: number
  readonly refused: number
  /** Acknowledged writes that some node does not give back. */
  readonly lost: number
  readonly lostNames: readonly string[]
  readonly readBacks: readonly { readonly node: number; readonly mode: string; lost: number }[]
  /** Slots at which digests of two or more nodes were compared, and where they differ. */
  readonly slotsCompared: number
  readonly slotsDiffering: readonly number[]
  readonly logsEqual: boolean
  readonly chosenThrough: number
  /** Null: there was no way to measure. */
  readonly disk: DiskFigures | null
  readonly checks: Readonly<Record<string, string>>
  /** What should not have happened, in words. */
  readonly findings: readonly string[]
  readonly seconds: number
  readonly runDir: string
}

const NAMES_SHOWN = 20
/** Events that the lab reads at a time. */
const READ_EVENTS_MAX = 10_000

/** What is wrong, in words; empty when nothing was lost and all is well. */
export function faultsOf(report: DurabilityReport): string[] {
  const { lost, disk, checks, readBacks } = report
  const violated = Object.keys(checks).filter((id) => checks[id] === 'violated')
  const differing = report.slotsDiffering.map((slot) => `digests differ at slot ${slot}`)
  return [
    ...(lost === 0 ? [] : [`${lost} acknowledged writes are lost`]),
    ...(readBacks.length === NODES.length * MODES.length ? [] : ['not all nodes were read back']),
    ...(report.logsEqual ? [] : ['the logs did not become equal']),
    ...(disk === null ? ['the disks were not measured'] : disk.beyond),
    ...violated.map((id) => `${id} is violated`),
    ...[...differing, ...report.findings],
  ]
}

/** The rig is open and idle; the caller closes it. */
export async function runDurability(
  rig: LabRig,
  options: DurabilityOptions,
): Promise<DurabilityReport> {
  await rig.start({
    ...{ nodes: 5, seed: options.seed, flush: options.flush },
    ...{ snapshotSlots: options.snapshotSlots, requestDeadlineMs: REQUEST_DEADLINE_MS },
  })
  return await new DurabilityRun(rig, options).run()
}

class DurabilityRun {
  private readonly history = new WriteHistory()
  private readonly startMs = performance.now()
  private readonly down = new Set<number>()
  private readonly lost = new Map<string, number>()
  private readonly readBacks: { node: number; mode: string; lost: number }[] = []
  private disk: DiskUse = NO_DISK_USE
  private nodesKilled = 0
  private nodesWithoutPower = 0
  private done = { kill: 0, powerLoss: 0 }
  private equal = false
  private figures: DiskFigures | null = null

  constructor(
    private readonly rig: LabRig,
    private readonly options: DurabilityOptions,
  ) {}

  async run(): Promise<DurabilityReport> {
    const { rig, history } = this
    const requestDeadlineMs = REQUEST_DEADLINE_MS
    const parts = { lab: rig.lab, history, requestDeadlineMs }
    const writers = NODES.flatMap((node) => [
      new SessionWriter(`s${node}`, node, parts),
      new PlainWriter(`p${node}`, node, parts),
    ])
    for (const writer of writers) writer.start()
    await this.stage('faults', () => this.strikeAll())
    await this.stage('the end of the faults', () => this.rig.lab.healAll(true))
    await this.stage('the last writes', () => this.progress(50))
    await Promise.all(writers.map((writer) => writer.finish()))
    // Now, as a read-back takes slots with hundreds of keys each.
    await this.stage('disk figures', () => this.measureDisk())
    await this.stage('equal logs', () => this.waitForEqualLogs())
    for (const node of NODES) {
      for (const mode of MODES) {
        await this.stage(`the read-back of node ${node}`, () => this.readBack(node, mode))
      }
    }
    return this.report()
  }

  /** What fails in a stage is a finding; the next stage is tried all the same. */
  private async stage(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      const cause = error instanceof Error && error.cause ? ` (${String(error.cause)})` : ''
      this.history.find(`${what}: ${String(error)}${cause}`)
    }
  }

  private async strikeAll(): Promise<void> {
    const { seed, kills, powerLosses, say } = this.options
    const prng = createPrng(seed)
    for (const [index, fault] of planFaults({ prng, kills, powerLosses }).entries()) {
      await this.progress(fault.writesBefore)
      const victims = this.victimsOf(fault)
      if (fault.kind === 'kill') await this.kill(fault, victims)
      else await this.losePower(fault, victims)
      this.done[fault.kind] += 1
      this.sampleDisk()
      const { acknowledged, unknown, findings } = this.history
      const counts = `${acknowledged} acknowledged, ${unknown} unknown, ${findings.length} findings`
      const torn = fault.tornTail ? ', torn tail' : ''
      say(`${index + 1}: ${fault.kind} ${victims.join(',')}${torn}; ${counts}`)
    }
  }

  private async kill(fault: PlannedFault, victims: readonly number[]): Promise<void> {
    const { lab } = this.rig
    for (let times = 0; times < fault.times; times += 1) {
      await Promise.all(victims.map((node) => lab.killNode(node)))
      this.nodesKilled += victims.length
      for (const node of victims) this.down.add(node)
      if (times + 1 < fault.times) await this.restart(victims)
    }
    if (this.majorityRuns()) await this.progress(fault.writesWhileDown)
    // Now and then one stays down while the next fault strikes others.
    const back = [...this.down].filter((node) => !(fault.staysDown && victims.includes(node)))
    await this.restart(back)
  }

  private async losePower(fault: PlannedFault, victims: readonly number[]): Promise<void> {
    const { lab } = this.rig
    const stalls: string[] = []
    if (fault.stalls) {
      const stall = { action: 'delay', skip: 0, delayMs: STALL_MS } as const
      const arm = { ...stall, name: 'flush.afterWrite' }
      stalls.push(...(await Promise.all(victims.map((node) => lab.failpoint(node, arm)))))
    }
    await lab.powerLoss(victims, fault.tornTail)
    this.nodesWithoutPower += victims.length
    for (const node of victims) this.down.add(node)
    const active = lab.status().faults.filter(({ id }) => stalls.includes(id))
    for (const { id } of active) await lab.endFault(id)
    if (this.majorityRuns()) await this.progress(fault.writesWhileDown)
    await this.restart([...this.down])
  }

  private victimsOf({ victims, leaderFirst }: PlannedFault): number[] {
    const running = NODES.filter((node) => !this.down.has(node))
    const named = victims.filter((node) => !this.down.has(node))
    const alive = named.length > 0 ? named : running.slice(0, 1)
    const leader = leaderOf(this.rig.lab.status())
    if (!leaderFirst || leader === null || alive.includes(leader)) return alive
    return [leader, ...alive.slice(1)]
  }

  private async restart(nodes: readonly number[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.rig.lab.restartNode(node)))
    for (const node of nodes) this.down.delete(node)
  }

  private majorityRuns(): boolean {
    return this.down.size <= 2
  }

  private async progress(writes: number): Promise<void> {
    const wanted = this.history.acknowledged + writes
    const isThere = () => this.history.acknowledged >= wanted
    await eventually(`${writes} acknowledged writes`, isThere, PROGRESS_MS_MAX)
  }

  private async waitForEqualLogs(): Promise<void> {
    const read = async () => logsEqual(await this.rig.status())
    this.equal = await eventually('equal logs', read, EQUAL_MS_MAX)
  }

  private async measureDisk(): Promise<void> {
    this.sampleDisk()
    const { disk: use } = this
    const recordBytes = mostRecordBytes(this.rig.statuses)
    const recordBytesMax = RECORD_BASE_BYTES + 3 * this.options.snapshotSlots * SLOT_BYTES_MAX
    const logBytesMax = 2 * (AHEAD_BYTES + recordBytesMax)
    const snapshotBytesMax = SNAPSHOT_BASE_BYTES + this.history.writes.size * KEY_BYTES_MAX
    const beyond = [
      ...(use.logBytes <= logBytesMax ? [] : [`a log has ${use.logBytes} bytes`]),
      ...(use.snapshotBytes <= snapshotBytesMax ? [] : [`snapshots: ${use.snapshotBytes} bytes`]),
      ...(recordBytes <= recordBytesMax ? [] : [`a log has ${recordBytes} bytes of records`]),
    ]
    this.figures = {
      appendedBytes: await appendedBytes(this.rig),
      ...{ use, recordBytes, recordBytesMax, logBytesMax, snapshotBytesMax, beyond },
    }
  }

  private sampleDisk(): void {
    const { runDir } = this.rig.lab.status()
    for (const node of NODES) {
      this.disk = largest(this.disk, diskUse(join(runDir ?? '', `node${node}`)))
    }
  }

  private async readBack(node: number, mode: ReadBackMode): Promise<void> {
    const view = this.rig.lab.status().nodes[node - 1]
    if (view === undefined) throw new Error(`there is no node ${node}`)
    const keys = [...this.history.writes.keys(), ...this.history.counters.keys()]
    const { lost, wrong } = judgeReadBack(this.history, await readAll(view, mode, keys))
    for (const { name, count } of lost) {
      this.lost.set(name, Math.max(count, this.lost.get(name) ?? 0))
    }
    for (const words of wrong) this.history.find(`node ${node} (${mode}): ${words}`)
    const count = lost.reduce((sum, one) => sum + one.count, 0)
    this.readBacks.push({ node, mode, lost: count })
    this.options.say(`read back ${keys.length} keys through node ${node} (${mode}): lost ${count}`)
  }

  private report(): DurabilityReport {
    const status = this.rig.lab.status()
    const { acknowledged, unknown, refused, findings } = this.history
    const torn = this.rig.events.filter(
      (event) => event.type === 'labNote' && / and \d+ torn ones/.test(event.words),
    )
    return {
      seed: this.options.seed,
      flush: this.options.flush,
      kills: this.done.kill,
      powerLosses: this.done.powerLoss,
      nodesKilled: this.nodesKilled,
      nodesWithoutPower: this.nodesWithoutPower,
      tornTails: torn.length,
      ...{ acknowledged, unknown, refused },
      lost: [...this.lost.values()].reduce((sum, count) => sum + count, 0),
      lostNames: [...this.lost.keys()].slice(0, NAMES_SHOWN),
      readBacks: this.readBacks,
      ...compareDigests(this.rig.statuses),
      logsEqual: this.equal,
      chosenThrough: Math.max(...status.nodes.map((view) => view.status?.chosenThrough ?? 0)),
      disk: this.figures,
      checks: Object.fromEntries(status.checks.map(({ id, state }) => [id, state])),
      findings: [...findings, ...productFailures(this.rig)],
      seconds: Math.round((performance.now() - this.startMs) / 1000),
      runDir: status.runDir ?? '',
    }
  }
}

/** Nodes that ended although nobody asked, in words. */
function productFailures(rig: LabRig): string[] {
  return rig.events.flatMap((event) =>
    event.type === 'nodeExited' && !event.injected
      ? [`node ${event.node} ended by itself: ${event.tail.join(' ')}`]
      : [],
  )
}

/** The end of the whole log, by the newest record that a node told to be durable. */
async function appendedBytes({ lab }: LabRig): Promise<number> {
  const { events: count } = lab.status()
  const newest = await lab.events(Math.max(1, count - READ_EVENTS_MAX + 1), count)
  return Math.max(0, ...newest.map((event) => (event.type === 'persisted' ? event.offset : 0)))
}

function mostRecordBytes(statuses: readonly LabStatus[]): number {
  const views = statuses.flatMap(({ nodes }) => nodes)
  return views.reduce((most, { status }) => Math.max(most, status?.logBytes ?? 0), 0)
}

/** Every status that was ever told: the same slot must always have the same digest. */
function compareDigests(
  statuses: readonly LabStatus[],
): Pick<DurabilityReport, 'slotsCompared' | 'slotsDiffering'> {
  const seen = new Map<number, { digest: string; nodes: Set<number> }>()
  const differing = new Set<number>()
  for (const { nodes } of statuses) {
    for (const { node, status } of nodes) {
      if (status === null) continue
      const { appliedThrough, digest } = status
      const first = seen.get(appliedThrough) ?? { digest, nodes: new Set<number>() }
      seen.set(appliedThrough, first)
      first.nodes.add(node)
      if (first.digest !== digest) differing.add(appliedThrough)
    }
  }
  const compared = [...seen.values()].filter(({ nodes }) => nodes.size > 1)
  return { slotsCompared: compared.length, slotsDiffering: [...differing] }
}
