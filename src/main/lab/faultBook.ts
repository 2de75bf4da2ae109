/** Fault book: the faults of a run, each with an id, a start and an end, told as events. */
import type { LabFact } from '../../core/event'
import type { ActiveFault, Fault, LinkFault } from '../../core/fault'
import type { LabClock } from './clock'

export type LinkFaultActive = ActiveFault & { readonly fault: LinkFault }

export class FaultBook {
  private readonly open = new Map<string, ActiveFault>()
  /** Ids that are given out and not started; true: it ended by itself before that was told. */
  private readonly coming = new Map<string, boolean>()
  private lastId = 0

  constructor(
    private readonly clock: LabClock,
    private readonly tell: (fact: LabFact) => void,
  ) {}

  /** Faults that have not ended, oldest first. */
  active(): ActiveFault[] {
    return [...this.open.values()]
  }

  links(): LinkFaultActive[] {
    return this.active().filter(isLinkFault)
  }

  find(id: string): ActiveFault | null {
    return this.open.get(id) ?? null
  }

  /** The fault of this kind on `node`, if there is one. */
  ofNode(node: number): ActiveFault[] {
    return this.active().filter(({ fault }) => 'node' in fault && fault.node === node)
  }

  /** An id for a fault about to start: the switchboard needs it before the start is told. */
  nextId(): string {
    this.lastId += 1
    const id = `f${this.lastId}`
    this.coming.set(id, false)
    return id
  }

  /** The fault of this id could not be started. */
  abandon(id: string): void {
    this.coming.delete(id)
  }

  start(id: string, fault: Fault): void {
    const active = { id, fault, startedAtMs: this.clock.now(), endedAtMs: null }
    this.open.set(id, active)
    this.tell({ type: 'faultStarted', fault: active })
    const endedBefore = this.coming.get(id) === true
    this.coming.delete(id)
    if (endedBefore) this.end(id)
  }

  /** Ending twice is no error: a fault can end by itself while somebody ends it. */
  end(id: string): void {
    if (this.coming.has(id)) this.coming.set(id, true)
    const active = this.open.get(id)
    if (active === undefined) return
    this.open.delete(id)
    this.tell({ type: 'faultEnded', fault: { ...active, endedAtMs: this.clock.now() } })
  }

  /** Ends the faults of `node` that are of these kinds. */
  endOfNode(node: number, kinds: readonly Fault['kind'][]): void {
    for (const { id, fault } of this.ofNode(node)) if (kinds.includes(fault.kind)) this.end(id)
  }

  endAll(): void {
    for (const { id } of this.active()) this.end(id)
  }
}

function isLinkFault(active: ActiveFault): active is LinkFaultActive {
  return 'links' in active.fault
}
