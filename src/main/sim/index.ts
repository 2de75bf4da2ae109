/** Plain Node entry: one thread of the simulator. It does one task at a time, in order. */
import { parentPort } from 'node:worker_threads'
import { performTask } from './messages'
import type { SimTask } from './messages'

/** Tasks are written by the same program, in `simPool.ts`. */
parentPort?.on('message', (task: SimTask) => {
  parentPort?.postMessage(performTask(task, () => performance.now()))
})
