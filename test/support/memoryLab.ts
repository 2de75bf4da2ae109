/**
 * MemoryLab: a test double of `Lab`. It records every call, answers at once, fails on request, and
 * pushes what a test tells it to. It runs no node.
 */
import type { LabEvent, LearnerReadResult } from '../../src/core/event'
import { EMPTY_SERIES } from '../../src/core/measure/series'
import type { SeriesFrame } from '../../src/core/measure/series'
import type { SlotView } from '../../src/core/machineTypes'
import type { StormEnd } from '../../src/core/storm/storm'
import type {
  Lab,
  LabApi,
  LabPush,
  LabSnapshot,
  LabStatus,
  RecordText,
  SavedRun,
  WriteResult,
} from '../../src/shared/api'
import type { RecordView } from '../../src/shared/control'
import type { GateView } from '../../src/shared/gate'
import type { LogPart } from '../../src/shared/logLine'
import type { StepChoices, StepReport } from '../../src/shared/stepping'

const IDLE: LabStatus = {
  state: 'idle',
  atMs: 0,
  cluster: null,
  options: null,
  nodes: [],
  faults: [],
  load: null,
  scenario: null,
  adversary: null,
  runDir: null,
  events: 0,
  dropped: 0,
  checks: [],
  realPause: true,
}

const UNDETERMINED: LearnerReadResult = {
  verdict: 'undetermined',
  value: null,
  reason: 'nobody was asked',
  replies: [],
}

export class MemoryLab implements Lab {
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[] = []
  readonly listeners = new Set<LabPush>()
  isClosed = false
  private events_: LabEvent[] = []
  private status_ = IDLE
  private readonly failures = new Map<string, unknown>()
  private readonly held = new Map<string, Promise<void>>()

  /** The next and later calls of this name reject. */
  fail(name: keyof LabApi, error: unknown): void {
    this.failures.set(name, error)
  }

  /** Calls of this name wait; answers how to let them go on. */
  hold(name: keyof LabApi): () => void {
    let release = (): void => undefined
    this.held.set(name, new Promise((resolve) => (release = resolve)))
    return () => release()
  }

  /** Records and pushes `count` notes in one batch. */
  emit(count: number): readonly LabEvent[] {
    const from = this.events_.length + 1
    const batch = Array.from({ length: count }, (_, index) => note(from + index))
    this.events_ = [...this.events_, ...batch]
    for (const listener of this.listeners) listener.events(batch)
    return batch
  }

  /** Records without pushing, as a lab does that collects a batch. */
  record(count: number): readonly LabEvent[] {
    const from = this.events_.length + 1
    const batch = Array.from({ length: count }, (_, index) => note(from + index))
    this.events_ = [...this.events_, ...batch]
    return batch
  }

  push(batch: readonly LabEvent[]): void {
    for (const listener of this.listeners) listener.events(batch)
  }

  setStatus(change: Partial<LabStatus>): void {
    this.status_ = { ...this.status_, ...change }
    for (const listener of this.listeners) listener.status(this.status_)
  }

  pushSeries(frame: SeriesFrame): void {
    for (const listener of this.listeners) listener.series(frame)
  }

  reset(): void {
    this.events_ = []
    for (const listener of this.listeners) listener.reset(this.picture())
  }

  subscribe(push: LabPush): () => void {
    this.listeners.add(push)
    return () => this.listeners.delete(push)
  }

  async close(): Promise<void> {
    this.isClosed = true
  }

  async snapshot(): Promise<LabSnapshot> {
    await this.noted('snapshot', [])
    return this.picture()
  }

  startCluster = (...args: unknown[]) => this.noted('startCluster', args)
  stopCluster = (...args: unknown[]) => this.noted('stopCluster', args)
  killNode = (...args: unknown[]) => this.noted('killNode', args)
  stopNode = (...args: unknown[]) => this.noted('stopNode', args)
  restartNode = (...args: unknown[]) => this.noted('restartNode', args)
  pauseNode = (...args: unknown[]) => this.noted('pauseNode', args)
  resumeNode = (...args: unknown[]) => this.noted('resumeNode', args)
  endFault = (...args: unknown[]) => this.noted('endFault', args)
  healAll = (...args: unknown[]) => this.noted('healAll', args)
  startElection = (...args: unknown[]) => this.noted('startElection', args)
  stepDown = (...args: unknown[]) => this.noted('stepDown', args)
  setPolicy = (...args: unknown[]) => this.noted('setPolicy', args)
  setLoad = (...args: unknown[]) => this.noted('setLoad', args)
  runScenario = (...args: unknown[]) => this.noted('runScenario', args)
  stopScenario = (...args: unknown[]) => this.noted('stopScenario', args)
  markLesson = (...args: unknown[]) => this.noted('markLesson', args)
  watchMessages = (...args: unknown[]) => this.noted('watchMessages', args)

  async openRun(id: string): Promise<SavedRun> {
    await this.noted('openRun', [id])
    const card = { id, title: 'Saved', startedAt: '2026-11-21T03:04:05.000Z', events: 0 }
    return {
      card: { ...card, verdict: 'valid' },
      ...{ status: this.status_, series: EMPTY_SERIES, milestones: this.events_.length },
      ...{ left: 0, notes: [], reading: null },
    }
  }

  async lookAtRun(id: string, share: number): Promise<SavedRun> {
    await this.noted('lookAtRun', [id, share])
    return await this.openRun(id)
  }

  closeRun = (...args: unknown[]) => this.noted('closeRun', args)

  async runText(id: string, from: number): Promise<RecordText> {
    await this.noted('runText', [id, from])
    return { text: '', next: null, bytes: 0 }
  }

  async runMilestones(id: string, from: number, count: number): Promise<readonly LabEvent[]> {
    await this.noted('runMilestones', [id, from, count])
    return this.events_.slice(from, from + count)
  }

  async logs(run: string | null, from: number, count: number): Promise<LogPart> {
    await this.noted('logs', [run, from, count])
    return { lines: [], next: from, lost: 0 }
  }

  async runEvents(id: string, from: number, to: number): Promise<readonly LabEvent[]> {
    await this.noted('runEvents', [id, from, to])
    return this.events_.filter(({ seq }) => seq >= from && seq <= to)
  }

  async changeLinks(...args: unknown[]): Promise<string> {
    await this.noted('changeLinks', args)
    return 'f1'
  }

  async partition(...args: unknown[]): Promise<string> {
    await this.noted('partition', args)
    return 'f2'
  }

  gateList = (...args: unknown[]) => this.atGate('gateList', args)
  gateRelease = (...args: unknown[]) => this.atGate('gateRelease', args)
  gateDrop = (...args: unknown[]) => this.atGate('gateDrop', args)
  gateDuplicate = (...args: unknown[]) => this.atGate('gateDuplicate', args)
  gateWait = (...args: unknown[]) => this.atGate('gateWait', args)
  gateMove = (...args: unknown[]) => this.atGate('gateMove', args)
  startStepping = (...args: unknown[]) => this.noted('startStepping', args)
  stopStepping = (...args: unknown[]) => this.noted('stopStepping', args)

  async stepChoices(...args: unknown[]): Promise<StepChoices> {
    await this.noted('stepChoices', args)
    return { steps: 0, frames: [], framesTotal: 0, nodes: [] }
  }

  async stepPerform(...args: unknown[]): Promise<StepReport> {
    await this.noted('stepPerform', args)
    const nothing = { lost: null, events: [], eventsTotal: 0, framesTotal: 0 }
    return { number: 1, step: 'step 1: nothing', ...nothing }
  }

  async stepScript(...args: unknown[]): Promise<readonly string[]> {
    await this.noted('stepScript', args)
    return ['step on']
  }

  stopAdversary = (...args: unknown[]) => this.noted('stopAdversary', args)

  async gateInspect(...args: unknown[]): Promise<string> {
    await this.noted('gateInspect', args)
    return '{"type":"accept"}'
  }

  startStorm = (...args: unknown[]) => this.noted('startStorm', args)

  async stopStorm(): Promise<StormEnd> {
    await this.noted('stopStorm', [])
    return { converged: true, tookMs: 12, words: 'all have caught up' }
  }

  async startAdversary(...args: unknown[]): Promise<string> {
    await this.noted('startAdversary', args)
    return 'f3'
  }

  async command(node: number, args: readonly string[]): Promise<WriteResult> {
    await this.noted('command', [node, args])
    return { node, outcome: 'ok', reply: args.join(' '), latencyMs: 1 }
  }

  async propose(node: number, args: readonly string[]): Promise<WriteResult> {
    await this.noted('propose', [node, args])
    return { node, outcome: 'ok', reply: 'OK', latencyMs: 1 }
  }

  async learnerRead(...args: unknown[]): Promise<LearnerReadResult> {
    await this.noted('learnerRead', args)
    return UNDETERMINED
  }

  async read(...args: unknown[]): Promise<LearnerReadResult> {
    await this.noted('read', args)
    return UNDETERMINED
  }

  async powerLoss(...args: unknown[]): Promise<readonly string[]> {
    await this.noted('powerLoss', args)
    return ['f1']
  }

  wipeNode = (...args: unknown[]) => this.started('wipeNode', args)
  storageFault = (...args: unknown[]) => this.started('storageFault', args)
  slowNode = (...args: unknown[]) => this.started('slowNode', args)
  clockFault = (...args: unknown[]) => this.started('clockFault', args)
  failpoint = (...args: unknown[]) => this.started('failpoint', args)

  async records(...args: unknown[]): Promise<readonly RecordView[]> {
    await this.noted('records', args)
    return [{ offset: 0, bytes: 20, kind: 'promise', text: 'promise 1.1' }]
  }

  async slots(...args: unknown[]): Promise<readonly SlotView[]> {
    await this.noted('slots', args)
    return [{ slot: 1, state: 'open', vote: null, chosen: null }]
  }

  async events(from: number, to: number): Promise<readonly LabEvent[]> {
    await this.noted('events', [from, to])
    return this.events_.slice(from - 1, to)
  }

  private async atGate(name: string, args: readonly unknown[]): Promise<GateView> {
    await this.noted(name, args)
    return { frames: [], total: 0 }
  }

  private async started(name: keyof LabApi, args: unknown[]): Promise<string> {
    await this.noted(name, args)
    return 'f1'
  }

  private async noted(name: string, args: readonly unknown[]): Promise<void> {
    this.calls.push({ name, args })
    await this.held.get(name)
    if (this.failures.has(name)) throw this.failures.get(name)
  }

  private picture(): LabSnapshot {
    return {
      status: this.status_,
      events: this.events_.slice(-5000),
      earlier: [],
      series: EMPTY_SERIES,
      scenarios: [],
      runs: [],
    }
  }
}

function note(seq: number): LabEvent {
  return { seq, atMs: seq, by: 'lab', type: 'labNote', level: 'info', words: `note ${seq}` }
}
