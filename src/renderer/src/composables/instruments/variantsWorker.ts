/** Entry of the worker that runs three variants of one schedule, so that the window stays awake. */
import { answerWish } from './variantsAnswer'
import type { FromVariants } from './variantsAnswer'
import type { VariantWish } from './variantsPlan'

/** What this file uses of a dedicated worker; the page's types know none. */
interface WorkerScope {
  postMessage(message: FromVariants): void
  addEventListener(kind: 'message', listener: (event: { readonly data: VariantWish }) => void): void
}

const scope: WorkerScope = self

scope.addEventListener('message', ({ data }) => {
  try {
    answerWish(data, (message) => scope.postMessage(message))
  } catch (error) {
    scope.postMessage({
      kind: 'failed',
      words: error instanceof Error ? error.message : String(error),
    })
  }
})
