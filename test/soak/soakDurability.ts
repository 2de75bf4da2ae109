/** The durability run as a program: prints what it does and found, and answers an exit code. */
import { writeFileSync } from 'node:fs'
import { LabRig } from '../support/cluster'
import { faultsOf, NODES, runDurability } from '../support/durabilityRun'
import type { DiskFigures, DurabilityReport } from '../support/durabilityRun'

export interface SoakOptions {
  readonly kills: number
  readonly powerLosses: number
  readonly seed: number
  readonly flush: boolean
  readonly snapshotSlots: number
  /** The summary file. */
  readonly out: string
  readonly keep: boolean
}

export interface SoakOutput {
  readonly print: (text: string) => void
  readonly say: (line: string) => void
}

const SOUND = 0
const UNSOUND = 1
const NO_VERDICT = 2

export async function soakDurability(
  { out, keep, ...options }: SoakOptions,
  { print, say }: SoakOutput,
): Promise<number> {
  const rig = new LabRig()
  let kept = true
  try {
    const report = await runDurability(rig, { ...options, say })
    writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`)
    print(figures(report))
    kept = keep || (options.flush && faultsOf(report).length > 0)
    print(`summary: ${out}${kept ? `; logs and record: ${report.runDir}` : ''}`)
    print(verdict(report))
    return exitCode(report)
  } finally {
    if (kept) await rig.lab.close()
    else await rig.close()
  }
}

function exitCode(report: DurabilityReport): number {
  if (report.flush) return faultsOf(report).length === 0 ? SOUND : UNSOUND
  return report.lost > 0 ? UNSOUND : NO_VERDICT
}

function verdict(report: DurabilityReport): string {
  const { lost, acknowledged, flush, seed } = report
  if (!flush) {
    if (lost > 0) {
      return `lost ${lost} of ${acknowledged} acknowledged writes, as expected with flush off`
    }
    return 'lost nothing although flush is off: this run cannot see a loss and proves nothing'
  }
  if (faultsOf(report).length === 0) return `lost 0 of ${acknowledged} acknowledged writes`
  if (lost > 0) return `LOST ${lost} of ${acknowledged} acknowledged writes, seed ${seed}`
  return `lost 0 of ${acknowledged} acknowledged writes, but something else is wrong, seed ${seed}`
}

function figures(report: DurabilityReport): string {
  const { checks } = report
  const states = Object.entries(checks).map(([id, state]) => `${id} ${state}`)
  const readBacks = report.readBacks.length
  return [
    `${report.seconds} s, seed ${report.seed}, flush ${report.flush ? 'on' : 'off'}`,
    `faults: ${report.kills} rounds of kills (${report.nodesKilled} nodes), ` +
      `${report.powerLosses} power losses (${report.nodesWithoutPower} nodes; ` +
      `${report.tornTails} torn tails)`,
    `writes: ${report.acknowledged} acknowledged, ${report.unknown} unknown, ` +
      `${report.refused} refused`,
    `read back ${readBacks} times (${NODES.length} nodes, log and confirmed): ` +
      `lost ${report.lost}`,
    ...report.lostNames.map((name) => `  lost: ${name}`),
    `digests: ${report.slotsCompared} slots compared, ${report.slotsDiffering.length} differ; ` +
      `logs ${report.logsEqual ? 'equal' : 'NOT equal'} through slot ${report.chosenThrough}`,
    ...diskLines(report.disk),
    `checks: ${states.join(', ')}`,
    ...faultsOf(report).map((words) => `wrong: ${words}`),
  ].join('\n')
}

function diskLines(disk: DiskFigures | null): string[] {
  if (disk === null) return ['disk: not measured']
  const { use, logBytesMax, snapshotBytesMax, recordBytes, recordBytesMax, appendedBytes } = disk
  return [
    `disk of a node at most: logs ${kib(use.logBytes)} (limit ${kib(logBytesMax)}), ` +
      `snapshots ${kib(use.snapshotBytes)} (limit ${kib(snapshotBytesMax)})`,
    `records in a log at most: ${kib(recordBytes)} (limit ${kib(recordBytesMax)}) ` +
      `of ${kib(appendedBytes)} appended; newest segment ${use.segment}`,
  ]
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024).toLocaleString('en')} KiB`
}
