/** Entry of the worker that explores, so that the window stays awake. */
import { explore } from './exploration'
import type { ExploreWish, FromExplorer } from './exploration'

/** What this file uses of a dedicated worker; the page's types know none. */
interface WorkerScope {
  postMessage(message: FromExplorer): void
  addEventListener(kind: 'message', listener: (event: { readonly data: ExploreWish }) => void): void
}

const scope: WorkerScope = self
const TELL_MS_MIN = 100

scope.addEventListener('message', ({ data }) => {
  let toldMs = -TELL_MS_MIN
  const now = (): number => performance.now()
  try {
    const explored = explore(data, now, (progress) => {
      if (now() - toldMs < TELL_MS_MIN) return
      toldMs = now()
      scope.postMessage({ kind: 'progress', progress })
    })
    scope.postMessage({ kind: 'done', explored })
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    scope.postMessage({ kind: 'failed', words })
  }
})
