/**
 * I13: a replica applies only slots that it knows to be chosen, in order, without a gap.
 *
 * Looks at: what a node says it knows (`chosen`, `learned`, a snapshot it took over, what it
 *         recovered) against what it says it executed (`applied`). Both are facts of one node and
 *         come in order. That what it knows was chosen is I10; that equal logs give equal states,
 *         and so that a repeated request changes nothing twice, is I12.
 * Unknown: a node whose facts were lost, or that began with a memory, may know more than it told.
 */
import type { LabEvent, NodeEvent } from '../event'
import type { NodeId, Slot } from '../paxos/ballot'
import type { EventOrder, Report } from './violation'

/** Slots known above a gap, of one node. */
export const SLOTS_ABOVE_GAP_MAX = 100_000

interface NodeLog {
  life: number
  /** Every slot up to here is chosen, by its own words. */
  known: Slot
  readonly above: Set<Slot>
  applied: Slot
  appliedSeq: number
  /** It may know more than it told. */
  isBlind: boolean
}

/** Called when some node knows every slot up to `to` for the first time. */
export type OnReached = (from: Slot, to: Slot) => void

export class ApplyCheck {
  judged = 0
  unknown = 0
  /** Some node knows every slot up to here to be chosen. */
  reached: Slot = 0
  private readonly logs = new Map<NodeId, NodeLog>()

  constructor(
    private readonly order: EventOrder,
    private readonly onReached: OnReached,
  ) {}

  feed(event: LabEvent, report: Report): void {
    switch (event.type) {
      case 'chosen':
      case 'learned': {
        const log = this.at(event)
        for (let index = 0; index < event.count; index += 1) learn(log, event.slot + index)
        return this.reach(log.known)
      }
      case 'recovered': {
        const isFirst = !this.logs.has(event.by)
        const isFresh = isFirst && event.promised.round === 0 && event.chosenThrough === 0
        const log = this.at(event)
        if (isFirst && !isFresh) log.isBlind = true
        log.applied = 0
        return this.jump(log, event.chosenThrough)
      }
      case 'factsDropped':
        this.at(event).isBlind = true
        return
      case 'snapshotInstalled': {
        const log = this.at(event)
        this.jump(log, event.through)
        log.applied = Math.max(log.applied, event.through)
        return
      }
      case 'applied':
        return this.apply(event, report)
    }
  }

  private apply(event: Extract<NodeEvent, { type: 'applied' }>, report: Report): void {
    const { by, life, through, seq } = event
    const log = this.at(event)
    if (life < log.life) return
    const evidence = [...(log.appliedSeq === 0 ? [] : [log.appliedSeq]), seq]
    if (through < log.applied) {
      const words = `N${by} applied slot ${through} after slot ${log.applied}`
      report({ invariant: 'I13', words, evidence })
    } else if (through > log.known && !log.isBlind) {
      const gap = log.known + 1
      const words = `N${by} applied through slot ${through}, and did not know what is chosen in slot ${gap}`
      report({ invariant: 'I13', words, evidence })
    }
    if (through > log.known && log.isBlind) this.unknown += 1
    else this.judged += 1
    log.applied = through
    log.appliedSeq = seq
    this.jump(log, through)
  }

  private jump(log: NodeLog, through: Slot): void {
    if (through > log.known) {
      log.known = through
      for (const slot of log.above) if (slot <= through) log.above.delete(slot)
      absorb(log)
    }
    this.reach(log.known)
  }

  private reach(known: Slot): void {
    if (known <= this.reached) return
    const from = this.reached + 1
    this.reached = known
    this.onReached(from, known)
  }

  private at({ by, life }: NodeEvent): NodeLog {
    const present = this.logs.get(by)
    if (present !== undefined) {
      if (life > present.life) {
        // What it learned in former lives it may remember: that is never too little.
        Object.assign(present, { life, applied: 0 })
        if (this.order === 'causal') present.isBlind = true
      }
      return present
    }
    const made: NodeLog = {
      ...{ life, known: 0, above: new Set<Slot>() },
      ...{ applied: 0, appliedSeq: 0, isBlind: this.order === 'causal' && life > 1 },
    }
    this.logs.set(by, made)
    return made
  }
}

function learn(log: NodeLog, slot: Slot): void {
  if (slot <= log.known) return
  if (slot > log.known + 1) {
    if (log.above.size < SLOTS_ABOVE_GAP_MAX) log.above.add(slot)
    else log.isBlind = true
    return
  }
  log.known = slot
  if (log.above.size > 0) absorb(log)
}

function absorb(log: NodeLog): void {
  while (log.above.delete(log.known + 1)) log.known += 1
}
