/**
 * Holes: which facts of a node the oracle was never told, as far as can be known.
 *
 * Why:    the facts of the last moment before a kill, of the disk that a scenario began with, of a
 *         node of another make and of an overfull queue are never told. What such a fact could
 *         excuse is not judged: "not enough data", never a false alarm.
 * What:   a vote that was not told has a ballot between the promises before and after it, so that
 *         a hole is a range of ballots. Even in a total order a vote may be durable and not told:
 *         a crash may come between the two.
 * Bounds: `HOLES_MAX` a node; the oldest two become one, which excuses more.
 */
import type { LabEvent, NodeEvent } from '../event'
import { compareBallot, ZERO_BALLOT } from '../paxos/ballot'
import type { Ballot, NodeId } from '../paxos/ballot'
import type { EventOrder } from './violation'

export const HOLES_MAX = 32

/** Votes from the one ballot to the other, both included, may be missing. */
interface Hole {
  readonly from: Ballot
  readonly to: Ballot
  /** Whatever is missing happened before this event. */
  readonly untilSeq: number
}

/** Highest promise of a node that was seen, in any life, votes included. */
export interface Promised {
  promised: Ballot
  promisedSeq: number
}

interface NodeHoles extends Promised {
  life: number
  /** Facts are missing since then. */
  lost: boolean
  /** This life was cut short: its last facts may never come. */
  ended: boolean
  /** It ended in order, and told everything before. */
  saidGoodbye: boolean
  /** Facts of other kinds may be missing of lives up to this one; 0: of none. */
  lossThrough: number
  readonly holes: Hole[]
}

export class Holes {
  /** A node began with what it remembers: an image, or the disks of an earlier run. */
  hasMemory = false
  private readonly nodes = new Map<NodeId, NodeHoles>()
  /** Lab time of the last that each node told; by node id. */
  private readonly toldMs: number[] = []

  constructor(
    readonly order: EventOrder = 'causal',
    private readonly members: readonly NodeId[] = [],
  ) {}

  feed(event: LabEvent): void {
    if (event.by !== 'lab') {
      this.toldMs[event.by] = event.atMs
      return this.feedNode(event)
    }
    if (event.type === 'nodeExited') {
      const held = this.nodes.get(event.node)
      if (held === undefined) return
      held.saidGoodbye = event.code === 0 && event.signal === null
      held.ended = !held.saidGoodbye
      if (held.ended && this.order === 'causal') held.lossThrough = held.life
    } else if (event.type === 'statusSampled') {
      for (const { node } of event.nodes) this.toldMs[node] = event.atMs
    }
  }

  /** What the node was seen to have promised; null: it told nothing, or this is a late fact. */
  promiseOf(node: NodeId, life = Infinity): Promised | null {
    const held = this.nodes.get(node)
    return held === undefined || life < held.life ? null : held
  }

  /** The node may have promised or voted at this ballot (null: any) without our being told. */
  hides(node: NodeId, ballot: Ballot | null, sinceSeq = 0): boolean {
    const held = this.nodes.get(node)
    if (held === undefined) return this.order === 'causal'
    const isOpen = held.lost || (held.ended && this.order === 'causal')
    if (isOpen && (ballot === null || compareBallot(ballot, held.promised) >= 0)) return true
    const floor = this.order === 'total' ? sinceSeq : 0
    return held.holes.some(({ from, to, untilSeq }) => {
      return untilSeq >= floor && (ballot === null || isWithin(ballot, from, to))
    })
  }

  /** A hole of the node reaches above the one ballot and begins below the other. */
  hidesBetween(node: NodeId, low: Ballot, high: Ballot): boolean {
    const holes = this.nodes.get(node)?.holes ?? []
    return holes.some(({ from, to }) => compareBallot(to, low) > 0 && compareBallot(from, high) < 0)
  }

  /** Facts of any kind may be missing of this life of the node, or of the time before the run. */
  hasLoss(node: NodeId, life: number): boolean {
    if (this.hasMemory) return true
    const held = this.nodes.get(node)
    return held === undefined ? this.order === 'causal' : life <= held.lossThrough
  }

  get anyLoss(): boolean {
    if (this.members.some((node) => this.hasLoss(node, 1))) return true
    for (const { lossThrough } of this.nodes.values()) if (lossThrough > 0) return true
    return false
  }

  /** Every node that still tells anything has told something of this lab time or later. */
  get settledMs(): number {
    let least = Infinity
    for (const node of this.members) {
      if (this.nodes.get(node)?.ended === true) continue
      least = Math.min(least, this.toldMs[node] ?? -Infinity)
    }
    return least
  }

  private feedNode(event: NodeEvent): void {
    switch (event.type) {
      case 'recovered': {
        const isFirst = !this.nodes.has(event.by)
        const held = this.at(event)
        held.lost = true
        if (isFirst && (event.promised.round > 0 || event.chosenThrough > 0)) this.hasMemory = true
        return this.raise(event, event.promised)
      }
      case 'factsDropped': {
        const held = this.at(event)
        held.lost = true
        held.lossThrough = event.life
        return
      }
      case 'promised':
      case 'voted':
        return this.raise(event, event.ballot)
      default:
        return
    }
  }

  /** The promise of a node is seen to be at least this high. */
  private raise(event: NodeEvent, ballot: Ballot): void {
    const held = this.at(event)
    if (event.life < held.life) return
    if (held.lost) {
      held.lost = false
      const isUp = compareBallot(ballot, held.promised) >= 0
      const [from, to] = isUp ? [held.promised, ballot] : [ballot, held.promised]
      addHole(held.holes, { from, to, untilSeq: event.seq })
    }
    if (compareBallot(ballot, held.promised) <= 0) return
    held.promised = ballot
    held.promisedSeq = event.seq
  }

  private at({ by, life, seq }: NodeEvent): NodeHoles {
    const present = this.nodes.get(by)
    if (present !== undefined) {
      if (life > present.life) {
        // The end of the former life may not have been told.
        if (this.order === 'causal' && !present.saidGoodbye) present.lossThrough = present.life
        Object.assign(present, { life, lost: true, ended: false, saidGoodbye: false })
      }
      return present
    }
    const made: NodeHoles = {
      ...{ life, promised: ZERO_BALLOT, promisedSeq: seq, lost: life > 1, ended: false },
      ...{ saidGoodbye: false, lossThrough: life - 1, holes: [] },
    }
    this.nodes.set(by, made)
    return made
  }
}

function addHole(holes: Hole[], hole: Hole): void {
  if (hole.to.round === 0) return
  holes.push(hole)
  if (holes.length <= HOLES_MAX) return
  const [first, second] = holes.splice(0, 2)
  if (first === undefined || second === undefined) return
  const to = compareBallot(first.to, second.to) >= 0 ? first.to : second.to
  const from = compareBallot(first.from, second.from) <= 0 ? first.from : second.from
  holes.unshift({ from, to, untilSeq: Math.max(first.untilSeq, second.untilSeq) })
}

function isWithin(ballot: Ballot, from: Ballot, to: Ballot): boolean {
  return compareBallot(ballot, from) >= 0 && compareBallot(ballot, to) <= 0
}
