/**
 * Fork: a recorded run of real processes goes on in the simulator, from one event of its record.
 * Machines, disks and timers are those of the recording; messages that flew are lost, links and
 * disks are sound, and from there on seed and virtual time decide.
 *
 * Result: a run directory of its own: the events up to the cut, then those of the simulation,
 *         judged together. It says of which run and step it is a fork.
 * Errors: ForkError, RecordedStepsError, FrameError, with file and line where there is one.
 */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ActiveFault } from '../../core/fault'
import type { LabEvent, LabFact } from '../../core/event'
import type { MachineInput } from '../../core/machineTypes'
import type { ReplicaConfig } from '../../core/paxos/config'
import type { StableRecord } from '../../core/paxos/effect'
import type { Snapshot } from '../../core/paxos/snapshot'
import { Agenda } from '../../core/sim/agenda'
import { SimDisk } from '../../core/sim/disk'
import { createPrng } from '../../core/sim/prng'
import { replayLife } from '../../core/sim/start'
import type { SimStart } from '../../core/sim/start'
import { drawPlan, TICKS_PER_SECOND } from '../../core/sim/swarm'
import { runTrial } from '../../core/trial/trial'
import type { TrialResult } from '../../core/trial/trial'
import type { RecordingHead } from '../../core/check/replay/recording'
import { cutAt, ForkError } from './forkCut'
import type { NodeCut } from './forkCut'
import { OfflineRun } from './offlineRun'
import { recordedRun } from './recordedSteps'
import { listRecordings, readRecording } from './recordingFiles'
import type { RecordingFile } from './recordingFiles'
import { readEvents } from './textLines'

export interface ForkOptions {
  readonly runDir: string
  /** `seq` of an event of its record. */
  readonly step: number
  readonly seed: number
  readonly seconds: number
  /** Where the new run directory is made. */
  readonly runsDir: string
  readonly appVersion: string
}

export interface ForkEnd {
  readonly runDir: string
  readonly cuts: readonly NodeCut[]
  readonly trial: TrialResult
}

export async function forkRun(options: ForkOptions): Promise<ForkEnd> {
  const { runDir, step, seed, seconds } = options
  const files = await listRecordings(runDir)
  const first = files[0]
  if (first === undefined) {
    throw new ForkError(`${runDir} holds no recorded inputs to go on from`)
  }
  const { head } = await readLife(first, 0)
  if (!head.factsOn) throw new ForkError(`${runDir} told no facts, so that no step names a round`)
  const { node: _node, members, ...config } = head.config
  const events = await allEvents(runDir, step)
  const cuts = cutAt(events, step, await recordedRun(runDir), members)
  const start = await Promise.all(cuts.map((cut) => startOf(cut, files, head.config)))
  const prefix = await prefixOf(events, step, cuts, files, seed)
  const last = prefix.at(-1)
  const after = { seq: prefix.length, atMs: last?.atMs ?? 0, nodeSeqs: nodeSeqsOf(prefix) }
  const safetyTicks = Math.round(seconds * TICKS_PER_SECOND)
  const plan = drawPlan({ seed, nodes: members.length, safetyTicks, config })
  const run = await OfflineRun.begin(options.runsDir, {
    title: `Fork of ${basename(runDir)} at step ${step}, seed ${seed}`,
    source: 'replay',
    seed,
    nodes: members.length,
    config,
    appVersion: options.appVersion,
  })
  for (const event of prefix) run.append(event)
  const trial = runTrial({
    plan,
    fork: { events: prefix, start, after },
    messages: true,
    onEvent: (event) => run.append(event),
  })
  const { verdict, chosenSlots, operations, hash, checks, history } = trial
  const measures = { chosenSlots, operations, hash, forkOf: await idOf(runDir), forkStep: step }
  await run.end({ verdict, measures, checks, history })
  return { runDir: run.dir, cuts, trial }
}

async function allEvents(runDir: string, step: number): Promise<LabEvent[]> {
  const events: LabEvent[] = []
  for await (const event of readEvents(runDir)) events.push(event)
  const last = events.at(-1)?.seq ?? 0
  if (events.some(({ seq }) => seq === step)) return events
  throw new ForkError(`there is no step ${step}: the record has steps 1 to ${last}`)
}

/** The record of a run is named by its hash, wherever its directory goes. */
async function idOf(runDir: string): Promise<string> {
  try {
    const result: unknown = JSON.parse(await readFile(join(runDir, 'result.json'), 'utf8'))
    if (typeof result === 'object' && result !== null && 'recordHash' in result) {
      return String(result.recordHash)
    }
  } catch {
    // A run that was cut short has no result.
  }
  return basename(runDir)
}

interface Recovered {
  readonly snapshot: Snapshot | null
  readonly records: readonly StableRecord[]
}

interface ReadLife extends Recovered {
  readonly head: RecordingHead
  readonly rounds: readonly (readonly MachineInput[])[]
  /** Facts told when the last of these rounds was over. */
  readonly facts: number
  /** True: these are all rounds, and the process ended in order. */
  readonly closed: boolean
}

async function readLife(file: RecordingFile, roundsMax: number): Promise<ReadLife> {
  let head: RecordingHead | null = null
  let snapshot: Snapshot | null = null
  const records: StableRecord[] = []
  const rounds: (readonly MachineInput[])[] = []
  let facts = 0
  let closed = false
  for await (const line of readRecording(file)) {
    if (line.kind === 'head') head = line.head
    else if (line.kind === 'snapshot') snapshot = line.snapshot
    else if (line.kind === 'records') records.push(...line.records)
    else if (line.kind === 'round' && rounds.length < roundsMax) {
      rounds.push([{ type: 'clock', ticks: line.round.ticks }, ...line.round.inputs])
      facts = line.round.facts
    } else {
      closed = line.kind === 'end' && line.end.why === 'closed'
      break
    }
  }
  if (head === null) throw new ForkError(`${file.path} was cut before its first line ended`)
  return { head, snapshot, records, rounds, facts, closed }
}

async function startOf(
  cut: NodeCut,
  files: readonly RecordingFile[],
  config: ReplicaConfig,
): Promise<SimStart> {
  const { node, life, round, down } = cut
  const own = files.filter((file) => file.node === node)
  const file = own.find((one) => one.life === life)
  if (!down && file !== undefined) {
    const { head, snapshot, records, rounds } = await readLife(file, round)
    return { node, life, config: head.config, snapshot, records, rounds }
  }
  const next = own.find((one) => one.life > life)
  const base = { node, life, rounds: [], down: true, config: { ...config, node } }
  // What the next life recovered is what the disk held.
  if (next !== undefined) {
    const { head, snapshot, records } = await readLife(next, 0)
    return { ...base, config: head.config, snapshot, records }
  }
  if (file === undefined) return { ...base, snapshot: null, records: [] }
  const { head, snapshot, records, rounds, closed } = await readLife(file, round)
  const start = { node, life, config: head.config, snapshot, records, rounds }
  const disk = diskAfter(start, closed)
  return { ...base, config: head.config, ...disk }
}

/** What was durable when a life ended; one that was closed had flushed all that it wrote. */
function diskAfter(start: SimStart, closed: boolean): Recovered {
  const ignore = (): void => {}
  const host = {
    onDurable: ignore,
    onSnapshotSaved: ignore,
    onFailed: ignore,
    onStrike: ignore,
  }
  const disk = new SimDisk(new Agenda(), createPrng(1), [1, 1], host)
  disk.load(start.snapshot, start.records)
  replayLife(start.config, start, disk)
  if (closed) disk.close(0)
  return { snapshot: disk.snapshot, records: disk.records }
}

/** The events within the cut, counted anew, and what ends with it. */
async function prefixOf(
  events: readonly LabEvent[],
  step: number,
  cuts: readonly NodeCut[],
  files: readonly RecordingFile[],
  seed: number,
): Promise<LabEvent[]> {
  const facts = new Map<number, number>()
  for (const { node, life, round } of cuts) {
    const file = files.find((one) => one.node === node && one.life === life)
    if (file !== undefined) facts.set(node, (await readLife(file, round)).facts)
  }
  const within = events.filter((event) => {
    if (event.seq <= step) return true
    const cut = cuts.find(({ node }) => node === event.by)
    if (cut === undefined || !('nodeSeq' in event)) return false
    if (event.life !== cut.life) return event.life < cut.life
    return event.nodeSeq <= (facts.get(cut.node) ?? 0)
  })
  const atMs = within.at(-1)?.atMs ?? 0
  const words =
    `step ${step} of the record: from here on simulated with seed ${seed}; ` +
    'messages on their way are lost'
  const closing: LabFact[] = [
    ...activeFaults(within).map((fault): LabFact => {
      return { type: 'faultEnded', fault: { ...fault, endedAtMs: atMs } }
    }),
    { type: 'labNote', level: 'info', words },
  ]
  const closed = closing.map((fact): LabEvent => ({ seq: 0, atMs, by: 'lab', ...fact }))
  return [...within, ...closed].map((event, at) => {
    const counted = { ...event, seq: at + 1 }
    return counted.type === 'clusterStarted' ? { ...counted, source: 'replay' } : counted
  })
}

/** Faults that had not ended; a process that is down stays so. */
function activeFaults(events: readonly LabEvent[]): ActiveFault[] {
  const active = new Map<string, ActiveFault>()
  for (const event of events) {
    if (event.type === 'faultStarted') active.set(event.fault.id, event.fault)
    else if (event.type === 'faultEnded') active.delete(event.fault.id)
  }
  const down = ['kill', 'stop', 'powerLoss', 'wipe']
  return [...active.values()].filter(({ fault }) => !down.includes(fault.kind))
}

function nodeSeqsOf(events: readonly LabEvent[]): Map<number, number> {
  const found = new Map<number, number>()
  for (const event of events) {
    if (event.by !== 'lab' && 'nodeSeq' in event) found.set(event.by, event.nodeSeq)
  }
  return found
}
