/**
 * OfflineRun: a run directory for events that no process made: simulator, explorer, replay. The
 * same files as a real run leaves, so that every view and every check opens both alike.
 *
 * Files:  run.json, events.ndjson (hash chain), result.json, history.jsonl and schedule.json where
 *         there is one. Nothing is lost here: `append` writes before it lets memory grow.
 * Errors: a disk that refuses is told as it is; the directory then holds no result.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { availableParallelism, release } from 'node:os'
import { join } from 'node:path'
import type { LabEvent, RunSource } from '../../core/event'
import type { HistoryEntry } from '../../core/history'
import { DEFAULT_REPLICA } from '../../core/paxos/config'
import type { ReplicaConfig } from '../../core/paxos/config'
import type { Schedule } from '../../core/schedule'
import type { CheckView } from '../../shared/api'
import { DEFAULT_CLUSTER } from '../../shared/clusterOptions'
import type { ClusterOptions } from '../../shared/clusterOptions'
import { FIRST_HASH, hashLine, printRecordLine } from './recordFile'
import type { RunResult } from './run'
import { createRunDir, RECORD_FILE, RESULT_FILE, writeJson } from './runDir'
import type { RunStart, Verdict } from './runDir'

export const HISTORY_FILE = 'history.jsonl'
export const SCHEDULE_FILE = 'schedule.json'
const PENDING_BYTES_MAX = 1024 * 1024

export interface OfflineStart {
  readonly title: string
  readonly source: RunSource
  readonly seed: number
  /** A schedule may have any count of nodes; real clusters have 3, 5, 7 or 9. */
  readonly nodes: number
  /** What is other than the shipped defaults. */
  readonly config: Partial<ReplicaConfig>
  readonly appVersion: string
  /** Name of the experiment that was played. */
  readonly scenario?: string
  /** Given: the whole options of its cluster, else they are made of `config`. */
  readonly options?: ClusterOptions
}

export interface OfflineEnd {
  readonly verdict: Verdict
  readonly measures: Readonly<Record<string, number | string | null>>
  readonly checks: readonly CheckView[]
  readonly history?: readonly HistoryEntry[]
  readonly schedule?: Schedule
  readonly expectations?: readonly object[]
  readonly steps?: readonly object[]
}

type OfflineOptions = Omit<ClusterOptions, 'nodes'> & { readonly nodes: number }

interface OfflineRunStart extends Omit<RunStart, 'options'> {
  readonly options: OfflineOptions
  readonly source: RunSource
  /** All that the options of a cluster cannot say: sizes of messages, tails of logs, mutants. */
  readonly config: Partial<ReplicaConfig>
}

/** The content of `result.json`. */
export type OfflineResult = Omit<RunResult, 'options'> & OfflineRunStart

export class OfflineRun {
  private readonly file: number
  private lines: string[] = []
  private pendingBytes = 0
  private events = 0
  private lastMs = 0
  private prev = FIRST_HASH

  private constructor(
    readonly dir: string,
    private readonly start: OfflineRunStart,
    private readonly seed: number,
  ) {
    this.file = openSync(join(dir, RECORD_FILE), 'wx')
  }

  /** Makes the run directory and opens its record. */
  static async begin(runsDir: string, start: OfflineStart): Promise<OfflineRun> {
    const { title, source, seed, config, appVersion } = start
    const startedAt = new Date().toISOString()
    const options = start.options ?? optionsOf(start)
    const scenario = start.scenario ?? null
    const runStart = { title, startedAt, scenario, options, appVersion, source, config }
    return new OfflineRun(await createRunDir(runsDir, runStart), runStart, seed)
  }

  append(event: LabEvent): void {
    const line = printRecordLine(event, this.prev)
    this.prev = hashLine(line)
    this.events += 1
    this.lastMs = event.atMs
    this.lines.push(line)
    this.pendingBytes += line.length
    if (this.pendingBytes >= PENDING_BYTES_MAX) this.flush()
  }

  /** Ends the record and writes the result. */
  async end({ history, schedule, ...told }: OfflineEnd): Promise<OfflineResult> {
    this.flush()
    closeSync(this.file)
    if (history !== undefined) {
      const text = history.map((entry) => `${JSON.stringify(entry)}\n`).join('')
      writeFileSync(join(this.dir, HISTORY_FILE), text)
    }
    if (schedule !== undefined) await writeJson(join(this.dir, SCHEDULE_FILE), schedule)
    const result: OfflineResult = {
      version: 1,
      ...told,
      seed: this.seed,
      ranMs: this.lastMs,
      events: this.events,
      eventsLost: 0,
      factsDropped: 0,
      recordHash: this.prev,
      runDir: this.dir,
      nodeVersion: process.version,
      system: `${process.platform} ${process.arch} ${release()}`,
      cpus: availableParallelism(),
      ...this.start,
    }
    await writeJson(join(this.dir, RESULT_FILE), result)
    return result
  }

  private flush(): void {
    if (this.lines.length === 0) return
    writeSync(this.file, this.lines.join('\n') + '\n')
    this.lines = []
    this.pendingBytes = 0
  }
}

/** The run's configuration in the words that views of real runs know. */
function optionsOf({ nodes, seed, config }: OfflineStart): OfflineOptions {
  const whole: Omit<ReplicaConfig, 'node' | 'members'> = { ...DEFAULT_REPLICA, ...config }
  const { mode, policy, variant, mutant, quorums, roles } = whole
  const { learnerMode, phases, refusal, snapshotSlots, windowSlots } = whole
  const rules = { mode, policy, variant, mutant, quorums, roles, learnerMode, phases, refusal }
  return { ...DEFAULT_CLUSTER, ...rules, snapshotSlots, windowSlots, nodes, seed }
}
