/** What the worker of the variants answers to a wish. */
import { huntSeed, runVariants } from './variantsPlan'
import type { VariantColumn, VariantWish } from './variantsPlan'

export type FromVariants =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'done'; readonly seed: number; readonly columns: readonly VariantColumn[] }
  /** The hunt found nothing. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly words: string }

export function answerWish(wish: VariantWish, tell: (message: FromVariants) => void): void {
  const seed = wish.hunt ? huntSeed(wish, (at) => tell({ kind: 'seed', seed: at })) : wish.seed
  if (seed === null) return tell({ kind: 'nothing' })
  tell({ kind: 'seed', seed })
  tell({ kind: 'done', seed, columns: runVariants(wish, seed) })
}
