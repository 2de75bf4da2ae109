/**
 * Machine: replica and KV in one pure step. Node, simulator and explorer drive this and nothing
 *          else.
 *
 * Contract: `step` any number of inputs, then `settle` once, then carry out the output as
 *           `paxos/effect.ts` says. Same inputs, same output: no clock, no randomness, no I/O.
 * Sessions: the node is the client of the replicated log: its session is `node.life`, and each
 *           request of its clients is one request of that session.
 */
import { canChange, checkCommand, isWrite, runCommand } from './kv/commands'
import { Kv } from './kv/kv'
import { error } from './kv/resp'
import { describeValue, parseCommand, printCommand } from './kv/value'
import { LearnerReads, READS_MAX } from './learnerRead'
import type { NodeStatus } from './event'
import type { MachineInput, MachineOutput, SlotView } from './machineTypes'
import type { NodeId, Slot } from './paxos/ballot'
import type { ReplicaConfig } from './paxos/config'
import type { StableRecord } from './paxos/effect'
import { valueId } from './paxos/fact'
import type { ForwardedResult, Held, Message, OpenVote, ReadSubject } from './paxos/message'
import { Replica } from './paxos/replica'

/** The part of a node's status that the protocol knows. */
export type MachineStatus = Pick<
  NodeStatus,
  | 'node'
  | 'life'
  | 'role'
  | 'ballot'
  | 'promised'
  | 'leader'
  | 'votedThrough'
  | 'chosenThrough'
  | 'appliedThrough'
  | 'digest'
  | 'policy'
  | 'waiting'
  | 'inFlight'
  | 'bids'
  | 'preemptions'
>

/** Votes that an answer to a query lists at most. */
const HELD_VOTES_MAX = 1000
const SLOT_VIEWS_MAX = 200
/** A read asks its timer four times before it gives up. */
const READ_PERIODS = 4

export class Machine {
  private readonly replica: Replica
  private readonly kv = new Kv()
  private readonly reads: LearnerReads
  private readonly session: string
  private requests = 0
  /** Requests without an answer: number in the session → tag of the host, oldest first. */
  private readonly outstanding = new Map<number, number>()
  private readonly seqOfTag = new Map<number, number>()
  private readonly results = new Map<NodeId, ForwardedResult[]>()
  private reported: Slot = 0
  private out: MachineOutput = { effects: [], replies: [], reads: [] }

  constructor(
    private readonly config: ReplicaConfig,
    private readonly life: number,
  ) {
    this.replica = new Replica(config, {
      apply: (_slot, value) => this.execute(value),
      takeOther: (from, message) => this.takeMessage(from, message),
    })
    this.reads = new LearnerReads(config.members.length, life)
    this.session = `${config.node}.${life}`
  }

  /** False: facts are not even built (benchmarks). */
  set factsOn(on: boolean) {
    this.replica.state.outbox.factsOn = on
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
        if (input.timer === 'read') this.tickReads()
        else this.replica.timer(input.timer)
        return
      case 'persisted':
        return this.replica.persisted(input.through)
      case 'request':
        this.request(input.tag, input.args)
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
        return this.startRead(input.tag, input.subject)
    }
  }

  settle(out: MachineOutput): void {
    this.open(out)
    this.replica.settle()
    if (this.config.mode === 'single') this.answerLateComers()
    const { outbox, appliedThrough } = this.replica.state
    for (const [node, results] of this.results) {
      for (const part of splitResults(results, this.config.messageBytesMax)) {
        outbox.sendTo(node, { type: 'forwarded', results: part }, 0)
      }
    }
    this.results.clear()
    if (appliedThrough > this.reported) {
      this.reported = appliedThrough
      outbox.emit({ type: 'applied', through: appliedThrough, digest: this.kv.digest })
    }
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
    const { log, appliedThrough } = this.replica.state
    const views: SlotView[] = []
    const first = Math.max(1, from)
    for (let slot = first; slot < first + Math.min(count, SLOT_VIEWS_MAX); slot += 1) {
      const entry = log.at(slot)
      const vote =
        entry === undefined || entry.voteBallot === null
          ? null
          : { ballot: entry.voteBallot, ...named(entry.voteValue) }
      const chosen = entry?.chosen === true ? named(entry.chosenValue) : null
      const known = chosen === null ? (vote === null ? 'open' : 'voted') : 'chosen'
      views.push({ slot, state: slot <= appliedThrough ? 'applied' : known, vote, chosen })
    }
    return views
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
        // A vote that a reader counts must not be forgotten: it waits for the flush like any other.
        return this.send(from, this.holds(message.read, message.subject))
      case 'held':
        return this.takeHeld(from, message)
      default:
        return this.replica.take(from, message)
    }
  }

  /** True if the request was taken; otherwise it has been answered. */
  private request(tag: number, args: readonly string[]): boolean {
    const refusal = this.refusal(args)
    if (refusal !== null) {
      this.out.replies.push({ tag, outcome: 'done', resp: refusal })
      return false
    }
    this.requests += 1
    const seq = this.requests
    this.outstanding.set(seq, tag)
    this.seqOfTag.set(tag, seq)
    const oldest = this.outstanding.keys().next()
    const ackedThrough = (oldest.done === true ? seq : oldest.value) - 1
    this.replica.submit(printCommand({ session: this.session, seq, ackedThrough, args }))
    return true
  }

  private refusal(args: readonly string[]): string | null {
    const fault = checkCommand(args)
    if (fault !== null) return error(fault)
    const bytes = args.reduce((sum, arg) => sum + arg.length, 0)
    const { commandBytesMax, waitingRequestsMax, mode } = this.config
    if (bytes > commandBytesMax) return error(`ERR command is longer than ${commandBytesMax} bytes`)
    if (this.outstanding.size >= waitingRequestsMax) {
      return error(`BUSY ${waitingRequestsMax} requests wait at this node`)
    }
    return mode === 'single' ? this.singleAnswer(args) : null
  }

  /** Single decree: once a value is chosen, a read is local and a write learns the first value. */
  private singleAnswer(args: readonly string[]): string | null {
    if (this.replica.state.appliedThrough >= 1) {
      return isWrite(args) ? this.alreadyChosen() : runCommand(this.kv.map, args)
    }
    return isWrite(args) ? null : error('UNDETERMINED this node has learned no value')
  }

  private alreadyChosen(): string {
    const entry = this.replica.state.log.at(1)
    return error(`CHOSEN already: ${describeValue(entry?.chosenValue ?? '')}`)
  }

  private answerLateComers(): void {
    if (this.replica.state.appliedThrough < 1 || this.outstanding.size === 0) return
    const resp = this.alreadyChosen()
    for (const [seq, tag] of [...this.outstanding]) {
      this.settleOwn(seq, tag)
      this.out.replies.push({ tag, outcome: 'done', resp })
    }
  }

  private takeForward(from: NodeId, values: readonly string[]): void {
    const fresh: string[] = []
    for (const value of values) {
      const command = parseCommand(value)
      if (command === null) continue
      const seen = this.kv.sessions.look(command.session, command.seq)
      if (seen.kind === 'new') fresh.push(value)
      else if (seen.reply !== null) this.queueResult(from, valueId(value), seen.reply)
    }
    this.replica.takeForwarded(from, fresh)
  }

  /** Applies one chosen value and answers whoever waits for it. */
  private execute(value: string): void {
    const { command, reply } = this.kv.apply(value)
    if (command === null) return
    const id = valueId(value)
    const origin = this.replica.state.waiting.settle(id)
    if (reply === null) return
    if (command.session === this.session) this.answerOwn(id, reply)
    else if (origin !== 0) this.queueResult(origin, id, reply)
  }

  private answerOwn(id: string, resp: string): void {
    const colon = id.indexOf(':')
    if (id.slice(0, colon) !== this.session) return
    const seq = Number(id.slice(colon + 1))
    const tag = this.outstanding.get(seq)
    if (tag === undefined) return
    this.settleOwn(seq, tag)
    this.out.replies.push({ tag, outcome: 'done', resp })
  }

  private settleOwn(seq: number, tag: number): void {
    this.outstanding.delete(seq)
    this.seqOfTag.delete(tag)
    this.replica.state.waiting.dropOwn(`${this.session}:${seq}`)
  }

  private abandon(tag: number): void {
    const seq = this.seqOfTag.get(tag)
    if (seq === undefined) return
    const own = this.replica.state.waiting.own.get(`${this.session}:${seq}`)
    this.settleOwn(seq, tag)
    this.out.replies.push(
      own?.sent === false
        ? { tag, outcome: 'notSent', words: 'no leader known in time; nothing was proposed' }
        : { tag, outcome: 'unknown', words: 'not answered in time; it may still be chosen' },
    )
  }

  private queueResult(node: NodeId, id: string, reply: string): void {
    const results = this.results.get(node)
    if (results === undefined) this.results.set(node, [{ id, reply }])
    else results.push({ id, reply })
  }

  private startRead(tag: number, subject: ReadSubject): void {
    if (this.reads.size >= READS_MAX) {
      const reason = `${READS_MAX} reads are open at this node`
      const result = { verdict: 'undetermined', value: null, reason, replies: [] } as const
      this.out.reads.push({ tag, result })
      return
    }
    const read = this.reads.open(tag, subject)
    const { outbox } = this.replica.state
    outbox.sendOthers({ type: 'query', read, subject }, 0)
    this.setReadTimer()
    // Its own answer is that of an acceptor like any other, and waits for the flush.
    this.send(this.config.node, this.holds(read, subject))
  }

  private takeHeld(from: NodeId, held: Held): void {
    const finished = this.reads.take(from, held)
    if (finished !== null) this.out.reads.push(finished)
  }

  private tickReads(): void {
    this.out.reads.push(...this.reads.tick())
    if (this.reads.size > 0) this.setReadTimer()
  }

  private setReadTimer(): void {
    const ticks = Math.max(1, Math.floor(this.config.readTicks / READ_PERIODS))
    this.replica.state.outbox.setTimer('read', ticks, ticks)
  }

  private holds(read: number, subject: ReadSubject): Held {
    const { log, appliedThrough } = this.replica.state
    const open: OpenVote[] = []
    const push = (slot: Slot, key: string | null): void => {
      const entry = log.at(slot)
      if (entry === undefined || entry.voteBallot === null) return
      const args = key === null ? [] : (parseCommand(entry.voteValue)?.args ?? [])
      const touches = key !== null && canChange(args, key)
      open.push({ slot, ballot: entry.voteBallot, value: entry.voteValue, touches })
    }
    if (subject.kind === 'slot') {
      push(subject.slot, null)
      const entry = log.at(subject.slot)
      const value = entry?.chosen === true ? describeValue(entry.chosenValue) : null
      return { type: 'held', read, appliedThrough, value, open, more: false }
    }
    const last = Math.min(log.through, appliedThrough + HELD_VOTES_MAX)
    for (let slot = appliedThrough + 1; slot <= last; slot += 1) push(slot, subject.key)
    const value = this.kv.map.get(subject.key) ?? null
    return { type: 'held', read, appliedThrough, value, open, more: last < log.through }
  }

  private send(to: NodeId, message: Message): void {
    const { outbox } = this.replica.state
    outbox.sendTo(to, message, outbox.lastFlushed)
  }
}

function named(value: string): { readonly id: string; readonly text: string } {
  return { id: valueId(value), text: describeValue(value) }
}

function* splitResults(
  results: readonly ForwardedResult[],
  bytesMax: number,
): Generator<readonly ForwardedResult[]> {
  let part: ForwardedResult[] = []
  let bytes = 0
  for (const result of results) {
    const cost = result.reply.length + result.id.length + 24
    if (bytes + cost > bytesMax && part.length > 0) {
      yield part
      part = []
      bytes = 0
    }
    part.push(result)
    bytes += cost
  }
  if (part.length > 0) yield part
}
