/**
 * Stage: everything that a benchmark starts or writes, so that nothing is left behind: not at the
 * end, not after an error, not on Ctrl-C.
 *
 * Errors: `start` and `untilLine` reject with the last words of the program that ended or hung.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const TAIL_CHARS_MAX = 2000
/** An orderly end gets this long, then the process is killed. */
const END_WAIT_MS = 5000
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
const EXIT_INTERRUPTED = 130

/** @typedef {{ env?: Record<string, string>, orderly?: boolean, cwd?: string }} StartOptions */

export class Program {
  tail = ''
  hasEnded = false
  /** @type {Promise<number | null>} */
  ended
  #child
  /** @type {string[]} */
  #lines = []
  /** @type {((line: string | null) => void)[]} */
  #readers = []

  /**
   * @param {string} name
   * @param {string} file
   * @param {readonly string[]} args
   * @param {StartOptions} options
   */
  constructor(name, file, args, { env = {}, orderly = false, cwd }) {
    this.name = name
    this.orderly = orderly
    this.#child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    })
    const { stdin, stdout, stderr } = this.#child
    stdin.on('error', () => {})
    stderr.setEncoding('utf8').on('data', (text) => {
      this.tail = (this.tail + String(text)).slice(-TAIL_CHARS_MAX)
    })
    const lines = createInterface({ input: stdout })
    lines.on('line', (line) => this.#onLine(line))
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.tail += error.message
        this.#end()
        resolve(null)
      })
      this.#child.once('close', (code) => {
        this.#end()
        resolve(code)
      })
    })
  }

  get pid() {
    return this.#child.pid ?? 0
  }

  /** @param {string} line */
  say(line) {
    this.#child.stdin.write(`${line}\n`)
  }

  closeInput() {
    this.#child.stdin.end()
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    if (!this.hasEnded) this.#child.kill(signal)
  }

  /**
   * The next line of its output.
   * @param {number} waitMs
   * @returns {Promise<string>}
   */
  async line(waitMs) {
    const ready = this.#lines.shift()
    if (ready !== undefined) return ready
    if (this.hasEnded) throw this.#error('ended')
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#error(`was silent for ${waitMs} ms`)), waitMs)
      this.#readers.push((line) => {
        clearTimeout(timer)
        if (line === null) reject(this.#error('ended'))
        else resolve(line)
      })
    })
  }

  /** Ends it, in order where that matters, and resolves when it is gone. */
  async end() {
    this.kill(this.orderly ? 'SIGTERM' : 'SIGKILL')
    const timer = setTimeout(() => this.kill('SIGKILL'), END_WAIT_MS)
    await this.ended
    clearTimeout(timer)
  }

  /** @param {string} line */
  #onLine(line) {
    const reader = this.#readers.shift()
    if (reader === undefined) this.#lines.push(line)
    else reader(line)
  }

  #end() {
    this.hasEnded = true
    for (const reader of this.#readers.splice(0)) reader(null)
  }

  /** @param {string} what */
  #error(what) {
    return new Error(`${this.name} ${what}: ${this.tail.trim() || 'it said nothing'}`)
  }
}

export class Stage {
  isEnding = false
  /** @type {Set<Program>} */
  #programs = new Set()
  /** @type {Set<string>} */
  #folders = new Set()
  /** Grandchildren that a program told of; they end by themselves, and this makes sure. */
  #pids = new Set()

  /** @param {string} parent where the logs of all systems go: one disk for all */
  constructor(parent) {
    this.parent = parent
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        process.stderr.write(`\n${signal}: ending everything ...\n`)
        void this.cleanUp().finally(() => process.exit(EXIT_INTERRUPTED))
      })
    }
  }

  /**
   * @param {string} name
   * @param {string} file
   * @param {readonly string[]} args
   * @param {StartOptions} [options]
   */
  start(name, file, args, options = {}) {
    if (this.isEnding) throw new Error(`${name} is not started: the benchmark is ending`)
    const program = new Program(name, file, args, options)
    this.#programs.add(program)
    void program.ended.then(() => this.#programs.delete(program))
    return program
  }

  folder() {
    const path = mkdtempSync(join(this.parent, 'paxos-bench-'))
    this.#folders.add(path)
    return path
  }

  /** @param {string} path */
  remove(path) {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 })
    this.#folders.delete(path)
  }

  /** @param {number} pid */
  watch(pid) {
    this.#pids.add(pid)
  }

  async cleanUp() {
    this.isEnding = true
    await Promise.all([...this.#programs].map((program) => program.end()))
    for (const pid of this.#pids) await gone(pid)
    for (const folder of this.#folders) this.remove(folder)
  }
}

/**
 * Waits until a process is gone. It is never killed by its number here: the number may have passed
 * to a stranger. A node ends by itself when its lab is gone.
 * @param {number} pid
 */
export async function gone(pid) {
  for (const limit = performance.now() + END_WAIT_MS; performance.now() < limit; await pause(25)) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
  }
  process.stderr.write(`process ${pid} is still there\n`)
}

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * Asks until the answer is not null.
 * @template T
 * @param {string} what
 * @param {number} waitMs
 * @param {() => Promise<T | null>} ask
 * @returns {Promise<T>}
 */
export async function until(what, waitMs, ask) {
  for (const limit = performance.now() + waitMs; performance.now() < limit; await pause(10)) {
    const answer = await ask()
    if (answer !== null) return answer
  }
  throw new Error(`${what}: not within ${waitMs} ms`)
}
