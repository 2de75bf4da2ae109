/**
 * Plain Node entry: one thread of the explorer. It owns one partition of the states and does what
 * the thread that started it says, one message at a time.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Partition } from '../../core/check/explore/abstractPartition'
import type { PartitionOptions } from '../../core/check/explore/abstractPartition'
import { buffersOf } from './messages'
import type { FromPart, ToPart } from './messages'

/** Written by the same program, in `threadParts.ts`. */
const options: PartitionOptions = workerData
const partition = new Partition(options)

parentPort?.on('message', (message: ToPart) => {
  const answer = perform(message)
  parentPort?.postMessage(answer, answer.kind === 'turn' ? buffersOf(answer.report.batches) : [])
})

function perform(message: ToPart): FromPart {
  switch (message.kind) {
    case 'turn':
      return { kind: 'turn', report: partition.turn(message.turn) }
    case 'origin':
      return { kind: 'origin', origin: partition.origin(message.index) }
  }
}
