/** What the threads of an explorer say to one another; batches move, they are not copied. */
import type { Batch, Turn, TurnReport } from '../../core/check/explore/abstractPartition'
import type { Origin } from '../../core/check/explore/hashTable'

export type ToPart =
  | { readonly kind: 'turn'; readonly turn: Turn }
  | { readonly kind: 'origin'; readonly index: number }

/** One answer to each message, in order. */
export type FromPart =
  | { readonly kind: 'turn'; readonly report: TurnReport }
  | { readonly kind: 'origin'; readonly origin: Origin | null }

export function buffersOf(batches: readonly (Batch | null)[]): ArrayBuffer[] {
  return batches.flatMap((batch) => (batch === null ? [] : [batch.data.buffer]))
}
