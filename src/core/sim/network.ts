/**
 * A simulated network: one queue for each directed link, with what faults do to it.
 *
 * Model:  a link keeps order as TCP does, unless a fault reorders; a message to a node that is down
 *         is lost; a reset loses what flies. Loss is real loss: TCP would turn it into latency.
 * Limits: a link holds `LINK_MESSAGES_MAX` messages; what comes above is lost and counted.
 * Order:  each link has a random stream of its own, so that a fault on one leaves the others as
 *         they were.
 */
import { drawDelayMs } from '../delayShape'
import { frameMatches } from '../fault'
import type { Link } from '../fault'
import { noteMessage } from '../messageNote'
import type { NodeId } from '../paxos/ballot'
import type { Message } from '../paxos/message'
import type { Agenda } from './agenda'
import { msToGrains } from './agenda'
import type { SimFault } from './plan'
import type { Chance, Prng } from './prng'

export const LINK_MESSAGES_MAX = 20_000

export type LinkFaultOf = Extract<
  SimFault,
  { kind: 'cut' | 'partition' | 'delay' | 'reorder' | 'drop' | 'dropNext' | 'duplicate' }
>

export interface NetworkHost {
  /** A message reached its node; false if nobody is there. */
  onArrival(from: NodeId, to: NodeId, id: number, message: Message): void
  /** A fault made a difference to a message. */
  onStrike(kind: LinkFaultOf['kind'] | 'reset'): void
}

/** Messages that were lost for good, by cause. */
export interface Losses {
  faults: number
  resets: number
  overflow: number
}

interface LinkState {
  readonly prng: Prng
  faults: LinkFaultOf[]
  /** Messages that a `dropNext` still takes. */
  dropNext: number
  lastArrival: number
  flying: number
  /** Counts connections: what was sent on a former one is lost. */
  connection: number
}

/** Node ids are at most 30. */
const STRIDE = 32

export class Network {
  readonly losses: Losses = { faults: 0, resets: 0, overflow: 0 }
  private readonly links: (LinkState | undefined)[] = []

  constructor(
    private readonly agenda: Agenda,
    chance: Chance,
    members: readonly NodeId[],
    private readonly delayGrains: readonly [number, number],
    private readonly host: NetworkHost,
  ) {
    for (const from of members) {
      for (const to of members) {
        const prng = chance.stream(101, from, to)
        this.links[from * STRIDE + to] = {
          ...{ prng, faults: [], dropNext: 0, lastArrival: 0, flying: 0, connection: 0 },
        }
      }
    }
  }

  send(from: NodeId, to: NodeId, id: number, message: Message): void {
    const link = this.links[from * STRIDE + to]
    if (link === undefined) return
    let copies = 1
    if (link.faults.length > 0) {
      copies = this.copiesUnderFaults(link, message)
      if (copies === 0) this.losses.faults += 1
    }
    for (; copies > 0; copies -= 1) this.fly(link, from, to, id, message)
  }

  start(fault: LinkFaultOf): void {
    for (const link of this.linksOf(fault.links)) {
      link.faults = [...link.faults, fault]
      if (fault.kind === 'dropNext') link.dropNext = fault.count
    }
  }

  end(fault: LinkFaultOf): void {
    for (const link of this.linksOf(fault.links)) {
      link.faults = link.faults.filter((other) => other !== fault)
      if (fault.kind === 'dropNext') link.dropNext = 0
    }
  }

  /** The connections break; what flies on them is lost. */
  reset(links: readonly Link[]): void {
    for (const link of this.linksOf(links)) {
      if (link.flying > 0) this.host.onStrike('reset')
      this.breakOff(link)
    }
  }

  /** A node ended: nothing reaches it that was sent to it so far. */
  disconnect(node: NodeId, members: readonly NodeId[]): void {
    for (const from of members) {
      const link = this.links[from * STRIDE + node]
      if (link !== undefined) this.breakOff(link)
    }
  }

  private linksOf(links: readonly Link[]): LinkState[] {
    return links
      .map(({ from, to }) => this.links[from * STRIDE + to])
      .filter((link) => link !== undefined)
  }

  private breakOff(link: LinkState): void {
    this.losses.resets += link.flying
    link.connection += 1
    link.flying = 0
    link.lastArrival = 0
  }

  private copiesUnderFaults(link: LinkState, message: Message): number {
    let copies = 1
    for (const fault of link.faults) {
      if (!isMeant(fault, message)) continue
      switch (fault.kind) {
        case 'cut':
        case 'partition':
          this.host.onStrike(fault.kind)
          return 0
        case 'drop':
          if (link.prng.unit() >= fault.probability) break
          this.host.onStrike('drop')
          return 0
        case 'dropNext':
          if (link.dropNext <= 0) break
          link.dropNext -= 1
          this.host.onStrike('dropNext')
          return 0
        case 'duplicate':
          if (link.prng.unit() >= fault.probability) break
          this.host.onStrike('duplicate')
          copies = 2
          break
        case 'delay':
        case 'reorder':
          break
      }
    }
    return copies
  }

  private fly(link: LinkState, from: NodeId, to: NodeId, id: number, message: Message): void {
    if (link.flying >= LINK_MESSAGES_MAX) {
      this.losses.overflow += 1
      return
    }
    const at = this.arrival(link, message)
    const { connection } = link
    link.flying += 1
    this.agenda.put(at, () => {
      if (link.connection !== connection) return
      link.flying -= 1
      this.host.onArrival(from, to, id, message)
    })
    if (!this.agenda.keepsNames) return
    const what = { kind: 'message', from, to, id: `${from}-${id}`, message: message.type } as const
    this.agenda.name(what, () => link.connection === connection)
  }

  private arrival(link: LinkState, message: Message): number {
    const [min, max] = this.delayGrains
    const { prng, faults } = link
    let grains = prng.between(min, max)
    let overtakes = false
    for (const fault of faults) {
      if (!isMeant(fault, message)) continue
      if (fault.kind === 'delay') {
        this.host.onStrike('delay')
        grains += msToGrains(drawDelayMs(fault, () => prng.unit()))
      } else if (fault.kind === 'reorder' && prng.unit() < fault.probability) {
        this.host.onStrike('reorder')
        grains += Math.round(prng.unit() * msToGrains(fault.windowMs))
        overtakes = true
      }
    }
    const at = this.agenda.now + grains
    // Later messages overtake this one: it holds nobody up.
    if (overtakes) return at
    link.lastArrival = Math.max(link.lastArrival, at)
    return link.lastArrival
  }
}

/** A fault with a match means only the messages that fit. */
function isMeant(fault: LinkFaultOf, message: Message): boolean {
  if (!('match' in fault) || fault.match === undefined) return true
  const { message: type, ballot, slot, count } = noteMessage(message)
  const runs = slot === 0 ? [] : [{ from: slot, to: slot + count - 1 }]
  return frameMatches(fault.match, { type, ballot, runs })
}
