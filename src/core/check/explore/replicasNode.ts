/**
 * One node of a bounded world as a transition table: local states are numbers, and so are inputs.
 *
 * How: a machine cannot be copied, but it is a function of its inputs: a local state remembers one
 *      history that leads to it, and a machine in that state is made by repeating it. Two histories
 *      lead to one state when fingerprint of machine, disk and host, and the ghost, are equal.
 * Cost: each pair of state and input is computed once, in any number of global states.
 */
import { HandHost } from '../../handHost'
import type { FlushMode, HandDisk } from '../../handHost'
import { makeMachine } from '../../makeMachine'
import type { NodeId } from '../../paxos/ballot'
import type { ReplicaConfig } from '../../paxos/config'
import type { TimerName } from '../../paxos/effect'
import { fingerprint, lowestRound } from './replicasFingerprint'
import type { Frames } from './replicasFrames'
import { GhostKeeper } from './replicasGhost'
import type { Ghost } from './replicasGhost'
import type { WorldRequest } from './replicasTypes'

export const TIMER_NAMES = [
  'election',
  'heartbeat',
  'bid',
  'resend',
  'read',
  'catchUp',
  'gather',
] as const satisfies readonly TimerName[]

/** Inputs as numbers: fixed ones, timers, requests, and frames from `FRAMES_FROM` on. */
export const INPUT = { elect: 0, flush: 1, crash: 2, wipe: 3 } as const
export const TIMERS_FROM = 8
export const REQUESTS_FROM = 16
export const FRAMES_FROM = 64
export const REQUESTS_MAX = FRAMES_FROM - REQUESTS_FROM

/** Machines kept alive between two steps. */
const LIVE_MAX = 512

/** Slots that are looked at: worlds are small. */
const SLOTS_SEEN = 16

export interface LocalState {
  /** The state and the input that led here first; -1: the start. */
  readonly before: number
  readonly input: number
  readonly ghost: Ghost
  /** Equal ghosts have equal numbers. */
  readonly ghostId: number
  readonly timers: readonly TimerName[]
  readonly flushWaits: boolean
  readonly alive: boolean
  /** Bids of the present life. */
  readonly bids: number
}

export interface LocalStep {
  readonly next: number
  /** Numbers of the frames that left, in order. */
  readonly sent: readonly number[]
}

interface Live {
  readonly host: HandHost
  readonly keeper: GhostKeeper
  sent: number[]
}

export class LocalStates {
  private readonly states: LocalState[] = []
  private readonly ids = new Map<string, number>()
  private readonly steps = new Map<number, LocalStep>()
  private readonly ghosts = new Map<string, number>()
  /** Numbers of what disks are worth, by their records and by that text. */
  private readonly disks = new Map<string, number>()
  private readonly diskTexts = new Map<string, number>()
  private readonly live = new Map<number, Live>()

  constructor(
    private readonly config: ReplicaConfig,
    private readonly flush: FlushMode,
    private readonly requests: readonly WorldRequest[],
    private readonly frames: Frames,
    private readonly clockStands = false,
  ) {}

  get node(): NodeId {
    return this.config.node
  }

  get size(): number {
    return this.states.length
  }

  get(id: number): LocalState {
    return this.states[id]!
  }

  /** The node starts: its state and what it sends. */
  start(): LocalStep {
    const live = this.boot()
    return this.keep(live, -1, -1)
  }

  /** Lowest round above 0 that the machine remembers; Infinity: none. */
  lowestRound(id: number): number {
    const live = this.take(id)
    this.live.set(id, live)
    return lowestRound(live.host.machine)
  }

  /** What decides what the node does from here on, rounds counted from `roundsOff`, no crash. */
  textFrom(id: number, roundsOff: number): string {
    const live = this.take(id)
    this.live.set(id, live)
    const { host } = live
    const text = fingerprint(host.machine, { roundsOff, skipCounts: true })
    return `${text}|${[...host.timers.keys()].sort().join()}`
  }

  step(from: number, input: number): LocalStep {
    const key = from * 0x1000000 + input
    const known = this.steps.get(key)
    if (known !== undefined) return known
    const live = this.take(from)
    live.sent = []
    this.perform(live, input)
    const step = this.keep(live, from, input)
    this.steps.set(key, step)
    return step
  }

  private boot(): Live {
    const keeper = new GhostKeeper(this.node)
    const live: Live = {
      keeper,
      sent: [],
      host: new HandHost(this.config, this.flush, {
        onRecovered: () => undefined,
        onFact: (fact) => keeper.fact(fact),
        onSend: (to, message, after) => {
          keeper.send(message, after, live.host.durableNumber)
          live.sent.push(this.frames.idOf(this.node, to, message))
        },
        onPersisted: () => undefined,
        onReply: () => undefined,
        onRead: () => undefined,
        onFailed: (reason) => keeper.failed(reason),
      }),
    }
    live.host.start()
    return live
  }

  private perform(live: Live, input: number): void {
    const { host } = live
    if (input >= FRAMES_FROM) {
      const { from, message } = this.frames.get(input - FRAMES_FROM)
      host.step({ type: 'message', from, message })
    } else if (input >= REQUESTS_FROM) {
      const request = this.requests[input - REQUESTS_FROM]!
      host.step({ type: 'request', tag: input, args: request.args })
    } else if (input >= TIMERS_FROM) host.fire(TIMER_NAMES[input - TIMERS_FROM]!, this.clockStands)
    else if (input === INPUT.elect) host.step({ type: 'startElection' })
    else if (input === INPUT.flush) host.flush()
    else {
      host.end(input === INPUT.wipe)
      host.start()
    }
    this.look(live, input === INPUT.crash)
  }

  private look({ host, keeper }: Live, restarted: boolean): void {
    const { machine, wiped } = host
    // A wiped node has forgotten everything, and knows it.
    if (machine === null || wiped) return
    keeper.look(machine.status().promised, machine.slots(1, SLOTS_SEEN), restarted)
  }

  /** A machine in that state, which the caller may move on. */
  private take(id: number): Live {
    const kept = this.live.get(id)
    if (kept !== undefined) {
      this.live.delete(id)
      return kept
    }
    const inputs: number[] = []
    for (let at = id; this.get(at).before >= 0; at = this.get(at).before) {
      inputs.push(this.get(at).input)
    }
    const live = this.boot()
    for (const input of inputs.reverse()) this.perform(live, input)
    return live
  }

  private keep(live: Live, before: number, input: number): LocalStep {
    const { host, keeper, sent } = live
    const ghostText = keeper.text()
    const text = `${this.textOf(host)}|${ghostText}`
    let next = this.ids.get(text)
    if (next === undefined) {
      next = this.states.length
      this.ids.set(text, next)
      this.states.push({
        before,
        input,
        ghost: keeper.ghost(),
        ghostId: this.ghostId(keeper),
        timers: [...host.timers.keys()],
        flushWaits: host.flushWaits,
        alive: host.alive,
        bids: host.machine?.status().bids ?? 0,
      })
    }
    this.live.set(next, live)
    if (this.live.size > LIVE_MAX) {
      const [oldest] = this.live.keys()
      if (oldest !== undefined) this.live.delete(oldest)
    }
    return { next, sent }
  }

  private ghostId(keeper: GhostKeeper): number {
    const key = JSON.stringify(keeper.ghost())
    const known = this.ghosts.get(key) ?? this.ghosts.size
    this.ghosts.set(key, known)
    return known
  }

  private textOf(host: HandHost): string {
    const machine = host.machine === null ? 'down' : fingerprint(host.machine)
    return `${machine}|${this.diskId(host.disk)}|${JSON.stringify(host.volatile())}`
  }

  /** What a disk is worth: the machine that recovers from it. */
  private diskId(disk: HandDisk): number {
    const key = JSON.stringify([disk.snapshot, disk.records.map(({ record }) => record)])
    const known = this.disks.get(key)
    if (known !== undefined) return known
    const machine = makeMachine(this.config, 0)
    if (disk.snapshot !== null) machine.recoverSnapshot(disk.snapshot)
    for (const { record } of disk.records) machine.recoverRecord(record)
    const text = fingerprint(machine)
    const id = this.diskTexts.get(text) ?? this.diskTexts.size
    this.diskTexts.set(text, id)
    this.disks.set(key, id)
    return id
  }
}
