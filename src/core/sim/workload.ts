/**
 * The clients of a simulated run, the requests that wait for an answer, and the history of all.
 *
 * Bounds: `ClientPlan.opsMax` operations; one open operation a client.
 */
import type { HistoryEntry } from '../history'
import type { LearnerReadResult } from '../event'
import type { ReadMode } from '../kv/readMode'
import type { MachineInput, MachineReply, ReadAnswer } from '../machineTypes'
import type { NodeId } from '../paxos/ballot'
import type { ReadSubject } from '../paxos/message'
import type { Agenda } from './agenda'
import { GRAINS_PER_TICK, toNs } from './agenda'
import type { Answer, ClientDesk, Request } from './client'
import { SimClient } from './client'
import { LoadTally } from './loadTally'
import { KeyRing } from './keyRing'
import { lastWrite, readOf, readReply } from './operation'
import type { Operation, OperationEnd } from './operation'
import type { ClientPlan } from './plan'
import type { Chance, Prng } from './prng'
import type { SimNode } from './simNode'

interface Pending {
  readonly node: NodeId
  readonly life: number
  readonly since: number
  readonly read: { readonly subject: ReadSubject; readonly mode: ReadMode } | null
  readonly onAnswer: (answer: Answer) => void
}

export interface WorkloadHost {
  readonly agenda: Agenda
  readonly nodes: readonly SimNode[]
  onRead(node: NodeId, read: Pending['read'], result: LearnerReadResult, grains: number): void
}

/** Recorded lives number their requests from 1: those of a fork are above. */
const TAG_BASE = 1_000_000_000

/** Share of the reads of slots, which no history holds: a learner asks about the log itself. */
const SLOT_READ_TICKS = 120

export class Workload implements ClientDesk {
  readonly history: HistoryEntry[] = []
  readonly agenda: Agenda
  readonly keys: KeyRing
  readonly tally: LoadTally
  resting = false
  private readonly clients: SimClient[] = []
  private readonly pending = new Map<number, Pending>()
  private readonly slotPrng: Prng
  private tags = TAG_BASE
  private processes = 0
  private operations = 0

  constructor(
    readonly plan: ClientPlan,
    chance: Chance,
    private readonly host: WorkloadHost,
  ) {
    this.agenda = host.agenda
    this.keys = new KeyRing(plan.keys)
    this.tally = new LoadTally(this.agenda, plan.clients)
    this.slotPrng = chance.stream(303)
    const withSession = Math.round(plan.clients * plan.sessions)
    for (let index = 1; index <= plan.clients; index += 1) {
      const prng = chance.stream(301, index)
      this.clients.push(new SimClient(index, this, prng, index <= withSession))
    }
    if (plan.readModes.includes('learner')) this.readSlots()
  }

  /** Clients that wait for the end of an operation. */
  get busy(): number {
    return this.clients.filter((client) => client.busy).length
  }

  /** Waits that have not ended, longest first, in words. */
  waits(): string[] {
    return [...this.pending.values()].map(({ node, since }) => {
      const ticks = Math.round((this.agenda.now - since) / GRAINS_PER_TICK)
      return `a request waits at N${node} for ${ticks} ticks`
    })
  }

  get asked(): number {
    return this.operations
  }

  pickNode(prng: Prng, not: NodeId | null): NodeId | null {
    const up = this.host.nodes.filter(({ alive }) => alive)
    const others = up.filter(({ node }) => node !== not)
    const from = others.length > 0 ? others : up
    return from[prng.between(0, from.length - 1)]?.node ?? null
  }

  ask(node: NodeId, request: Request, onAnswer: (answer: Answer) => void): number | null {
    const own = this.host.nodes.find((each) => each.node === node)
    if (own === undefined || !own.alive) return null
    this.tags += 1
    const tag = this.tags
    const read = request.type === 'read' ? { subject: request.subject, mode: request.mode } : null
    this.pending.set(tag, { node, life: own.life, since: this.agenda.now, read, onAnswer })
    const input: MachineInput = { ...request, tag }
    own.push(input)
    return tag
  }

  giveUp(tag: number): void {
    const waits = this.pending.get(tag)
    if (waits === undefined || waits.read !== null) return
    const own = this.host.nodes.find(({ node }) => node === waits.node)
    if (own?.life === waits.life) own.push({ type: 'abandon', tags: [tag] })
  }

  takeOperation(): boolean {
    if (this.operations >= this.plan.opsMax) return false
    this.operations += 1
    return true
  }

  newProcess(): number {
    this.processes += 1
    return this.processes
  }

  record(entry: HistoryEntry, answer: Answer | null = null): void {
    this.history.push(entry)
    this.tally.note(entry, answer)
  }

  onReplies(replies: readonly MachineReply[]): void {
    for (const reply of replies) {
      const { tag, outcome } = reply
      const waits = this.pending.get(tag)
      if (waits === undefined) continue
      this.pending.delete(tag)
      waits.onAnswer(outcome === 'done' ? { kind: 'done', resp: reply.resp } : { kind: outcome })
    }
  }

  onReads(reads: readonly ReadAnswer[]): void {
    for (const { tag, result } of reads) {
      const waits = this.pending.get(tag)
      if (waits === undefined) continue
      this.pending.delete(tag)
      this.host.onRead(waits.node, waits.read, result, this.agenda.now - waits.since)
      waits.onAnswer({ kind: 'read', result })
    }
  }

  /** The node ended: who waited there learns nothing. */
  onEnded(node: NodeId): void {
    for (const [tag, waits] of this.pending) {
      if (waits.node !== node) continue
      this.pending.delete(tag)
      waits.onAnswer({ kind: 'unknown' })
    }
  }

  /**
   * One write, so that something is chosen in every run, and every key read through the log of
   * every node that is up. `onEnd` when all have answered.
   */
  probe(onEnd: () => void): void {
    const { nodes } = this.host
    let open = 0
    const end = (): void => {
      open -= 1
      if (open === 0) onEnd()
    }
    const up = nodes.filter(({ alive }) => alive)
    const [first] = up
    if (first !== undefined) {
      open += 1
      this.probeKey(first.node, lastWrite(this.keys.at(0)), end)
    }
    for (const { node } of up) {
      for (const key of this.keys.all) {
        open += 1
        this.probeKey(node, readOf(key, null), end)
      }
    }
    if (open === 0) onEnd()
  }

  private probeKey(node: NodeId, operation: Operation, onEnd: () => void): void {
    const process = this.newProcess()
    const { f, key, value } = operation
    const told = value === undefined ? { f, key } : { f, key, value }
    const note = (
      entry: OperationEnd | { readonly type: 'invoke' },
      answer: Answer | null = null,
    ): void => {
      this.record({ process, time: toNs(this.agenda.now), ...told, ...entry }, answer)
    }
    note({ type: 'invoke' })
    const tag = this.ask(node, { type: 'request', args: operation.args }, (answer) => {
      if (answer.kind === 'done') note(readReply(operation, answer.resp), answer)
      // A read that nobody answered saw nothing and changed nothing.
      else note({ type: f === 'read' || answer.kind === 'notSent' ? 'fail' : 'info' }, answer)
      onEnd()
    })
    if (tag !== null) return
    note({ type: 'fail' })
    onEnd()
  }

  /** A learner asks all about a slot near the end of the log. */
  private readSlots(): void {
    const { agenda, slotPrng } = this
    agenda.put(agenda.now + slotPrng.between(1, SLOT_READ_TICKS) * GRAINS_PER_TICK, () => {
      if (this.resting) return
      this.readSlot()
      this.readSlots()
    })
  }

  private readSlot(): void {
    const node = this.pickNode(this.slotPrng, null)
    const own = this.host.nodes.find((each) => each.node === node)
    const status = own?.machine?.status()
    if (node === null || status === undefined) return
    const slot = Math.max(1, status.chosenThrough + this.slotPrng.between(0, 2))
    this.ask(node, { type: 'read', subject: { kind: 'slot', slot }, mode: 'learner' }, () => {})
  }
}
