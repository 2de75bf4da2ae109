/** Entry of the worker that simulates, so that the window stays awake. */
import { simulate } from './simulation'
import type { FromSimulator, ToSimulator } from './simulation'

/** What this file uses of a dedicated worker; the page's types know none. */
interface WorkerScope {
  postMessage(message: FromSimulator): void
  addEventListener(kind: 'message', listener: (event: { readonly data: ToSimulator }) => void): void
}

const scope: WorkerScope = self

scope.addEventListener('message', ({ data }) => {
  try {
    simulate(data.wish, (message) => scope.postMessage(message))
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    scope.postMessage({ kind: 'failed', words })
  }
})
