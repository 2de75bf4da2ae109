/**
 * Process of one trial, as its runner sees it: a crash there costs one trial, and a runner that is
 * killed closes the channel, which ends the trial in order.
 *
 * Errors: none is thrown: whatever happens is the end of the trial.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { childEntry } from '../assemble'
import { childEnvironment } from '../lab/launcher'
import { parseTold } from './messages'
import type { TrialAnswer, TrialJob, TrialOrder } from './messages'

const ENTRY = 'trial.js'
/** A trial that is asked to stop stops its nodes and writes its result; then it is killed. */
export const STOP_MS_MAX = 2500
const TAIL_CHARS_MAX = 2000

export interface TrialEnd {
  /** Null: it ended without. */
  readonly answer: TrialAnswer | null
  /** How the process ended without an answer, in words; empty otherwise. */
  readonly words: string
  /** Relative to the directory of the experiment; null: none was made. */
  readonly runDir: string | null
}

export class TrialChild {
  readonly ended: Promise<TrialEnd>
  private readonly child: ChildProcess
  private answer: TrialAnswer | null = null
  private runDir: string | null = null
  private tail = ''
  private killTimer: NodeJS.Timeout | null = null

  constructor(mainDir: string, job: TrialJob) {
    this.child = fork(childEntry(mainDir, ENTRY), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: childEnvironment(),
      // An own process group: Ctrl-C in a terminal reaches the runner alone, which then stops it.
      detached: process.platform !== 'win32',
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.tail = (this.tail + chunk.toString('utf8')).slice(-TAIL_CHARS_MAX)
    })
    this.child.on('message', (message) => this.take(message))
    this.ended = this.awaitEnd()
    this.send(job)
  }

  stop(reason: string): void {
    if (this.killTimer !== null) return
    this.send({ kind: 'stop', reason })
    this.killTimer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS_MAX)
  }

  private send(order: TrialOrder): void {
    // A process that is gone is told by its end.
    this.child.send(order, () => {})
  }

  private take(message: unknown): void {
    try {
      const told = parseTold(message)
      if (told.kind === 'began') this.runDir = told.runDir
      else this.answer = told
    } catch (error) {
      this.tail += error instanceof Error ? error.message : String(error)
    }
  }

  private awaitEnd(): Promise<TrialEnd> {
    return new Promise((resolve) => {
      const finish = (how: string): void => {
        if (this.killTimer !== null) clearTimeout(this.killTimer)
        const { answer, runDir } = this
        const last = this.tail.trim()
        const words = `its process ended by itself (${how})${last === '' ? '' : `: ${last}`}`
        resolve({ answer, words: answer === null ? words : '', runDir })
      }
      this.child.once('error', (error) => {
        if (this.child.pid === undefined) finish(error.message)
      })
      this.child.once('close', (code, signal) => finish(signal ?? `code ${code}`))
    })
  }
}
