/**
 * A node: storage, machine, peers, clients and control, joined. Nothing here knows that it is a
 * process of its own; `index.ts` adds arguments, signals and exit.
 */
import { makeMachine } from '../../core/makeMachine'
import type { MachineInput } from '../../core/machineTypes'
import type { NodeMachine } from '../../core/nodeMachine'
import type { NodeFact, NodeStatus } from '../../core/event'
import type { PaxosFact } from '../../core/paxos/fact'
import { sendsEarly } from '../../core/paxos/mutant'
import type { LabToNode, NodeAnswer, NodeFile, NodeToLab } from '../../shared/control'
import { CallDesk } from './callDesk'
import { ClientPort } from './clientPort'
import { ControlLink } from './control'
import { EXIT, NodeExit } from './exitCodes'
import type { ExitCode } from './exitCodes'
import { failpoints } from './failpoints'
import { Hand } from './hand'
import { Health } from './health'
import type { Identity } from './helloProof'
import { printInfo } from './info'
import { InputLog } from './inputLog'
import { LocalCommands } from './localCommands'
import type { LogDisk } from './logDisk'
import { NodeClock } from './nodeClock'
import { nodeRules } from './nodeRules'
import { openStorage } from './openStorage'
import { viewRecords } from './recordText'
import { recoverMachine } from './recovery'
import { Refusals } from './refusals'
import { Runtime } from './runtime'
import { Stepper } from './stepper'
import type { Storage } from './storage'
import { Timers } from './timers'
import { Transport } from './transport'

const NOT_BY_HAND: NodeAnswer = { kind: 'error', words: 'the node is not driven by hand' }
const BY_HAND: NodeAnswer = { kind: 'error', words: 'the node is driven by hand' }
const STATUS_MS = 250
const CALL_SWEEP_MS = 50

export interface PaxosNodeOptions {
  readonly file: NodeFile
  readonly secret: Buffer
  /** The node is over; called once. */
  readonly onEnd: (code: ExitCode, words: string) => void
  readonly disk?: LogDisk
}

export class PaxosNode {
  peerPort = 0
  clientPort = 0
  private readonly storage: Storage
  private readonly machine: NodeMachine
  private readonly clock: NodeClock
  private readonly identity: Identity
  private readonly refusals = new Refusals((fact) => this.emit(fact))
  private readonly health = new Health()
  private readonly timers: Timers
  private readonly transport: Transport
  private readonly clients: ClientPort
  private readonly calls: CallDesk
  private readonly runtime: Runtime
  /** Null: time passes for this node. */
  private readonly hand: Hand | null
  private readonly stepper: Stepper
  private readonly intervals: NodeJS.Timeout[] = []
  private readonly startedAtMs = performance.now()
  private control: ControlLink | null = null
  private inputLog: InputLog | null = null
  private tags = 0
  private ended = false

  /** Opens the log. @throws StorageError if it must not be used. */
  constructor(private readonly options: PaxosNodeOptions) {
    const { file, secret } = options
    const { cluster, replica } = file
    for (const arm of file.failpoints) failpoints.arm(arm)
    this.storage = this.openStorage()
    this.storage.setFaults(file.storageFaults)
    const { life } = this.storage
    this.identity = { cluster, node: replica.node, life, secret }
    this.clock = new NodeClock(file.tickMs, file.clock)
    const votes = replica.votes && this.storage.mayVote
    this.machine = makeMachine({ ...replica, votes }, life)
    this.machine.factsOn = file.telemetry === 'facts' && file.control !== null
    const msOf = (ticks: number): number => this.clock.trueMsOf(ticks)
    this.timers = new Timers(msOf, (timer) => this.runtime.push({ type: 'timer', timer }))
    this.transport = new Transport({
      identity: this.identity,
      members: replica.members,
      refusals: this.refusals,
      emit: (fact) => this.emit(fact),
      onMessage: (from, message) => this.runtime.push({ type: 'message', from, message }),
    })
    this.clients = this.makeClientPort()
    this.calls = this.makeCallDesk()
    const { machine, storage } = this
    const push = (input: MachineInput): void => this.runtime.push(input)
    const hand = file.hand === undefined ? null : new Hand(file.hand, { machine, storage, push })
    this.hand = hand
    this.runtime = new Runtime({
      machine: hand?.machine ?? machine,
      storage: hand?.storage ?? storage,
      timers: hand?.timers ?? this.timers,
      ticks: () => hand?.ticks ?? this.clock.ticks(),
      peers: this.transport,
      facts: this,
      answers: this,
      sendsEarly: sendsEarly(file.replica.mutant),
      onRound: () => this.stepper.changed(),
    })
    this.runtime.setSlow(file.slow)
    this.stepper = this.makeStepper()
    if (file.stepping === true) this.stepper.begin()
  }

  /** Recovers, dials the lab, opens the ports, and takes part. @throws NodeExit if it cannot. */
  async start(): Promise<void> {
    const { file } = this.options
    await this.recordInputs()
    recoverMachine(this.inputLog ?? this.machine, this.storage, file.image)
    await this.dialLab()
    this.tellRecovery()
    try {
      this.peerPort = await this.transport.listen(file.host, file.peerPort)
      this.clientPort = await this.clients.listen(file.host, file.clientPort)
    } catch (error) {
      throw new NodeExit(EXIT.badStart, `cannot open a port: ${wordsOf(error)}`)
    }
    this.control?.send(this.ready())
    this.intervals.push(setInterval(() => this.sendStatus(), STATUS_MS))
    this.intervals.push(setInterval(() => this.calls.sweep(performance.now()), CALL_SWEEP_MS))
    this.runtime.push({ type: 'start' })
  }

  /** What a node says once its ports are open. */
  ready(): NodeToLab {
    const { peerPort, clientPort } = this
    return { type: 'ready', pid: process.pid, life: this.storage.life, peerPort, clientPort }
  }

  /** Orderly: everything appended becomes durable, what is to be told is told. */
  async stop(code: ExitCode, words: string): Promise<void> {
    if (this.ended) return
    this.letGo()
    await this.inputLog?.close()
    try {
      await this.storage.close()
    } catch (error) {
      this.options.onEnd(EXIT.storage, wordsOf(error))
      return
    }
    await this.control?.goodbye()
    this.options.onEnd(code, words)
  }

  /** Ends because of a failure: tells it, flushes nothing. */
  async fail(code: ExitCode, fact: NodeFact, words: string): Promise<void> {
    if (this.ended) return
    this.letGo()
    this.control?.emit(fact)
    await this.inputLog?.close()
    await this.control?.goodbye()
    this.options.onEnd(code, words)
  }

  /** Facts of protocol, storage and transport; without a lab that wants them, nowhere. */
  emit(fact: PaxosFact | NodeFact): void {
    if (this.options.file.telemetry === 'facts') this.control?.emit(fact)
  }

  onReplies(...[replies]: Parameters<ClientPort['onReplies']>): void {
    this.clients.onReplies(replies)
    this.calls.onReplies(replies)
  }

  onReads(...[reads]: Parameters<CallDesk['onReads']>): void {
    this.clients.onReads(reads)
    this.calls.onReads(reads)
  }

  status(): NodeStatus {
    return {
      ...this.machine.status(),
      ...this.health.latest,
      acked: this.clients.acked,
      clients: this.clients.clients,
      logBytes: this.storage.logBytes,
      dropped: this.transport.framesDropped + (this.control?.facts.dropped ?? 0),
    }
  }

  private openStorage(): Storage {
    const { file, disk } = this.options
    return openStorage({
      directory: file.dataDir,
      cluster: file.cluster,
      node: file.replica.node,
      flush: file.flush,
      powerWitness: file.powerWitness,
      rejoin: file.rejoin,
      lifeFloor: file.lifeFloor,
      expectLog: file.expectLog,
      ...(disk && { disk }),
      listener: {
        onDurable: (through, offset, flushMs) => {
          this.health.onFlush(flushMs)
          this.runtime.onDurable(through, offset, flushMs)
        },
        onSnapshotSaved: (through) => this.runtime.onSnapshotSaved(through),
        onStorageFailed: (error) => {
          const reason = error.message
          void this.fail(EXIT.storage, { type: 'storageFailed', reason }, reason)
        },
      },
    })
  }

  private async recordInputs(): Promise<void> {
    const { cluster, replica, tickMs, recordInputs } = this.options.file
    if (recordInputs === null) return
    const { machine, storage } = this
    const config = { ...replica, votes: replica.votes && storage.mayVote }
    const { node } = replica
    const { factsOn } = machine
    const head = { version: 1, cluster, node, life: storage.life, config, tickMs, factsOn } as const
    try {
      this.inputLog = await InputLog.open(recordInputs, head, {
        machine,
        factsTold: () => this.control?.facts.told ?? 0,
        onEnd: (limit) => this.emit({ type: 'limitReached', limit, dropped: 1 }),
      })
    } catch (error) {
      throw new NodeExit(EXIT.badStart, `cannot record inputs: ${wordsOf(error)}`)
    }
    this.runtime.record(this.inputLog)
  }

  private makeClientPort(): ClientPort {
    const { file } = this.options
    const { clientsMax, requestDeadlineMs, flush, readMode } = file
    return new ClientPort({
      clientsMax,
      ...{ requestDeadlineMs, readMode },
      refusals: this.refusals,
      newTag: () => this.newTag(),
      push: (input) => this.stepper.push(input),
      local: new LocalCommands({
        node: file.replica.node,
        flush,
        clientsMax,
        info: (sections) => this.info(sections),
        clients: () => this.clients.list,
        inside: {
          status: () => this.status(),
          slots: (from, count) => this.machine.slots(from, count),
          clientAddress: () => `${file.host}:${this.clientPort}`,
          rules: nodeRules(file.replica, flush, this.storage.mayVote, file.unnamed),
        },
      }),
    })
  }

  private makeCallDesk(): CallDesk {
    return new CallDesk({
      requestDeadlineMs: this.options.file.requestDeadlineMs,
      newTag: () => this.newTag(),
      push: (input) => this.runtime.push(input),
      answer: (call, answer) => this.control?.send({ type: 'answer', call, answer }),
      status: () => this.status(),
      slots: (from, count) => this.machine.slots(from, count),
      setClock: (clock) => this.clock.set(clock),
      setSlow: (slow) => this.runtime.setSlow(slow),
      setStorageFaults: (faults) => this.storage.setFaults(faults),
      records: (fromOffset, count) => viewRecords(this.storage.read(fromOffset, count)),
      hand: (act) => this.hand?.act(act) ?? NOT_BY_HAND,
      step: (act) => (this.hand === null ? this.stepper.act(act) : BY_HAND),
      isPaused: () => this.runtime.paused,
      pause: () => this.setPaused(true),
      resume: () => this.setPaused(false),
    })
  }

  private makeStepper(): Stepper {
    const { timers, clock, runtime, transport } = this
    return new Stepper({
      ...{ timers, clock, runtime, transport },
      holdDeadlines: (held) => {
        this.clients.holdDeadlines(held)
        this.calls.holdDeadlines(held)
      },
      tell: (view) => this.control?.send({ type: 'stepping', view }),
      tellFacts: () => this.control?.sendFacts(),
    })
  }

  private newTag(): number {
    this.tags += 1
    return this.tags
  }

  private async dialLab(): Promise<void> {
    const { control } = this.options.file
    if (!control) return
    try {
      this.control = await ControlLink.connect(control, this.identity, {
        onFrame: (frame) => this.takeFrame(frame),
        onControlLost: (reason) => {
          this.letGo()
          this.options.onEnd(EXIT.controlLost, `control channel lost: ${reason}`)
        },
      })
    } catch (error) {
      throw new NodeExit(EXIT.controlLost, `cannot dial the lab: ${wordsOf(error)}`)
    }
  }

  private takeFrame(frame: LabToNode): void {
    switch (frame.type) {
      case 'peers':
        return this.transport.setPeers(frame.peers)
      case 'call':
        return this.calls.onCall(frame.call, frame.body)
      case 'stop':
        void this.stop(EXIT.stopped, 'stopped by the lab')
        return
    }
  }

  private tellRecovery(): void {
    const { promised, chosenThrough, votedThrough } = this.machine.status()
    const known = { promised, chosenThrough, votedThrough }
    this.emit({ type: 'recovered', ...known, ...this.storage.recovered })
  }

  private setPaused(paused: boolean): void {
    if (paused === this.runtime.paused) return
    this.transport.setPaused(paused)
    this.clients.setPaused(paused)
    if (paused) {
      this.runtime.pause()
      this.timers.pause()
    } else {
      this.timers.resume()
      this.runtime.resume()
    }
  }

  private sendStatus(): void {
    this.health.sample()
    this.control?.send({ type: 'status', status: this.status() })
  }

  private info(sections: readonly string[]): string {
    const { file } = this.options
    const { clients, transport } = this
    return printInfo(
      {
        status: this.status(),
        uptimeMs: performance.now() - this.startedAtMs,
        peerPort: this.peerPort,
        clientPort: this.clientPort,
        clientsMax: file.clientsMax,
        members: file.replica.members,
        rules: nodeRules(file.replica, file.flush, this.storage.mayVote, file.unnamed),
        connectionsTaken: clients.connectionsTaken,
        commands: clients.commands,
        unanswered: clients.unanswered,
        latencyMsP95: clients.latency.quantile(0.95) ?? 0,
        refusals: this.refusals.count,
        unknownFrames: transport.unknownFrames,
        framesDropped: transport.framesDropped,
        framesDroppedOffline: transport.framesDroppedOffline,
        factsDropped: this.control?.facts.dropped ?? 0,
      },
      sections,
    )
  }

  private letGo(): void {
    this.ended = true
    this.runtime.stop()
    this.timers.close()
    this.transport.close()
    this.clients.close()
    this.health.close()
    for (const interval of this.intervals) clearInterval(interval)
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
