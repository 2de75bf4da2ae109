/**
 * Pause guard: kills stopped children when the lab dies.
 *
 * A child under SIGSTOP cannot see that its control channel closed, so a lab that is killed while a
 * node is paused would leave it stopped for ever. The guard is a shell that reads the ids of paused
 * children from a pipe; when the pipe ends without a word, which is what SIGKILL of the lab does,
 * it kills those of the last line. A paused child cannot end by itself, so its id is not reused.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

const SCRIPT =
  'last=; while IFS= read -r line; do last=$line; done; [ -z "$last" ] || kill -KILL $last'

export class PauseGuard {
  private readonly paused = new Set<number>()
  private shell: ChildProcess | null = null

  constructor(private readonly onFailure: (words: string) => void) {}

  add(pid: number): void {
    this.paused.add(pid)
    this.write()
  }

  remove(pid: number): void {
    if (this.paused.delete(pid)) this.write()
  }

  /** Nothing is paused any more: the guard ends, having nothing to kill. */
  close(): void {
    this.paused.clear()
    this.write()
    this.shell?.stdin?.end()
    this.shell = null
  }

  private write(): void {
    if (this.shell === null && this.paused.size === 0) return
    this.shell ??= this.start()
    this.shell.stdin?.write([...this.paused].join(' ') + '\n')
  }

  private start(): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', SCRIPT], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C must not end the guard before the lab.
      detached: true,
    })
    const fail = (error: Error) => {
      this.shell = null
      this.onFailure(`paused nodes are not guarded against a crash of the lab: ${error.message}`)
    }
    shell.on('error', fail)
    shell.stdin?.on('error', fail)
    shell.unref()
    return shell
  }
}
