/**
 * A fault of one link, as a small unit: it gets a frame and passes zero, one or more frames on, now
 * or later. Units of a link form a chain (`linkChain.ts`); no unit knows another.
 *
 * Duties of a unit: never let a frame overtake one that came before, unless that is its purpose
 * (`reorder`, `hold`); in `end`, pass on whatever it still holds, in order and at once; drop a
 * frame only by `drop`, so that it is counted. A unit with a match sees the frames that match, and
 * only those: the others pass it by, and may overtake what it holds.
 */
import type { LinkFault } from '../../../core/fault'
import type { LinkFrame } from '../linkFrame'

export interface FaultContext {
  /** Hands the frame to what follows in the chain. */
  pass(frame: LinkFrame): void
  /** The frame never leaves this link proxy; counted. */
  drop(frame: LinkFrame): void
  /** This fault has done its work on this link and may be ended. */
  finish(): void
  /** Bytes that the unit starts (positive) or stops (negative) holding back. */
  hold(bytes: number): void
  /** The frame waits at the gate, which passes or drops it through this context. */
  keep(frame: LinkFrame): void
  /** Frames that this unit keeps at the gate leave it now, in order. */
  endKeeping(how: 'release' | 'drop'): void
  /** The connection breaks with RST at both ends; all that waits for it is lost. */
  reset(): void
  /** True: the receiver's end closes, the sender's stays up. False: it breaks too. */
  sever(severed: boolean): void
  /** Uniform in [0, 1): one stream per link and kind, so that another fault shifts nothing. */
  random(): number
  /** Ms of a clock that never goes back. */
  nowMs(): number
}

export interface FaultUnit {
  take(frame: LinkFrame): void
  /** The fault is over: release what is held. */
  end?(): void
  /** The connection is gone: forget what is held; it is counted as dropped. */
  lose?(): void
}

export type LinkFaultKind = LinkFault['kind']
export type LinkFaultOf = { readonly [K in LinkFaultKind]: Extract<LinkFault, { kind: K }> }

export interface FaultDefinition<K extends LinkFaultKind> {
  /** True: the one started last replaces its like on a link, and uncovers it when it ends. */
  readonly replacesLike: boolean
  create(fault: LinkFaultOf[K], context: FaultContext): FaultUnit
}
