/**
 * Plays a schedule on real machines: no time passes and nothing moves, except by an act. The same
 * schedule gives the same events, byte for byte.
 *
 * Order:  frames wait on directed links in the order in which they were sent; an act may take any.
 *         Frames outlive the node that sent them, and wait for a receiver that is down.
 * Stamps: `seq` is the true order of all events; `atMs` is the number of the act, from 1, for
 *         pictures only: 0 is the start of the nodes.
 * Errors: ScheduleError with the number of the act and what waits, if an act cannot be performed.
 *         `docs/schedules.md` describes acts and files.
 */
import type { EventStamp, GateFrame, LabEvent, LabFact, NodeFact } from '../event'
import type { ActiveFault } from '../fault'
import { HandHost } from '../handHost'
import type { HandDisk, HandSink } from '../handHost'
import type { MachineStatus } from '../machine'
import type { MachineReply } from '../machineTypes'
import { noteMessage } from '../messageNote'
import { formatBallot, sameBallot } from '../paxos/ballot'
import type { NodeId } from '../paxos/ballot'
import { DEFAULT_REPLICA } from '../paxos/config'
import type { StableRecord } from '../paxos/effect'
import type { PaxosFact } from '../paxos/fact'
import type { Message } from '../paxos/message'
import { NODE_ID_MAX } from '../paxos/quorum'
import type { FrameName, Schedule, ScheduleAct } from '../schedule'

/** The schedule does not fit what the machines do. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'

  constructor(
    /** Number of the act, from 1. */
    readonly act: number,
    words: string,
  ) {
    super(`act ${act}: ${words}`)
  }
}

export interface PlayedNode {
  readonly node: NodeId
  readonly alive: boolean
  readonly life: number
  /** Null while it is down. */
  readonly status: MachineStatus | null
  readonly durable: readonly StableRecord[]
}

export interface PlayedReply {
  /** Number of the act that asked, from 1. */
  readonly act: number
  readonly node: NodeId
  readonly reply: MachineReply
}

export interface PlayEnd {
  readonly acts: number
  readonly events: number
  readonly nodes: readonly PlayedNode[]
  /** Frames that nobody delivered. */
  readonly waiting: readonly FrameName[]
  readonly replies: readonly PlayedReply[]
}

/** @throws ScheduleError if an act cannot be performed. */
export function playSchedule(schedule: Schedule, sink: (event: LabEvent) => void): PlayEnd {
  const player = new SchedulePlayer(schedule, sink)
  for (const act of schedule.acts) player.perform(act)
  return player.end()
}

interface WaitingFrame {
  readonly id: string
  readonly from: NodeId
  readonly to: NodeId
  readonly message: Message
}

interface PlayerNode {
  readonly node: NodeId
  readonly host: HandHost
  sent: number
  /** Facts of the present life. */
  facts: number
}

/** `Schedule` without the acts: what the nodes are. */
export type Stage = Pick<Schedule, 'title' | 'nodes' | 'config' | 'flush'>

/** The same, act by act. */
export class SchedulePlayer {
  private readonly hosts = new Map<NodeId, PlayerNode>()
  private readonly frames: WaitingFrame[] = []
  private readonly replies: PlayedReply[] = []
  private acts = 0
  private seq = 0
  private faults = 0
  /** Commands by the number of the act that asked, which is the tag too. */
  private readonly asked = new Map<number, string>()
  private readonly down = new Map<NodeId, ActiveFault>()

  constructor(
    private readonly stage: Stage,
    private readonly sink: (event: LabEvent) => void,
  ) {
    if (!Number.isInteger(stage.nodes) || stage.nodes < 1 || stage.nodes > NODE_ID_MAX) {
      throw new ScheduleError(0, `a schedule has 1 to ${NODE_ID_MAX} nodes, not ${stage.nodes}`)
    }
    const config = { ...DEFAULT_REPLICA, ...stage.config }
    const members = Array.from({ length: stage.nodes }, (_, index) => index + 1)
    this.tell({
      type: 'clusterStarted',
      cluster: 'schedule',
      members,
      mode: config.mode,
      direct: false,
      seed: 0,
      policy: config.policy,
      scenario: stage.title,
      quorums: config.quorums,
      roles: config.roles,
      variant: config.variant,
      mutant: config.mutant,
      source: 'explorer',
    })
    for (const node of members) {
      const own: PlayerNode = {
        node,
        host: new HandHost({ ...config, node, members }, stage.flush ?? 'auto', this.sinkOf(node)),
        sent: 0,
        facts: 0,
      }
      this.hosts.set(node, own)
      this.start(own)
    }
  }

  /** @throws ScheduleError if it cannot be performed now; nothing has happened then. */
  perform(act: ScheduleAct): void {
    this.acts += 1
    switch (act.act) {
      case 'deliver':
        return this.deliver(this.find(act.frame), false)
      case 'duplicate':
        return this.deliver(this.find(act.frame), true)
      case 'drop':
        return this.drop(this.find(act.frame))
      case 'restart': {
        const own = this.node(act.node)
        if (own.host.alive) this.refuse(`node ${act.node} is up`)
        return this.start(own)
      }
      default:
        return this.performAt(this.up(act.node), act)
    }
  }

  /** Names of the frames that wait, in the order in which they were sent. */
  waiting(): FrameName[] {
    return this.frames.map((frame, index) => {
      const { message, ballot, slot } = noteMessage(frame.message)
      const { from, to } = frame
      const name = { from, to, message, ballot, slot, nth: 0 }
      const before = this.frames.slice(0, index).filter((other) => fits(other, name))
      return { ...name, nth: before.length }
    })
  }

  end(): PlayEnd {
    const nodes = [...this.hosts.values()].map(({ node, host }) => ({
      node,
      alive: host.alive,
      life: host.life,
      status: host.machine?.status() ?? null,
      durable: host.disk.records.map(({ record }) => record),
    }))
    const { acts, seq: events, replies } = this
    return { acts, events, nodes, waiting: this.waiting(), replies }
  }

  private performAt(
    own: PlayerNode,
    act: Exclude<ScheduleAct, { act: 'deliver' | 'duplicate' | 'drop' | 'restart' }>,
  ): void {
    const { host, node } = own
    switch (act.act) {
      case 'request':
      case 'propose':
        this.acted(`${act.act} at node ${node}: ${act.args.join(' ')}`)
        this.asked.set(this.acts, act.args.join(' '))
        return host.step({ type: act.act, tag: this.acts, args: act.args })
      case 'startElection':
        this.acted(`startElection at node ${node}`)
        return host.step({ type: 'startElection' })
      case 'timer':
        if (!host.timers.has(act.timer)) {
          const names = [...host.timers.keys()].join(', ')
          this.refuse(`timer ${act.timer} of node ${node} does not run; ${names || 'none'} runs`)
        }
        this.acted(`timer ${act.timer} of node ${node} fires`)
        host.fire(act.timer)
        return
      case 'flush':
        return host.flush()
      case 'crash':
        return this.crash(own, act.wiped === true)
    }
  }

  private deliver(index: number, again: boolean): void {
    const frame = this.frames[index]!
    const own = this.up(frame.to)
    if (!again) this.frames.splice(index, 1)
    const { id, from, message } = frame
    this.tellOf(own.node, { type: 'received', from, id, ...noteMessage(message) })
    own.host.step({ type: 'message', from, message })
  }

  private drop(index: number): void {
    const [frame] = this.frames.splice(index, 1)
    const { from, to, message } = frame!
    this.faults += 1
    const told: GateFrame = {
      id: this.faults,
      link: { from, to },
      ...noteMessage(message),
      bytes: JSON.stringify(message).length + 1,
      fault: '',
    }
    this.tell({ type: 'frameDropped', frame: told, how: 'byHand' })
  }

  private crash(own: PlayerNode, wiped: boolean): void {
    const { node, host } = own
    this.faults += 1
    const fault = wiped
      ? ({ kind: 'wipe', node } as const)
      : ({ kind: 'powerLoss', node, tornTail: false } as const)
    const active = { id: `f${this.faults}`, fault, startedAtMs: this.acts, endedAtMs: null }
    this.down.set(node, active)
    this.tell({ type: 'faultStarted', fault: active })
    host.end(wiped)
    this.tell({
      type: 'nodeExited',
      node,
      code: null,
      signal: 'SIGKILL',
      injected: true,
      tail: [],
    })
  }

  private start(own: PlayerNode): void {
    const { node, host } = own
    const life = host.life + 1
    own.facts = 0
    const fault = this.down.get(node)
    this.down.delete(node)
    if (fault !== undefined) {
      this.tell({ type: 'faultEnded', fault: { ...fault, endedAtMs: this.acts } })
    }
    this.tell({ type: 'nodeStarted', node, pid: 0 })
    host.start()
    if (host.alive) this.tell({ type: 'nodeReady', node, clientPort: 0, life })
  }

  private sinkOf(node: NodeId): HandSink {
    return {
      onRecovered: (machine, disk) => {
        const { promised, chosenThrough, votedThrough } = machine.status()
        const [records, bytes] = [disk.records.length, bytesOf(disk)]
        const known = { promised, chosenThrough, votedThrough }
        const found = { ...known, records, bytes, tornBytes: 0 }
        this.tellOf(node, { type: 'recovered', ...found })
      },
      onFact: (fact) => this.tellOf(node, fact),
      onSend: (to, message, after) => this.post(node, to, message, after),
      onPersisted: (record, disk) => {
        this.tellOf(node, { type: 'persisted', record, offset: bytesOf(disk), flushMs: 0 })
      },
      onReply: (reply) => this.reply(node, reply),
      // No act asks for a read.
      onRead: () => undefined,
      onFailed: (reason) => {
        this.tellOf(node, { type: 'nodeFailed', reason })
        const tail = [reason]
        this.tell({ type: 'nodeExited', node, code: 1, signal: null, injected: false, tail })
      },
    }
  }

  private post(from: NodeId, to: NodeId, message: Message, after: number): void {
    const own = this.node(from)
    own.sent += 1
    const id = `${from}-${own.sent}`
    this.frames.push({ id, from, to, message })
    this.tellOf(from, { type: 'sent', to, after, id, ...noteMessage(message) })
  }

  private reply(node: NodeId, reply: MachineReply): void {
    this.replies.push({ act: reply.tag, node, reply })
    const command = this.asked.get(reply.tag) ?? ''
    const text = reply.outcome === 'done' ? reply.resp : reply.words
    const isError = reply.outcome === 'notSent' || text.startsWith('-')
    this.tell({
      type: 'clientReplied',
      node,
      command,
      reply: text.trimEnd(),
      outcome: reply.outcome === 'unknown' ? 'unknown' : isError ? 'error' : 'ok',
      latencyMs: this.acts - reply.tag,
    })
  }

  private find(name: FrameName): number {
    let nth = 0
    const index = this.frames.findIndex((frame) => fits(frame, name) && nth++ === name.nth)
    if (index >= 0) return index
    const waiting = this.waiting().map(formatFrameName)
    const words = waiting.length === 0 ? 'nothing waits' : `there wait ${waiting.join('; ')}`
    return this.refuse(`no frame ${formatFrameName(name)} waits; ${words}`)
  }

  private node(node: NodeId): PlayerNode {
    return this.hosts.get(node) ?? this.refuse(`there is no node ${node}`)
  }

  private up(node: NodeId): PlayerNode {
    const own = this.node(node)
    return own.host.alive ? own : this.refuse(`node ${node} is down`)
  }

  private refuse(words: string): never {
    throw new ScheduleError(this.acts, words)
  }

  private acted(act: string): void {
    this.tell({ type: 'acted', act, actor: 'scenario' })
  }

  private tell(fact: LabFact): void {
    this.sink({ ...this.stamp(), by: 'lab', ...fact })
  }

  private tellOf(by: NodeId, fact: PaxosFact | NodeFact): void {
    const own = this.node(by)
    own.facts += 1
    this.sink({ ...this.stamp(), by, life: own.host.life, nodeSeq: own.facts, ...fact })
  }

  private stamp(): EventStamp {
    this.seq += 1
    return { seq: this.seq, atMs: this.acts }
  }
}

/** How schedules, errors and reports name a frame. */
export function formatFrameName({ from, to, message, ballot, slot, nth }: FrameName): string {
  const about = ballot === null ? '' : ` ${formatBallot(ballot)}`
  const where = slot === 0 ? '' : ` slot ${slot}`
  return `${from}>${to} ${message}${about}${where}${nth === 0 ? '' : ` #${nth}`}`
}

function fits(frame: WaitingFrame, name: FrameName): boolean {
  if (frame.from !== name.from || frame.to !== name.to) return false
  const { message, ballot, slot } = noteMessage(frame.message)
  if (message !== name.message || slot !== name.slot) return false
  if (ballot === null || name.ballot === null) return ballot === name.ballot
  return sameBallot(ballot, name.ballot)
}

/** Length of the log as JSON lines: the record format of the disk is the real node's business. */
function bytesOf({ records }: HandDisk): number {
  return records.reduce((sum, { record }) => sum + JSON.stringify(record).length + 1, 0)
}
