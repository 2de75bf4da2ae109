/**
 * Machine: replica and KV in one pure step. Node, simulator and explorer drive this and nothing
 *          else.
 *
 * Contract: `step` any number of inputs, then `settle` once, then carry out the output as
 *           `paxos/effect.ts` says. Same inputs, same output: no clock, no randomness, no I/O.
 * Sessions: the node is the client of the replicated log: its session is `node.life`, and each
 *           request of its clients is one request of that session.
 */
import { checkCommand } from './kv/commands'
import { Kv } from './kv/kv'
import { error, OK } from './kv/resp'
import { parseCommand, printCommand } from './kv/value'
import { ForwardedResults } from './forwardedResults'
import type {
  ClientSessionRef,
  MachineInput,
  MachineOutput,
  MachineStatus,
  SlotView,
} from './machineTypes'
import type { NodeId, Slot } from './paxos/ballot'
import type { ReplicaConfig } from './paxos/config'
import type { StableRecord } from './paxos/effect'
import { valueId } from './paxos/fact'
import type { Message } from './paxos/message'
import { Replica } from './paxos/replica'
import { isPlausible } from './paxos/plausible'
import type { Snapshot } from './paxos/snapshot'
import { ReadDesk } from './readDesk'
import { RequestRuns } from './requestFacts'
import { Requests } from './requests'
import { SingleDecree } from './singleDecree'
import { slotViews } from './slotViews'
import { restoreKv, SnapshotKeeper } from './snapshotKeeper'

export type { MachineStatus } from './machineTypes'

export class Machine {
  private readonly replica: Replica
  private kv = new Kv()
  private readonly reads: ReadDesk
  private readonly session: string
  private readonly requests: Requests
  private readonly snapshots: SnapshotKeeper
  private readonly results: ForwardedResults
  private readonly single: SingleDecree
  private readonly submitted = new RequestRuns()
  private readonly answered = new RequestRuns()
  private reported: Slot = 0
  private out: MachineOutput = { effects: [], replies: [], reads: [] }

  constructor(
    private readonly config: ReplicaConfig,
    private readonly life: number,
  ) {
    this.replica = new Replica(config, {
      apply: (_slot, value) => this.execute(value),
      answerEarly: (value) => this.answerEarly(value),
      takeOther: (from, message) => this.takeMessage(from, message),
      install: (snapshot, from) => this.install(snapshot, from),
    })
    this.session = `${config.node}.${life}`
    this.requests = new Requests(this.session, this.replica.state.waiting)
    this.snapshots = new SnapshotKeeper(config, this.replica.state)
    this.results = new ForwardedResults(config.messageBytesMax)
    this.reads = this.makeReadDesk()
    this.single = this.makeSingleDecree()
  }

  /** False: facts are not even built (benchmarks). */
  set factsOn(on: boolean) {
    this.replica.state.outbox.factsOn = on
  }

  get factsOn(): boolean {
    return this.replica.state.outbox.factsOn
  }

  /** Before the records. @throws Error if the text is not that of a snapshot. */
  recoverSnapshot(snapshot: Snapshot): void {
    this.kv = restoreKv(snapshot)
    this.replica.recoverSnapshot(snapshot)
    this.snapshots.recovered()
  }

  recoverRecord(record: StableRecord): void {
    this.replica.recover(record)
  }

  step(input: MachineInput, out: MachineOutput): void {
    this.open(out)
    switch (input.type) {
      case 'start':
        this.replica.start(out.effects)
        this.reported = this.replica.state.appliedThrough
        return
      case 'message':
        return this.takeMessage(input.from, input.message)
      case 'timer':
        if (input.timer === 'read') this.reads.tick()
        else this.replica.timer(input.timer)
        return
      case 'persisted':
        return this.replica.persisted(input.through)
      case 'clock':
        this.replica.state.now = input.ticks
        return
      case 'snapshotSaved':
        return this.snapshotSaved(input.through)
      case 'request':
        if (input.session === undefined) this.request(input.tag, input.args)
        else this.requestNamed(input.tag, input.args, input.session)
        return
      case 'propose':
        if (this.request(input.tag, input.args) && !this.replica.state.leads) {
          this.replica.startElection()
        }
        return
      case 'abandon':
        for (const tag of input.tags) this.abandon(tag)
        return
      case 'startElection':
        return this.replica.startElection()
      case 'stepDown':
        return this.replica.stepDown()
      case 'setPolicy':
        return this.replica.setPolicy(input.policy)
      case 'read':
        return this.reads.start(input)
    }
  }

  settle(out: MachineOutput): void {
    this.open(out)
    const { outbox } = this.replica.state
    this.submitted.tell(outbox, 'submitted')
    this.replica.settle()
    if (this.config.mode === 'single') this.answerLateComers()
    this.reads.settle()
    this.results.send(outbox)
    const { appliedThrough } = this.replica.state
    if (appliedThrough > this.reported) {
      this.reported = appliedThrough
      outbox.emit({ type: 'applied', through: appliedThrough, digest: this.kv.digest })
    }
    this.answered.tell(outbox, 'answered')
    this.snapshots.settle(this.kv)
  }

  status(): MachineStatus {
    const { proposer, acceptor, leader, log, policy, waiting, ...rest } = this.replica.state
    return {
      node: this.config.node,
      life: this.life,
      role: proposer.phase,
      ballot: proposer.ballot,
      promised: acceptor.promised,
      leader,
      votedThrough: log.through,
      chosenThrough: log.chosenThrough,
      appliedThrough: rest.appliedThrough,
      digest: this.kv.digest,
      policy,
      waiting: waiting.length,
      inFlight: proposer.open.size,
      bids: rest.bids,
      preemptions: rest.preemptions,
    }
  }

  /** At most 200 slots from `from` on, with what this node voted and knows. */
  slots(from: Slot, count: number): SlotView[] {
    return slotViews(this.replica.state, from, count)
  }

  private open(out: MachineOutput): void {
    this.out = out
    this.replica.state.outbox.open(out.effects)
  }

  private takeMessage(from: NodeId, message: Message): void {
    switch (message.type) {
      case 'forward':
        return this.takeForward(from, message.values)
      case 'forwarded':
        for (const { id, reply } of message.results) this.answerOwn(id, reply)
        return
      case 'query':
        return this.reads.answerQuery(from, message.read, message.subject)
      case 'held':
        return this.reads.takeHeld(from, message)
      case 'readAt':
        return this.reads.takeReadAt(message)
      default:
        if (isPlausible(this.replica.state, from, message)) this.replica.take(from, message)
        return
    }
  }

  /** True if the request was taken; otherwise it has been answered. */
  private request(tag: number, args: readonly string[]): boolean {
    const refusal = this.refusal(args)
    if (refusal !== null) {
      this.out.replies.push({ tag, outcome: 'done', resp: refusal })
      return false
    }
    if (this.asksOthers(tag, args)) return true
    const { seq, ackedThrough } = this.requests.open(tag)
    this.submitted.add(this.session, seq)
    this.replica.submit(printCommand({ session: this.session, seq, ackedThrough, args }))
    return true
  }

  /** A request of a client's own session; the same one may wait here twice. */
  private requestNamed(tag: number, args: readonly string[], session: ClientSessionRef): void {
    const refusal = this.refusal(args)
    if (refusal !== null) {
      this.out.replies.push({ tag, outcome: 'done', resp: refusal })
      return
    }
    if (this.asksOthers(tag, args)) return
    const value = printCommand({
      session: session.id,
      seq: session.seq,
      ackedThrough: session.ackedThrough,
      args,
    })
    if (this.requests.openNamed(tag, valueId(value))) return
    this.submitted.add(session.id, session.seq)
    this.replica.submit(value)
  }

  private refusal(args: readonly string[]): string | null {
    const fault = checkCommand(args)
    if (fault !== null) return error(fault)
    const bytes = args.reduce((sum, arg) => sum + arg.length, 0)
    const { commandBytesMax, waitingRequestsMax, mode } = this.config
    if (bytes > commandBytesMax) return error(`ERR command is longer than ${commandBytesMax} bytes`)
    if (this.requests.size >= waitingRequestsMax) {
      return error(`BUSY ${waitingRequestsMax} requests wait at this node`)
    }
    return mode === 'single' ? this.single.answerNow(args) : null
  }

  private asksOthers(tag: number, args: readonly string[]): boolean {
    return this.config.mode === 'single' && this.single.takesRead(tag, args)
  }

  private answerLateComers(): void {
    this.single.settle()
    if (this.replica.state.appliedThrough < 1 || this.requests.size === 0) return
    const resp = this.single.alreadyChosen()
    for (const id of this.requests.ids()) this.answerOwn(id, resp)
  }

  private takeForward(from: NodeId, values: readonly string[]): void {
    const fresh: string[] = []
    for (const value of values) {
      const command = parseCommand(value)
      if (command === null) continue
      const seen = this.kv.sessions.look(command.session, command.seq)
      if (seen.kind === 'new') fresh.push(value)
      else if (seen.reply !== null) this.results.add(from, valueId(value), seen.reply)
    }
    this.replica.takeForwarded(from, fresh)
  }

  /** Applies one chosen value and answers whoever waits for it. */
  private execute(value: string): void {
    const { command, reply } = this.kv.apply(value)
    if (command === null) return
    const { waiting } = this.replica.state
    if (command.session === this.session) {
      const tag = this.requests.settleOwn(command.seq, valueId(value))
      if (tag === null) return
      if (reply !== null && isSuccess(reply)) this.answered.add(this.session, command.seq)
      this.answerTag(tag, reply ?? forgotten(valueId(value)))
      return
    }
    // Most commands at a follower are nobody's business here.
    if (!this.requests.hasNamed && !waiting.hasForeign) return
    const id = valueId(value)
    const origin = waiting.settle(id)
    this.answerOwn(id, reply ?? forgotten(id))
    if (reply !== null && origin !== 0) this.results.add(origin, id, reply)
  }

  /** M9: the answer of a plain SET needs no state; other commands wait as they should. */
  private answerEarly(value: string): void {
    const command = parseCommand(value)
    if (command?.args.length !== 3 || command.args[0]?.toUpperCase() !== 'SET') return
    const id = valueId(value)
    const origin = this.replica.state.waiting.settle(id)
    this.answerOwn(id, OK)
    if (origin !== 0) this.results.add(origin, id, OK)
  }

  private answerOwn(id: string, resp: string): void {
    const tags = this.requests.settle(id)
    if (tags.length > 0 && isSuccess(resp)) this.answered.addId(id)
    for (const tag of tags) this.answerTag(tag, resp)
  }

  private answerTag(tag: number, resp: string): void {
    // Negative tags are those of the read desk: hosts count from 1.
    if (tag < 0) this.reads.takeReply(-tag, resp)
    else this.out.replies.push({ tag, outcome: 'done', resp })
  }

  private abandon(tag: number): void {
    const abandoned = this.requests.abandon(tag)
    if (abandoned === null) return this.single.abandon(tag)
    this.out.replies.push(
      abandoned.sent
        ? { tag, outcome: 'unknown', words: 'not answered in time; it may still be chosen' }
        : { tag, outcome: 'notSent', words: 'no leader known in time; nothing was proposed' },
    )
  }

  private makeReadDesk(): ReadDesk {
    const { config, replica } = this
    return new ReadDesk(
      {
        config,
        state: replica.state,
        kv: () => this.kv,
        answer: (answer) => {
          if (!this.single.take(answer)) this.out.reads.push(answer)
        },
        submitRead: (tag, args) => this.submitRead(tag, args),
        giveUp: (tag) => void this.requests.abandon(-tag),
        startElection: () => this.replica.startElection(),
      },
      this.life,
    )
  }

  private makeSingleDecree(): SingleDecree {
    return new SingleDecree({
      state: this.replica.state,
      kv: () => this.kv,
      ask: (tag, key) => {
        this.reads.start({ type: 'read', tag, subject: { kind: 'key', key }, mode: 'learner' })
      },
      reply: (tag, resp) => this.answerTag(tag, resp),
    })
  }

  /** A read as a command of the log. True if it was taken; else the desk has its answer. */
  private submitRead(tag: number, args: readonly string[]): boolean {
    const before = this.out.replies.length
    if (this.request(-tag, args)) return true
    for (const reply of this.out.replies.splice(before)) {
      if (reply.outcome === 'done') this.reads.takeReply(tag, reply.resp)
    }
    return false
  }

  private snapshotSaved(through: Slot): void {
    const snapshot = this.snapshots.saved(through)
    if (snapshot !== null) this.replica.snapshotSaved(snapshot)
  }

  /** Takes over a peer's state: what lies below `through` is never seen here slot by slot. */
  private install(snapshot: Snapshot, from: NodeId): boolean {
    try {
      this.kv = restoreKv(snapshot)
    } catch {
      return false
    }
    const { through, digest } = snapshot
    const { state } = this.replica
    state.appliedThrough = through
    state.outbox.emit({ type: 'snapshotInstalled', through, digest, from })
    this.snapshots.save(snapshot)
    // Requests of this node that were chosen in slots it never saw: the session table knows.
    for (const id of this.requests.ids()) {
      const colon = id.indexOf(':')
      const seen = this.kv.sessions.look(id.slice(0, colon), Number(id.slice(colon + 1)))
      if (seen.kind === 'answered') this.answerOwn(id, seen.reply ?? forgotten(id))
    }
    return true
  }
}

function forgotten(id: string): string {
  return error(`FORGOTTEN request ${id} was applied; its answer was acknowledged and is gone`)
}

/** Errors begin with a minus sign (RESP2). */
function isSuccess(resp: string): boolean {
  return !resp.startsWith('-')
}
