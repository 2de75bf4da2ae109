/**
 * A pool of simulator threads. Seeds are handed out as threads become free; answers come back in
 * the order of the tasks, whichever thread was first.
 *
 * Bounds: one task at a time in a thread; at most AHEAD_MAX answers wait for an earlier one.
 * Errors: a thread that ends by itself rejects what was asked of it.
 */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { SimAnswer, SimTask } from './messages'

const AHEAD_MAX = 1000

interface Asked {
  readonly resolve: (answer: SimAnswer) => void
  readonly reject: (error: Error) => void
}

export class SimPool {
  private readonly threads: readonly SimThread[]

  /** `mainDir`: the folder of the built entries. */
  constructor(mainDir: string, count: number) {
    const entry = join(mainDir, 'simulator.js')
    this.threads = Array.from({ length: count }, () => new SimThread(entry))
  }

  /** Answers in the order of the tasks. Ends early, between two tasks, when `signal` is aborted. */
  async *run(tasks: Iterable<SimTask>, signal: AbortSignal): AsyncGenerator<SimAnswer> {
    const source = tasks[Symbol.iterator]()
    const places: Place[] = []
    const room: (() => void)[] = []
    const drive = async (thread: SimThread): Promise<void> => {
      while (!signal.aborted) {
        if (places.length >= AHEAD_MAX) await new Promise<void>((resolve) => room.push(resolve))
        const next = source.next()
        if (next.done === true) return
        const place = new Place()
        places.push(place)
        await thread.ask(next.value).then(place.resolve, place.reject)
      }
    }
    const driven = this.threads.map((thread) => drive(thread))
    // A thread that is not done has its place in the list: an empty one means that all are done.
    for (let place = places.shift(); place !== undefined; place = places.shift()) {
      room.shift()?.()
      yield await place.answer
    }
    await Promise.all(driven)
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()))
  }
}

/** Where an answer will stand. */
class Place implements Asked {
  resolve: Asked['resolve'] = () => {}
  reject: Asked['reject'] = () => {}
  readonly answer = new Promise<SimAnswer>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  constructor() {
    // Whoever comes to this place meets the rejection; until then it is nobody's.
    this.answer.catch(() => {})
  }
}

class SimThread {
  private readonly worker: Worker
  private asked: Asked | null = null

  constructor(entry: string) {
    this.worker = new Worker(entry)
    this.worker.on('message', (answer: SimAnswer) => {
      const { asked } = this
      this.asked = null
      asked?.resolve(answer)
    })
    this.worker.on('error', (error) => this.fail(error))
    this.worker.on('exit', (code) => {
      this.fail(new Error(`a thread of the simulator ended with code ${code}`))
    })
  }

  async ask(task: SimTask): Promise<SimAnswer> {
    return await new Promise((resolve, reject) => {
      this.asked = { resolve, reject }
      this.worker.postMessage(task)
    })
  }

  async close(): Promise<void> {
    this.asked = null
    await this.worker.terminate()
  }

  private fail(error: unknown): void {
    const { asked } = this
    this.asked = null
    asked?.reject(error instanceof Error ? error : new Error(String(error)))
  }
}
