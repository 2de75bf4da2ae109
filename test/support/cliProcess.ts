/** The built command line as a process: its lines as they come, and its end. */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtEntry } from './built'
import { eventually } from './eventually'

/** What a JSON line of the command line can be; tests look at the fields that they expect. */
export interface Line {
  readonly [field: string]: unknown
}

const started = new Set<CliProcess>()

export class CliProcess {
  stdout = ''
  stderr = ''
  exitCode: number | null = null
  readonly child: ChildProcessWithoutNullStreams
  private answered = 0

  /** `home` stands for the user's data folder; `asTerminal`: in a session of its own. */
  constructor(
    args: readonly string[],
    home: string,
    env: NodeJS.ProcessEnv = {},
    private readonly asTerminal = false,
  ) {
    this.child = spawn(process.execPath, [builtEntry('cli'), ...args], {
      env: { ...process.env, XDG_DATA_HOME: home, CI: '', ...env },
      detached: asTerminal,
    })
    this.child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString('utf8')))
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')))
    this.child.stdin.on('error', () => {})
    this.child.on('exit', (code) => (this.exitCode = code ?? -1))
    started.add(this)
  }

  /** Whole lines of standard output, each parsed: anything but JSON there is an error. */
  get lines(): Line[] {
    const whole = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1)
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Line => JSON.parse(line))
  }

  /** The line that says ready. */
  async ready(): Promise<Line> {
    const [line] = await eventually('ready', () => this.hasEnded() || this.lines.length > 0).then(
      () => this.lines,
    )
    if (line?.['ready'] !== true) throw new Error(`not ready: ${this.stdout}${this.stderr}`)
    this.answered = 1
    return line
  }

  /** Types a line; resolves with its one answer. */
  async type(line: string): Promise<Line> {
    const at = this.answered
    this.child.stdin.write(`${line}\n`)
    await eventually(`answer to "${line}"`, () => this.lines.length > at || this.hasEnded())
    this.answered += 1
    const answer = this.lines[at]
    if (answer === undefined) throw new Error(`no answer to "${line}": ${this.stderr}`)
    return answer
  }

  /** As a terminal: to every process of the session at once. */
  signalAll(signal: 'SIGINT' | 'SIGHUP'): void {
    if (!this.asTerminal || this.child.pid === undefined) throw new Error('not as a terminal')
    process.kill(-this.child.pid, signal)
  }

  /** Resolves with the exit code, standard output being whole. */
  async ended(limitMs = 60_000): Promise<number> {
    const { stdout } = this.child
    await eventually('end', () => this.hasEnded() && stdout.readableEnded, limitMs)
    return this.exitCode ?? -1
  }

  private hasEnded(): boolean {
    return this.exitCode !== null
  }
}

/** Ends what a test left running; its nodes end with it. */
export async function endAll(): Promise<void> {
  for (const each of started) if (each.exitCode === null) each.child.kill('SIGKILL')
  for (const each of started) await eventually('it ended', () => each.exitCode !== null)
  started.clear()
}

/** A folder of the test's own, with how to remove it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'paxos-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
