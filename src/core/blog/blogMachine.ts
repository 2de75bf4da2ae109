/**
 * BlogMachine: the variant "Blog 2014 (as published)". It is not Paxos: it breaks Safety 3, and
 * acknowledges two values to two clients, so that the difference can be watched.
 *
 * Source: the essay "Neat Algorithms: Paxos" (harry.me, 2014), difference by difference in
 *         docs/protocol.md, "The blog and the paper".
 * Rules:  1. A write takes a number (`numbers.ts`), implies its own promise to it, even if that is
 *            lower, and sends `blogPrepare` with the value to all others.
 *         2. A member promises a number above the highest that it knows and tells the value that it
 *            holds, without that value's number; else it rejects.
 *         3. One rejection, one promise that tells another value, or an own promise to a higher
 *            number ends the attempt with an error. Nothing is tried again.
 *         4. With ceil(N/2) promises of others the client is told success; then the accepts leave.
 *         5. A member takes the value of an accept that is not below its promise, whatever it held.
 *            Nobody answers an accept, so nobody ever knows that a value is chosen.
 * Stable: nothing. A restart forgets promises and value, as published. Records are not read.
 * Contract: as of `machineTypes.ts`. Election policies, `settle` and the clock mean nothing here.
 */
import { error, OK } from '../kv/resp'
import { Digest } from '../kv/digest'
import { describeValue, printCommand } from '../kv/value'
import type { MachineStatus } from '../machine'
import type { NodeMachine } from '../nodeMachine'
import type { ClientSessionRef, MachineInput, MachineOutput, SlotView } from '../machineTypes'
import type { Ballot, NodeId, Slot } from '../paxos/ballot'
import { ZERO_BALLOT } from '../paxos/ballot'
import type { ReplicaConfig } from '../paxos/config'
import type { BidReason, PaxosFact } from '../paxos/fact'
import { valueId } from '../paxos/fact'
import type { BlogPromise, Message, Value } from '../paxos/message'
import { BlogReadDesk } from './blogReadDesk'
import { sameWrite, sortCommand } from './blogValue'
import { ballotOfNumber, blogQuorum, nextBlogNumber } from './numbers'

/** There is one value, and it stands where a log has its first slot. */
const SLOT: Slot = 1

/** A write whose promises are being gathered. */
interface Attempt {
  readonly tag: number
  readonly number: number
  readonly value: Value
  readonly promises: Set<NodeId>
  readonly cause: 'free' | 'forced'
}

interface Held {
  readonly number: number
  readonly value: Value
}

export class BlogMachine implements NodeMachine {
  factsOn = true
  private readonly members: readonly NodeId[]
  private readonly others: readonly NodeId[]
  private readonly quorum: number
  private readonly reads: BlogReadDesk
  /** Number of the last own attempt; of no use to the next one. */
  private lastNumber = 0
  /** The highest number that this member goes by. An own attempt may lower it. */
  private promised = 0
  private held: Held | null = null
  private attempt: Attempt | null = null
  private lastSeq = 0
  private bids = 0
  private preemptions = 0
  private out: MachineOutput = { effects: [], replies: [], reads: [] }

  constructor(
    private readonly config: ReplicaConfig,
    private readonly life: number,
  ) {
    this.members = [...config.members].sort((a, b) => a - b)
    this.others = this.members.filter((node) => node !== config.node)
    this.quorum = blogQuorum(this.members.length)
    this.reads = new BlogReadDesk({
      config,
      life,
      held: () => this.held?.value ?? null,
      send: (to, message) => this.send(to, message),
      others: this.others,
      out: () => this.out,
      learn: (value) => this.emitRun({ type: 'learned', via: 'catchUp' }, value),
    })
  }

  /** Storage: none. */
  recoverSnapshot(): void {}

  recoverRecord(): void {}

  step(input: MachineInput, out: MachineOutput): void {
    this.out = out
    switch (input.type) {
      case 'message':
        return this.take(input.from, input.message)
      case 'request':
        return this.request(input.tag, input.args, 'request', input.session)
      case 'propose':
        return this.request(input.tag, input.args, 'manual')
      case 'abandon':
        for (const tag of input.tags) this.abandon(tag)
        return
      case 'read':
        return this.reads.start(input)
      case 'timer':
        if (input.timer === 'read') this.reads.tick()
        return
      case 'start':
      case 'clock':
      case 'persisted':
      case 'snapshotSaved':
      // No election, no leader, no policy: nobody waits for an answer to these.
      case 'startElection':
      case 'stepDown':
      case 'setPolicy':
        return
    }
  }

  settle(out: MachineOutput): void {
    this.out = out
  }

  /** `applied` is what GET sees here; `chosen` stays 0, since no member ever knows. */
  status(): MachineStatus {
    const { held, attempt, config } = this
    const digest = new Digest()
    if (held !== null) digest.add(held.value)
    const through = held === null ? 0 : SLOT
    return {
      node: config.node,
      life: this.life,
      role: attempt === null ? 'idle' : 'preparing',
      ballot: this.ballotOf(this.lastNumber),
      promised: this.ballotOf(this.promised),
      leader: null,
      votedThrough: through,
      chosenThrough: 0,
      appliedThrough: through,
      digest: digest.text(),
      policy: config.policy,
      waiting: this.reads.size,
      inFlight: attempt === null ? 0 : 1,
      bids: this.bids,
      preemptions: this.preemptions,
    }
  }

  slots(from: Slot, count: number): SlotView[] {
    if (from > SLOT || count < 1) return []
    const { held } = this
    const vote =
      held === null
        ? null
        : {
            ballot: this.ballotOf(held.number),
            id: valueId(held.value),
            text: describeValue(held.value),
          }
    return [{ slot: SLOT, state: vote === null ? 'open' : 'voted', vote, chosen: null }]
  }

  private take(from: NodeId, message: Message): void {
    switch (message.type) {
      case 'blogPrepare':
        return this.takePrepare(from, message.number)
      case 'blogPromise':
        return this.takePromise(from, message)
      case 'blogReject':
        if (this.attempt?.number === message.number) this.rejected(message.promised)
        return
      case 'blogAccept':
        return this.takeAccept(message.number, message.value)
      case 'blogQuery': {
        const value = this.held?.value ?? null
        return this.send([from], { type: 'blogHeld', read: message.read, value })
      }
      case 'blogHeld':
        return this.reads.takeHeld(from, message.read, message.value)
      default:
        // A message of Paxos: its sender is no member of a cluster that runs this variant.
        return
    }
  }

  private request(
    tag: number,
    args: readonly string[],
    reason: BidReason,
    session?: ClientSessionRef,
  ): void {
    const command = sortCommand(args)
    switch (command.kind) {
      case 'refused':
        return this.answer(tag, command.resp)
      case 'read':
        return this.reads.startGet(tag, command.key)
      case 'write': {
        const refusal = this.refusal(args)
        if (refusal !== null) return this.answer(tag, error(refusal))
        return this.begin(tag, this.nameValue(args, session), reason)
      }
    }
  }

  private refusal(args: readonly string[]): string | null {
    const { commandBytesMax } = this.config
    const bytes = args.reduce((sum, arg) => sum + arg.length, 0)
    if (bytes > commandBytesMax) return `ERR command is longer than ${commandBytesMax} bytes`
    if (this.quorum > this.others.length) {
      return `ERR the blog variant needs ${this.quorum} other nodes; there are ${this.others.length}`
    }
    return this.attempt === null
      ? null
      : 'BUSY an attempt of this node is open; it has one at a time'
  }

  private nameValue(args: readonly string[], session: ClientSessionRef | undefined): Value {
    if (session !== undefined) {
      const { id, seq, ackedThrough } = session
      return printCommand({ session: id, seq, ackedThrough, args })
    }
    this.lastSeq += 1
    const own = `${this.config.node}.${this.life}`
    return printCommand({ session: own, seq: this.lastSeq, ackedThrough: this.lastSeq - 1, args })
  }

  /** Rule 1. A member that holds another value does not run. */
  private begin(tag: number, value: Value, reason: BidReason): void {
    const { held, members, config } = this
    if (held !== null && !sameWrite(held.value, value)) {
      return this.answer(tag, error(`HELD this node holds "${describeValue(held.value)}"`))
    }
    const position = members.indexOf(config.node) + 1
    const number = nextBlogNumber(this.promised, members.length, position)
    const cause = held === null ? 'free' : 'forced'
    this.attempt = { tag, number, value: held?.value ?? value, promises: new Set(), cause }
    this.lastNumber = number
    this.bids += 1
    const ranges = [{ from: SLOT, to: SLOT }]
    this.emit({ type: 'bid', ballot: this.ballotOf(number), ranges, reason })
    this.promise(number)
    this.send(this.others, { type: 'blogPrepare', number, value: this.attempt.value })
  }

  /** Rule 2. The value of the prepare is not looked at. */
  private takePrepare(from: NodeId, number: number): void {
    const { promised } = this
    if (number <= promised) {
      this.refuse(number, 1)
      return this.send([from], { type: 'blogReject', number, promised })
    }
    this.raise(number)
    this.send([from], { type: 'blogPromise', number, value: this.held?.value ?? null })
  }

  /** Rules 3 and 4. A promise is told from another by its number alone. */
  private takePromise(from: NodeId, { number, value }: BlogPromise): void {
    const { attempt } = this
    if (attempt === null || attempt.number !== number) return
    if (value !== null && !sameWrite(value, attempt.value)) {
      const words = `ABORTED node ${from} holds "${describeValue(value)}"`
      this.emit({ type: 'steppedDown', ballot: this.ballotOf(number), reason: 'policy' })
      return this.end(error(words))
    }
    attempt.promises.add(from)
    // The same write under another id: one value, so one id.
    if (value !== null) this.attempt = { ...attempt, value, cause: 'forced' }
    if (attempt.promises.size >= this.quorum) this.succeed()
  }

  private succeed(): void {
    const { attempt } = this
    if (attempt === null) return
    const { number, value, cause } = attempt
    const ballot = this.ballotOf(number)
    const witnesses = [this.config.node, ...attempt.promises]
    this.emit({ type: 'elected', ballot, witnesses, forced: cause === 'free' ? 0 : 1, noops: 0 })
    this.emit({ type: 'acknowledged', slot: SLOT, ids: [valueId(value)], at: 'promiseQuorum' })
    this.end(OK)
    this.emitRun({ type: 'issued', ballot, cause }, value)
    this.send(this.others, { type: 'blogAccept', number, value })
    this.hold(number, value)
    this.emit({ type: 'steppedDown', ballot, reason: 'policy' })
  }

  /** Rule 5. */
  private takeAccept(number: number, value: Value): void {
    if (number < this.promised) return this.refuse(number, 2)
    this.raise(number)
    this.hold(number, value)
  }

  private hold(number: number, value: Value): void {
    this.held = { number, value }
    this.emitRun({ type: 'voted', ballot: this.ballotOf(number) }, value)
  }

  /** Its own promise is one of those that an open attempt lives on. */
  private raise(number: number): void {
    if (number > this.promised) this.promise(number)
    if (this.attempt !== null && this.attempt.number < number) this.rejected(number)
  }

  private promise(number: number): void {
    this.promised = number
    this.emit({ type: 'promised', ballot: this.ballotOf(number) })
  }

  private rejected(rivalNumber: number): void {
    const { attempt } = this
    if (attempt === null) return
    this.preemptions += 1
    const ballot = this.ballotOf(attempt.number)
    this.emit({ type: 'preempted', ballot, rival: this.ballotOf(rivalNumber), phase: 1 })
    this.end(
      error(`REJECTED number ${attempt.number} by number ${rivalNumber}; nothing was written`),
    )
  }

  private refuse(number: number, phase: 1 | 2): void {
    const promised = this.ballotOf(this.promised)
    this.emit({ type: 'refused', ballot: this.ballotOf(number), promised, phase })
  }

  private end(resp: string): void {
    const { attempt } = this
    this.attempt = null
    if (attempt !== null) this.answer(attempt.tag, resp)
  }

  private abandon(tag: number): void {
    if (this.attempt?.tag === tag) {
      const { number, promises } = this.attempt
      this.attempt = null
      this.emit({ type: 'steppedDown', ballot: this.ballotOf(number), reason: 'manual' })
      const words = `${promises.size} of ${this.quorum} other nodes promised in time; it is given up`
      this.out.replies.push({ tag, outcome: 'unknown', words })
    } else this.reads.abandonGet(tag)
  }

  private answer(tag: number, resp: string): void {
    this.out.replies.push({ tag, outcome: 'done', resp })
  }

  private send(to: readonly NodeId[], message: Message): void {
    if (to.length > 0) this.out.effects.push({ type: 'send', to, message, after: 0 })
  }

  private ballotOf(number: number): Ballot {
    return number === 0 ? ZERO_BALLOT : ballotOfNumber(number, this.members)
  }

  private emit(fact: PaxosFact): void {
    if (this.factsOn) this.out.effects.push({ type: 'emit', fact })
  }

  private emitRun(
    fact:
      | { readonly type: 'issued'; readonly ballot: Ballot; readonly cause: 'free' | 'forced' }
      | { readonly type: 'voted'; readonly ballot: Ballot }
      | { readonly type: 'learned'; readonly via: 'catchUp' },
    value: Value,
  ): void {
    this.emit({ ...fact, slot: SLOT, count: 1, ids: [valueId(value)] })
  }
}
