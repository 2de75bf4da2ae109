/** Entry of the worker that reads a record file, so that the window stays awake. */
import { readRecordFile } from './recordReading'
import type { FromReader } from './recordReading'

/** What this file uses of a dedicated worker; the page's types know none. */
interface WorkerScope {
  postMessage(message: FromReader): void
  addEventListener(kind: 'message', listener: (event: { readonly data: File }) => void): void
}

const scope: WorkerScope = self

scope.addEventListener('message', ({ data }) => {
  void readRecordFile(
    data,
    (message) => scope.postMessage(message),
    () => false,
  )
})
