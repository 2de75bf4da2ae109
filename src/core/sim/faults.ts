/**
 * Faults of a simulated run: starts and ends what the plan says, at its time, and counts what made
 * a difference.
 *
 * Rules: a fault that cannot strike (the node is down already) does nothing and is not told; one
 *        that needs to know who leads is made concrete when it starts. `healAll` ends everything.
 */
import type { ActiveFault, Fault, Link } from '../fault'
import { allLinks } from '../fault'
import type { LabFact } from '../event'
import { planPartition } from '../partition'
import type { NodeId } from '../paxos/ballot'
import type { Agenda } from './agenda'
import { GRAINS_PER_TICK, toMs } from './agenda'
import { TRUE_CLOCK } from './clock'
import { SOUND_DISK } from './disk'
import type { Network } from './network'
import type { PlannedFault, SimFault, SimFaultKind } from './plan'
import type { SimNode } from './simNode'

export interface FaultHost {
  readonly agenda: Agenda
  readonly members: readonly NodeId[]
  readonly network: Network
  node(node: NodeId): SimNode
  /** The node that leads at the highest ballot; null: none does. */
  leader(): NodeId | null
  tell(fact: LabFact): void
  end(node: SimNode, how: 'kill' | 'powerLoss' | 'close'): void
  start(node: SimNode): void
}

interface Running {
  readonly active: ActiveFault
  readonly undo: () => void
}

export class FaultDriver {
  /** How often each kind made a difference. */
  readonly strikes = new Map<SimFaultKind, number>()
  private readonly running = new Map<string, Running>()
  private count = 0
  private healed = false
  /** True: what is planned and has not begun never does. */
  quiet = false

  constructor(
    private readonly host: FaultHost,
    planned: readonly PlannedFault[],
  ) {
    for (const fault of planned) {
      host.agenda.put(fault.at * GRAINS_PER_TICK, () => {
        if (!this.healed && !this.quiet) this.begin(fault.fault, fault.until)
      })
    }
  }

  strike(kind: SimFaultKind): void {
    this.strikes.set(kind, (this.strikes.get(kind) ?? 0) + 1)
  }

  /** Ends every fault; nodes that are down begin again, unless the disk they need is broken. */
  healAll(): void {
    this.healed = true
    for (const id of [...this.running.keys()]) this.finish(id)
  }

  /** Faults that have not ended. */
  active(): ActiveFault[] {
    return [...this.running.values()].map(({ active }) => active)
  }

  /** Null: it cannot strike now, or was over at once. `until` in ticks; null: until it is ended. */
  begin(fault: SimFault, until: number | null): ActiveFault | null {
    const concrete = this.concrete(fault)
    const undo = concrete === null ? null : this.apply(concrete)
    if (concrete === null || undo === null) return null
    if (!isTold(concrete)) return null
    this.count += 1
    const id = `f${this.count}`
    const { agenda } = this.host
    const startedAtMs = toMs(agenda.now)
    const active: ActiveFault = { id, fault: concrete, startedAtMs, endedAtMs: null }
    this.host.tell({ type: 'faultStarted', fault: active })
    this.running.set(id, { active, undo: undo.undo })
    undo.begin()
    if (until !== null) {
      const at = Math.max(agenda.now, until * GRAINS_PER_TICK)
      agenda.put(at, () => this.finish(id))
    }
    return active
  }

  finish(id: string): void {
    const running = this.running.get(id)
    if (running === undefined) return
    this.running.delete(id)
    const fault = { ...running.active, endedAtMs: toMs(this.host.agenda.now) }
    running.undo()
    this.host.tell({ type: 'faultEnded', fault })
  }

  /** Who leads is known only now. */
  private concrete(fault: SimFault): SimFault | null {
    if (fault.kind !== 'partition' || fault.preset === 'custom' || fault.links.length > 0) {
      return fault
    }
    const plan = planPartition(fault.preset, this.host.members, this.host.leader())
    return plan && { ...fault, ...plan }
  }

  /** Null: it cannot strike now. Acts that are over at once are done here. */
  private apply(fault: SimFault): { begin: () => void; undo: () => void } | null {
    const { network } = this.host
    switch (fault.kind) {
      case 'cut':
      case 'partition':
      case 'delay':
      case 'reorder':
      case 'drop':
      case 'dropNext':
      case 'duplicate':
        return { begin: () => network.start(fault), undo: () => network.end(fault) }
      case 'reset':
        return this.reset(fault.links)
      case 'kill':
      case 'stop':
      case 'powerLoss':
      case 'wipe':
        return this.endNode(fault)
      case 'pause': {
        const own = this.host.node(fault.node)
        if (!own.alive || own.paused) return null
        this.strike('pause')
        return { begin: () => own.pause(), undo: () => own.resume() }
      }
      case 'clock': {
        const { clock } = this.host.node(fault.node)
        this.strike('clock')
        return { begin: () => clock.set(fault), undo: () => clock.set(TRUE_CLOCK) }
      }
      case 'elect':
      case 'stepDown':
      case 'policy':
        return this.act(fault)
      default:
        return this.breakDisk(fault)
    }
  }

  private reset(links: readonly Link[]): null {
    this.host.network.reset(links)
    const words = links.map(({ from, to }) => `${from}>${to}`).join(' ')
    this.host.tell({ type: 'acted', act: `connections reset: ${words}`, actor: 'scenario' })
    return null
  }

  private act(fault: Extract<SimFault, { kind: 'elect' | 'stepDown' | 'policy' }>): null {
    const { members } = this.host
    const nodes = fault.kind === 'policy' ? members : [fault.node]
    for (const node of nodes) {
      const own = this.host.node(node)
      if (!own.alive) continue
      this.strike(fault.kind)
      if (fault.kind === 'elect') own.push({ type: 'startElection' })
      else if (fault.kind === 'stepDown') own.push({ type: 'stepDown' })
      else own.push({ type: 'setPolicy', policy: fault.policy })
    }
    const where = fault.kind === 'policy' ? fault.policy.kind : `at node ${fault.node}`
    this.host.tell({ type: 'acted', act: `${fault.kind} ${where}`, actor: 'scenario' })
    return null
  }

  private endNode(fault: Extract<SimFault, { kind: 'kill' | 'stop' | 'powerLoss' | 'wipe' }>) {
    const own = this.host.node(fault.node)
    if (!own.alive) return null
    this.strike(fault.kind)
    const how = { kill: 'kill', wipe: 'kill', stop: 'close', powerLoss: 'powerLoss' } as const
    return {
      begin: () => {
        this.host.end(own, how[fault.kind])
        if (fault.kind !== 'wipe') return
        own.disk.wipe()
        own.votes = false
      },
      undo: () => {
        if (!own.alive) this.host.start(own)
      },
    }
  }

  /** The node ends when the fault strikes, and begins again when it is over. */
  private breakDisk(
    fault: Extract<
      SimFault,
      {
        kind:
          | 'flushOff'
          | 'flushLies'
          | 'slowFlush'
          | 'writeError'
          | 'flushError'
          | 'diskFull'
          | 'tornTail'
      }
    >,
  ) {
    const own = this.host.node(fault.node)
    const { faults } = own.disk
    const begin = (): void => {
      if (fault.kind === 'slowFlush') {
        faults.slow = { delayMs: fault.delayMs, jitterMs: fault.jitterMs }
      } else if (fault.kind === 'diskFull') faults.bytesLeft = fault.bytesLeft
      else faults[fault.kind] = true
    }
    const undo = (): void => {
      if (fault.kind === 'slowFlush') faults.slow = SOUND_DISK.slow
      else if (fault.kind === 'diskFull') faults.bytesLeft = SOUND_DISK.bytesLeft
      else faults[fault.kind] = false
      if (!own.alive) this.host.start(own)
    }
    return { begin, undo }
  }
}

/** A reset and a person's acts are over at once: they are no faults that last. */
function isTold(fault: SimFault): fault is Extract<SimFault, Fault> {
  return !['reset', 'elect', 'stepDown', 'policy'].includes(fault.kind)
}

/** Every link of a node, in both directions. */
export function linksOfNode(members: readonly NodeId[], node: NodeId): Link[] {
  return allLinks(members).filter(({ from, to }) => from === node || to === node)
}
