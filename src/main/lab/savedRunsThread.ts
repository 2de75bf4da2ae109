/**
 * Saved runs in a thread of their own: however long a record is, the loop of the lab, which serves
 * a live cluster, is not held up. The thread is there while a run is open.
 *
 * Errors: LabCallError as the thread threw it; a thread that ends by itself rejects what was asked
 *         of it, and the next call starts another one.
 */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { createBirpc } from 'birpc'
import { LabCallError } from '../../shared/api'
import type { LabErrorCode } from '../../shared/api'
import { SavedRuns } from './savedRuns'
import type { SavedRunCalls } from './savedRuns'

/** An error would cross without its code. */
export type Outcome<T> =
  { readonly value: T } | { readonly code: LabErrorCode | null; readonly words: string }

export type ThreadCalls = {
  readonly [Name in keyof SavedRunCalls]: (
    ...args: Parameters<SavedRunCalls[Name]>
  ) => Promise<Outcome<Awaited<ReturnType<SavedRunCalls[Name]>>>>
}

interface Thread {
  readonly worker: Worker
  readonly calls: ThreadCalls
  /** Rejects when the thread has ended. */
  readonly ended: Promise<never>
}

/** In a thread, or, where its program is not built, in this one. */
export function openSavedRuns(
  entry: string,
  runsDir: string,
  current: () => string | null,
): SavedRunsThread | SavedRuns {
  if (!existsSync(entry)) return new SavedRuns(runsDir, current)
  return new SavedRunsThread(entry, runsDir, current)
}

export class SavedRunsThread implements SavedRunCalls {
  private thread: Thread | null = null
  private readonly opened = new Set<string>()

  constructor(
    private readonly entry: string,
    private readonly runsDir: string,
    private readonly current: () => string | null,
  ) {}

  async open(id: string) {
    this.opened.add(id)
    return await this.ask(id, (calls) => calls.open(id))
  }

  async look(id: string, share: number) {
    return await this.ask(id, (calls) => calls.look(id, share))
  }

  async milestones(id: string, from: number, count: number) {
    return await this.ask(id, (calls) => calls.milestones(id, from, count))
  }

  async events(id: string, from: number, to: number) {
    return await this.ask(id, (calls) => calls.events(id, from, to))
  }

  async text(id: string, from: number) {
    return await this.ask(id, (calls) => calls.text(id, from))
  }

  async logs(id: string, from: number, count: number) {
    return await this.ask(id, (calls) => calls.logs(id, from, count))
  }

  async close(id: string): Promise<void> {
    this.opened.delete(id)
    if (this.thread === null) return
    if (this.opened.size === 0) return await this.end()
    await this.ask(id, (calls) => calls.close(id))
  }

  /** Ends the thread; what is asked of it is rejected. */
  async end(): Promise<void> {
    const { thread } = this
    this.thread = null
    await thread?.worker.terminate()
  }

  private async ask<T>(id: string, call: (calls: ThreadCalls) => Promise<Outcome<T>>): Promise<T> {
    const current = this.current()
    if (current !== null && current.endsWith(id)) {
      throw new LabCallError('wrongState', `the run ${id} still goes on: it is what you see live`)
    }
    const { calls, ended } = (this.thread ??= this.begin())
    const outcome = await Promise.race([call(calls), ended])
    if ('value' in outcome) return outcome.value
    if (outcome.code === null) throw new Error(outcome.words)
    throw new LabCallError(outcome.code, outcome.words)
  }

  private begin(): Thread {
    const worker = new Worker(this.entry, { workerData: this.runsDir })
    // A record that is read must not keep a lab from ending.
    worker.unref()
    const calls = createBirpc<ThreadCalls, object>(
      {},
      {
        post: (message) => worker.postMessage(message),
        on: (hear) => worker.on('message', hear),
        timeout: -1,
      },
    )
    const ended = new Promise<never>((_, reject) => {
      const end = (words: string): void => {
        if (this.thread?.worker === worker) this.thread = null
        reject(new LabCallError('wrongState', words))
      }
      worker.on('error', (error) => end(`the reader of runs ended: ${String(error)}`))
      worker.on('exit', () => end('the run was closed meanwhile'))
    })
    // Whoever asks meets the rejection.
    ended.catch(() => {})
    return { worker, calls, ended }
  }
}

/** What the thread answers with. */
export function threadCalls(runs: SavedRunCalls): ThreadCalls {
  return {
    open: (id) => outcomeOf(runs.open(id)),
    look: (id, share) => outcomeOf(runs.look(id, share)),
    close: (id) => outcomeOf(runs.close(id)),
    milestones: (id, from, count) => outcomeOf(runs.milestones(id, from, count)),
    events: (id, from, to) => outcomeOf(runs.events(id, from, to)),
    text: (id, from) => outcomeOf(runs.text(id, from)),
    logs: (id, from, count) => outcomeOf(runs.logs(id, from, count)),
  }
}

async function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call }
  } catch (error) {
    const code = error instanceof LabCallError ? error.code : null
    return { code, words: error instanceof Error ? error.message : String(error) }
  }
}
