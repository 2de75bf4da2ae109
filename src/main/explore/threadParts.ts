/**
 * Parts of a search in threads of their own, each with the states whose hash names it.
 *
 * Bounds: one message at a time to each thread, so that nothing queues up; a round moves what one
 *         slice of each part leads to.
 * Errors: a thread that ends by itself rejects what was asked of it.
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PartitionOptions, Turn, TurnReport } from '../../core/check/explore/abstractPartition'
import type { SearchOptions } from '../../core/check/explore/abstractSearch'
import type { Origin } from '../../core/check/explore/hashTable'
import { buffersOf } from './messages'
import type { FromPart, ToPart } from './messages'
import type { Parts } from './parts'

export class ThreadParts implements Parts {
  private readonly threads: readonly PartThread[]

  /** `mainDir`: the folder of the built entries. */
  constructor(options: SearchOptions, count: number, mainDir: string) {
    const entry = join(mainDir, 'explorer.js')
    const { bounds, symmetry, compact } = options
    this.threads = Array.from(
      { length: count },
      (_, part) => new PartThread(entry, { bounds, symmetry, compact, part, parts: count }),
    )
  }

  get count(): number {
    return this.threads.length
  }

  async round(turns: readonly Turn[]): Promise<TurnReport[]> {
    return await Promise.all(this.threads.map((thread, at) => thread.turn(turns[at]!)))
  }

  async origin(part: number, index: number): Promise<Origin | null> {
    return await this.threads[part]!.origin(index)
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()))
  }
}

interface Asked {
  readonly resolve: (answer: FromPart) => void
  readonly reject: (error: Error) => void
}

class PartThread {
  private readonly worker: Worker
  private asked: Asked | null = null
  private failure: Error | null = null

  constructor(entry: string, options: PartitionOptions) {
    this.worker = new Worker(entry, { workerData: options })
    this.worker.on('message', (answer: FromPart) => this.answer(answer))
    this.worker.on('error', (error) => this.fail(error))
    this.worker.on('exit', (code) => {
      this.fail(new Error(`a thread of the explorer ended with code ${code}`))
    })
  }

  async turn(turn: Turn): Promise<TurnReport> {
    const answer = await this.ask({ kind: 'turn', turn }, buffersOf(turn.batches))
    if (answer.kind !== 'turn') throw new TypeError(`a turn was answered by ${answer.kind}`)
    return answer.report
  }

  async origin(index: number): Promise<Origin | null> {
    const answer = await this.ask({ kind: 'origin', index }, [])
    if (answer.kind !== 'origin') throw new TypeError(`an origin was answered by ${answer.kind}`)
    return answer.origin
  }

  async close(): Promise<void> {
    this.worker.removeAllListeners('exit')
    await this.worker.terminate()
  }

  private ask(message: ToPart, move: ArrayBuffer[]): Promise<FromPart> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure)
      this.asked = { resolve, reject }
      this.worker.postMessage(message, move)
    })
  }

  private answer(answer: FromPart): void {
    const { asked } = this
    this.asked = null
    asked?.resolve(answer)
  }

  private fail(error: Error): void {
    this.failure ??= error
    const { asked } = this
    this.asked = null
    asked?.reject(error)
  }
}
