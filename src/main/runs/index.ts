/** Plain Node entry: the thread that reads past runs; `savedRunsThread.ts` asks it. */
import { parentPort, workerData } from 'node:worker_threads'
import { createBirpc } from 'birpc'
import { SavedRuns } from '../lab/savedRuns'
import { threadCalls } from '../lab/savedRunsThread'

/** The folder of runs is told by the same program. */
const runs = new SavedRuns(String(workerData), () => null)

createBirpc(threadCalls(runs), {
  post: (message) => parentPort?.postMessage(message),
  on: (hear) => parentPort?.on('message', hear),
  timeout: -1,
})
