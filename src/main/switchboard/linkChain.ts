/**
 * The faults of one directed link, chained from the sender's end to the receiver's. Knows frames
 * and units, no sockets and no kind of fault.
 */
import type { FrameMatch, Link, LinkFault } from '../../core/fault'
import { createPrng } from '../../core/sim/prng'
import type { Prng } from '../../core/sim/prng'
import type { FaultUnit, LinkFaultKind } from './faults/fault'
import { createUnit, placeOf, replacesLike } from './faults/registry'
import { matches } from './frameHead'
import type { Gate, Keeper } from './gate'
import type { LinkFrame } from './linkFrame'

/** Where frames go after the last unit. */
export interface ChainEnd {
  pass(frame: LinkFrame): void
  drop(frame: LinkFrame): void
  /** The fault `id` has used itself up on this link. */
  finished(id: string): void
  /** `heldBytes` changed. */
  heldChanged(): void
  /** The connection breaks. */
  reset(): void
  /** Its receiver's end closes (true), or the whole of it breaks again (false). */
  sever(severed: boolean): void
}

interface ActiveUnit {
  readonly id: string
  readonly fault: LinkFault
  readonly unit: FaultUnit
  /** Frames that do not match pass this unit by; null: all meet it. */
  readonly match: FrameMatch | null
  place: number
}

export class LinkChain {
  /** Faults of this link that have not ended, in the order in which they started. */
  private readonly started = new Map<string, LinkFault>()
  /** Those in effect, in the order in which frames meet them. */
  private units: ActiveUnit[] = []
  private readonly streams = new Map<LinkFaultKind, Prng>()
  private held = 0

  constructor(
    private readonly link: Link,
    private readonly seed: number,
    private readonly gate: Gate,
    private readonly end: ChainEnd,
  ) {}

  /** True when frames meet no fault at all. */
  get isClear(): boolean {
    return this.units.length === 0
  }

  /** Bytes that units hold back. */
  get heldBytes(): number {
    return this.held
  }

  take(frame: LinkFrame): void {
    this.enter(frame, 0)
  }

  start(id: string, fault: LinkFault): void {
    this.started.set(id, fault)
    this.arrange()
  }

  /** Answers whether this link had that fault. */
  stop(id: string): boolean {
    const had = this.started.delete(id)
    if (had) this.arrange()
    return had
  }

  /** The connection broke: what is held is lost, as TCP loses what is in flight. */
  lose(): void {
    for (const { unit } of this.units) unit.lose?.()
  }

  private enter(frame: LinkFrame, place: number): void {
    const next = this.units[place]
    if (next === undefined) this.end.pass(frame)
    else if (next.match === null || matches(next.match, frame)) next.unit.take(frame)
    else this.enter(frame, place + 1)
  }

  /** Ends units that are over or covered while the chain is whole, then builds the new one. */
  private arrange(): void {
    const wanted = this.inEffect()
    const kept = new Map<string, ActiveUnit>()
    for (const active of this.units) {
      if (wanted.has(active.id)) kept.set(active.id, active)
      else active.unit.end?.()
    }
    this.units = [...wanted]
      .sort(([, left], [, right]) => placeOf(left.kind) - placeOf(right.kind))
      .map(([id, fault]) => kept.get(id) ?? this.create(id, fault))
    this.units.forEach((active, place) => (active.place = place))
  }

  private inEffect(): Map<string, LinkFault> {
    const last = new Map<LinkFaultKind, string>()
    const covers = (fault: LinkFault): boolean =>
      replacesLike(fault.kind) && matchOf(fault) === null
    for (const [id, fault] of this.started) if (covers(fault)) last.set(fault.kind, id)
    return new Map(
      [...this.started].filter(([id, fault]) => !covers(fault) || last.get(fault.kind) === id),
    )
  }

  private create(id: string, fault: LinkFault): ActiveUnit {
    const keeper: Keeper = {
      link: this.link,
      fault: id,
      pass: (frame) => this.enter(frame, active.place + 1),
      drop: (frame) => this.end.drop(frame),
      hold: (bytes) => {
        this.held += bytes
        this.end.heldChanged()
      },
    }
    const active: ActiveUnit = {
      id,
      fault,
      match: matchOf(fault),
      place: 0,
      unit: createUnit(fault.kind, fault, {
        ...keeper,
        keep: (frame) => this.gate.keep(frame, keeper),
        endKeeping: (how) => this.gate.end(keeper, how),
        finish: () => this.end.finished(id),
        reset: () => this.end.reset(),
        sever: (severed) => this.end.sever(severed),
        random: () => this.stream(fault.kind).unit(),
        nowMs: () => performance.now(),
      }),
    }
    return active
  }

  private stream(kind: LinkFaultKind): Prng {
    let stream = this.streams.get(kind)
    if (stream === undefined) {
      stream = createPrng(this.seed, this.link.from, this.link.to, placeOf(kind))
      this.streams.set(kind, stream)
    }
    return stream
  }
}

function matchOf(fault: LinkFault): FrameMatch | null {
  return 'match' in fault ? (fault.match ?? null) : null
}
