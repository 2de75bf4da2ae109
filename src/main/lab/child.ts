/**
 * Child: one started process of the lab, with the end of its output and the reason why it ended.
 *
 * An end that the lab asked for (kill, stop) is told apart from one that nobody asked for, which is
 * a failure of the product and is shown as one.
 */
import type { Readable } from 'node:stream'
import type { ChildExit, LaunchSpec, NodeHandle, NodeLauncher } from './launcher'
import { eachLine } from './nodeLogs'
import type { OnOutput } from './nodeLogs'

export const TAIL_LINES_MAX = 20
const TAIL_LINE_CHARS_MAX = 500
/** An orderly stop gets this long before the process is killed. */
export const STOP_WAIT_MS = 1500

export interface ChildEnd extends ChildExit {
  /** What the lab asked for before it ended; null: nothing. */
  readonly asked: 'kill' | 'stop' | null
  /** Last lines of its error output. */
  readonly tail: readonly string[]
}

export class Child {
  readonly pid: number | null
  readonly ended: Promise<ChildEnd>
  private readonly handle: NodeHandle
  private readonly tail: LineTail
  private asked: 'kill' | 'stop' | null = null
  private hasEnded = false

  constructor(launcher: NodeLauncher, spec: LaunchSpec, onOutput: OnOutput = () => {}) {
    this.handle = launcher.launch(spec)
    this.pid = this.handle.pid
    this.tail = new LineTail(this.handle.stderr)
    // A full pipe would block the child, so its output is always read.
    eachLine(this.handle.stdout, (text) => onOutput('out', text))
    eachLine(this.handle.stderr, (text) => onOutput('err', text))
    this.ended = this.handle.exited.then((exit) => this.end(exit))
  }

  get alive(): boolean {
    return !this.hasEnded
  }

  /** SIGKILL: nothing is flushed, nobody is told. Resolves when the process is gone. */
  async kill(): Promise<ChildEnd> {
    if (this.alive) this.asked = 'kill'
    this.killNow()
    return await this.ended
  }

  /** For the end of the lab process itself, where nothing can be awaited. */
  killNow(): void {
    if (this.alive) this.handle.kill('SIGKILL')
  }

  /** Asks by `request`, and kills what has not ended after STOP_WAIT_MS. */
  async stop(request: () => void): Promise<ChildEnd> {
    if (!this.alive) return await this.ended
    this.asked = 'stop'
    request()
    const timer = setTimeout(() => this.killNow(), STOP_WAIT_MS)
    try {
      return await this.ended
    } finally {
      clearTimeout(timer)
    }
  }

  /** SIGSTOP; false when the process is gone. */
  freeze(): boolean {
    return this.alive && this.handle.kill('SIGSTOP')
  }

  thaw(): boolean {
    return this.alive && this.handle.kill('SIGCONT')
  }

  private end(exit: ChildExit): ChildEnd {
    this.hasEnded = true
    const lines = this.tail.lines()
    const tail = exit.error === null ? lines : [...lines, exit.error]
    return { ...exit, asked: this.asked, tail }
  }
}

/** The last lines of a stream, in bounded memory. */
class LineTail {
  private readonly whole: string[] = []
  private part = ''

  constructor(stream: Readable) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => this.push(chunk))
  }

  lines(): string[] {
    return this.part === '' ? [...this.whole] : [...this.whole, this.part].slice(-TAIL_LINES_MAX)
  }

  private push(chunk: string): void {
    const lines = (this.part + chunk).split('\n')
    this.part = (lines.pop() ?? '').slice(0, TAIL_LINE_CHARS_MAX)
    for (const line of lines.slice(-TAIL_LINES_MAX)) {
      this.whole.push(line.slice(0, TAIL_LINE_CHARS_MAX))
    }
    this.whole.splice(0, this.whole.length - TAIL_LINES_MAX)
  }
}
