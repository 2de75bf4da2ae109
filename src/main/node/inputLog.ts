/**
 * Input log: what the machine of this life is given and what it answers, in a file of its own, so
 * that the run can be replayed (core/check/replay). Off unless the start file names a folder.
 *
 * Order:  a round is printed before its first step, and written after its effects were carried out.
 *         Writing never makes the protocol wait: lines gather in memory, one write at a time takes
 *         what is there. A killed node leaves a cut last line at most, and what had not been
 *         written yet is missing behind it.
 * Bounds: `PENDING_CHARS_MAX` wait for the disk, `FILE_CHARS_MAX` are kept. Beyond that, and when
 *         the disk fails, the recording ends with a line that says so: it never has a gap.
 */
import { createHash } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { digestRound } from '../../core/check/replay/recording'
import type { RecordingEnd, RecordingHead } from '../../core/check/replay/recording'
import type { MachineInput, MachineOutput } from '../../core/machineTypes'
import type { NodeMachine } from '../../core/nodeMachine'
import type { StableRecord } from '../../core/paxos/effect'
import {
  FIRST_LINK,
  printEnd,
  printHead,
  printRecords,
  printRound,
  printSnapshot,
  sealLine,
} from '../../shared/recordingCodec'

const PENDING_CHARS_MAX = 64 * 1024 * 1024
const FILE_CHARS_MAX = 8 * 1024 * 1024 * 1024
const WRITE_DELAY_MS = 10
/** Recovered records of one line. */
const LINE_RECORDS_MAX = 256

interface InputLogParts {
  readonly machine: Pick<NodeMachine, 'status' | 'recoverSnapshot' | 'recoverRecord'>
  /** `nodeSeq` of the last fact that the node told. */
  readonly factsTold: () => number
  /** The recording ends before the node does. */
  readonly onEnd: (words: string) => void
}

export interface InputLogBounds {
  readonly pendingCharsMax: number
  readonly fileCharsMax: number
}

const BOUNDS: InputLogBounds = { pendingCharsMax: PENDING_CHARS_MAX, fileCharsMax: FILE_CHARS_MAX }

/** Such as `node3.life2.ndjson`. */
function inputFileName(node: number, life: number): string {
  return `node${node}.life${life}.ndjson`
}

export class InputLog {
  private link = FIRST_LINK
  private lines: string[] = []
  private pendingChars = 0
  private fileChars = 0
  private rounds = 0
  private state = ''
  private records: StableRecord[] = []
  /** Of the round that is being stepped. */
  private ticks = 0
  private inputs: string | null = null
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()
  /** Nothing more is added. */
  private over = false
  private failed = false

  private constructor(
    private readonly file: FileHandle,
    private readonly parts: InputLogParts,
    private readonly bounds: InputLogBounds,
  ) {}

  /** Rejects with the error of the file system if the file is there or cannot be made. */
  static async open(
    dir: string,
    head: RecordingHead,
    parts: InputLogParts,
    bounds = BOUNDS,
  ): Promise<InputLog> {
    await mkdir(dir, { recursive: true })
    const file = await open(join(dir, inputFileName(head.node, head.life)), 'wx')
    const log = new InputLog(file, parts, bounds)
    log.add(printHead(head))
    return log
  }

  recoverSnapshot(snapshot: Parameters<NodeMachine['recoverSnapshot']>[0]): void {
    this.add(printSnapshot(snapshot))
    this.parts.machine.recoverSnapshot(snapshot)
  }

  recoverRecord(record: StableRecord): void {
    this.records.push(record)
    if (this.records.length >= LINE_RECORDS_MAX) this.addRecords()
    this.parts.machine.recoverRecord(record)
  }

  /** A round begins. */
  begin(ticks: number, inputs: readonly MachineInput[]): void {
    if (this.over) return
    this.addRecords()
    this.ticks = ticks
    this.inputs = JSON.stringify(inputs)
  }

  /** Its effects were carried out. */
  finish(out: MachineOutput): void {
    if (this.over || this.inputs === null) return
    const answer = digestRound(out, this.parts.machine.status(), sha256)
    this.addRound(this.inputs, answer)
    this.state = answer.state
    this.inputs = null
    if (this.pendingChars > this.bounds.pendingCharsMax) {
      this.end({ why: 'full', words: `${this.pendingChars} characters wait for the disk` })
    } else if (this.fileChars > this.bounds.fileCharsMax) {
      this.end({ why: 'full', words: `${this.fileChars} characters are recorded` })
    }
  }

  /** The node ends: resolves when all is written. */
  async close(): Promise<void> {
    if (!this.over) {
      if (this.inputs === null) this.addRecords()
      else this.addRound(this.inputs, null)
      this.add(printEnd({ why: 'closed', words: 'the node ended' }))
      this.over = true
    }
    if (this.timer !== null) clearTimeout(this.timer)
    await this.flush()
    await this.file.close().catch(() => {})
  }

  private addRound(inputs: string, answer: ReturnType<typeof digestRound> | null): void {
    this.rounds += 1
    const { rounds: round, ticks } = this
    const atMs = Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000
    const facts = this.parts.factsTold()
    this.add(printRound({ round, atMs, facts, ticks, answer }, inputs, this.state))
  }

  private addRecords(): void {
    if (this.records.length === 0) return
    this.add(printRecords(this.records))
    this.records = []
  }

  private end(end: RecordingEnd): void {
    this.over = true
    this.add(printEnd(end))
    this.parts.onEnd(`the recording of inputs ends after round ${this.rounds}: ${end.words}`)
  }

  private add(body: string): void {
    const { line, link } = sealLine(body, this.link, sha256)
    this.link = link
    this.lines.push(line)
    this.pendingChars += line.length
    this.fileChars += line.length
    this.timer ??= setTimeout(() => void this.flush(), WRITE_DELAY_MS)
  }

  private flush(): Promise<void> {
    this.timer = null
    this.writing = this.writing.then(() => this.write())
    return this.writing
  }

  private async write(): Promise<void> {
    if (this.lines.length === 0) return
    const text = this.lines.join('')
    this.lines = []
    try {
      if (!this.failed) await this.file.appendFile(text)
    } catch (error) {
      // Nothing can be said in a file that takes nothing; its last line may be cut.
      this.failed = true
      this.over = true
      const words = error instanceof Error ? error.message : String(error)
      this.parts.onEnd(`the recording of inputs failed: ${words}`)
    }
    this.pendingChars -= text.length
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
