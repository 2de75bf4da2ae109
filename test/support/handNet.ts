/**
 * Machines in memory with a network by hand: a message arrives when a test says so, in any order.
 * Disks are instant, timers never fire. Works for every variant behind `makeMachine`.
 */
import { makeMachine } from '../../src/core/makeMachine'
import type { NodeMachine } from '../../src/core/nodeMachine'
import type {
  MachineInput,
  MachineOutput,
  MachineReply,
  ReadAnswer,
} from '../../src/core/machineTypes'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import type { ReplicaConfig } from '../../src/core/paxos/config'
import type { PaxosFact } from '../../src/core/paxos/fact'
import type { Message, MessageType } from '../../src/core/paxos/message'
import { emptyOutput, nodesTo } from './paxos'

export interface Flying {
  readonly from: number
  readonly to: number
  readonly message: Message
}

export interface NodeFactOf {
  readonly node: number
  readonly fact: PaxosFact
}

export class HandNet {
  readonly members: readonly number[]
  flying: Flying[] = []
  readonly sent: Flying[] = []
  readonly facts: NodeFactOf[] = []
  readonly replies = new Map<number, MachineReply>()
  readonly reads = new Map<number, ReadAnswer['result']>()
  readonly machines = new Map<number, NodeMachine>()
  private tags = 0

  constructor(
    nodes: number,
    private readonly config: Partial<Omit<ReplicaConfig, 'node' | 'members'>>,
  ) {
    this.members = nodesTo(nodes)
    for (const node of this.members) this.boot(node, 1)
  }

  /** A process of this node begins; what the one before had in memory is gone. */
  boot(node: number, life: number): void {
    const config = { ...DEFAULT_REPLICA, ...this.config, node, members: this.members }
    this.machines.set(node, makeMachine(config, life))
    this.step(node, { type: 'start' })
  }

  machine(node: number): NodeMachine {
    const machine = this.machines.get(node)
    if (machine === undefined) throw new Error(`no node ${node}`)
    return machine
  }

  step(node: number, input: MachineInput): void {
    const out = emptyOutput()
    const machine = this.machine(node)
    machine.step(input, out)
    machine.settle(out)
    this.carryOut(node, out)
    const last = out.effects.findLast((effect) => effect.type === 'persist')
    if (last?.type === 'persist') this.step(node, { type: 'persisted', through: last.number })
  }

  /** Answers the tag under which its reply comes. */
  request(node: number, ...args: readonly string[]): number {
    this.tags += 1
    this.step(node, { type: 'request', tag: this.tags, args })
    return this.tags
  }

  read(node: number, input: Omit<Extract<MachineInput, { type: 'read' }>, 'type' | 'tag'>): number {
    this.tags += 1
    this.step(node, { type: 'read', tag: this.tags, ...input })
    return this.tags
  }

  /** The client's RESP reply; undefined while it waits. */
  resp(tag: number): string | undefined {
    const reply = this.replies.get(tag)
    return reply?.outcome === 'done' ? reply.resp : reply?.words
  }

  /** Delivers every flying message of this kind, link after link as listed; answers how many. */
  deliver(type: MessageType, from: readonly number[], to: readonly number[]): number {
    const due = from.flatMap((a) =>
      to.flatMap((b) =>
        this.flying.filter((one) => one.from === a && one.to === b && one.message.type === type),
      ),
    )
    for (const one of due) this.deliverOne(one)
    return due.length
  }

  deliverOne(one: Flying): void {
    this.flying = this.flying.filter((other) => other !== one)
    this.step(one.to, { type: 'message', from: one.from, message: one.message })
  }

  /** Delivers until nothing flies. */
  deliverAll(): void {
    for (let one = this.flying[0]; one !== undefined; one = this.flying[0]) this.deliverOne(one)
  }

  messages<T extends MessageType>(type: T): Extract<Message, { type: T }>[] {
    return this.sent
      .map(({ message }) => message)
      .filter((message): message is Extract<Message, { type: T }> => message.type === type)
  }

  factsOf<T extends PaxosFact['type']>(type: T): (Extract<PaxosFact, { type: T }> & By)[] {
    return this.facts
      .map(({ node, fact }) => ({ ...fact, by: node }))
      .filter((fact): fact is Extract<PaxosFact, { type: T }> & By => fact.type === type)
  }

  private carryOut(node: number, out: MachineOutput): void {
    for (const effect of out.effects) {
      if (effect.type === 'emit') this.facts.push({ node, fact: effect.fact })
      if (effect.type !== 'send') continue
      for (const to of effect.to) {
        const one = { from: node, to, message: effect.message }
        this.sent.push(one)
        this.flying.push(one)
      }
    }
    for (const reply of out.replies) this.replies.set(reply.tag, reply)
    for (const { tag, result } of out.reads) this.reads.set(tag, result)
  }
}

interface By {
  readonly by: number
}
