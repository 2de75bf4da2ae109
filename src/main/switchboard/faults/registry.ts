/**
 * Every link fault, one line each. The order is that of the chain, from the sender's end of a link
 * to the receiver's: a cut comes last, so that nothing arrives from the moment it begins.
 */
import { bandwidth } from './bandwidth'
import { burst } from './burst'
import { cut, partition } from './cut'
import { delay } from './delay'
import { drop } from './drop'
import { dropNext } from './dropNext'
import { duplicate } from './duplicate'
import { halfOpen } from './halfOpen'
import { hold } from './hold'
import { reorder } from './reorder'
import { reset } from './reset'
import type { FaultContext, FaultDefinition, FaultUnit, LinkFaultKind, LinkFaultOf } from './fault'

const REGISTRY: { readonly [K in LinkFaultKind]: FaultDefinition<K> } = {
  dropNext,
  drop,
  burst,
  duplicate,
  bandwidth,
  delay,
  reorder,
  hold,
  reset,
  halfOpen,
  cut,
  partition,
}

const ORDER = Object.keys(REGISTRY)

/** Place of a kind in the chain; smaller is nearer to the sender. */
export function placeOf(kind: LinkFaultKind): number {
  return ORDER.indexOf(kind)
}

export function replacesLike(kind: LinkFaultKind): boolean {
  return REGISTRY[kind].replacesLike
}

export function createUnit<K extends LinkFaultKind>(
  kind: K,
  fault: LinkFaultOf[K],
  context: FaultContext,
): FaultUnit {
  return REGISTRY[kind].create(fault, context)
}
