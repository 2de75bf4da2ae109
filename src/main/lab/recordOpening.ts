/**
 * RecordOpening: one past run on its way in. Its cache if there is one, else its record, folded
 * part by part: the first picture is there after FIRST_BYTES, while the rest is still read.
 *
 * Files:  `view.json` beside the record holds what the fold of a long record came to. It is a
 *         cache: it counts only for a record of the same length, and may be deleted. It is written
 *         at the first opening and not when a run ends: trials end by the hundred, few of them are
 *         ever opened, and a lab that ends should let go at once.
 * Order:  `first`, then a turn every TURN_BYTES, then the checks of a run without a result are
 *         judged, then `over`. A short run is judged before it is shown.
 * Bounds: PART_BYTES are folded at once; between two parts whoever waits gets its turn.
 * Errors: those of the file system, FrameError for a line that is too long, LabCallError for
 *         whoever waits while it is stopped.
 */
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabEvent } from '../../core/event'
import { LabCallError } from '../../shared/api'
import type { CheckView, RunReading } from '../../shared/api'
import { FrameError } from '../../shared/frame'
import { RecordFold } from '../../shared/recordFold'
import type { RecordIndex } from '../../shared/recordFold'
import { parseRecordLine } from '../../shared/recordLine'
import type { RecordedView, RunFrame } from '../../shared/recordView'
import { judgeRun } from './judgeRun'
import { RECORD_FILE } from './runDir'

const VIEW_FILE = 'view.json'
const VIEW_VERSION = 5
/** From here on reading the record again takes longer than a person likes to wait. */
export const CACHE_EVENTS_MIN = 20_000
export const PART_BYTES = 512 * 1024
/** What the first picture of a long run is made of. */
export const FIRST_BYTES = 4 * 1024 * 1024
/** A new picture after so many more. */
export const TURN_BYTES = 16 * 1024 * 1024
/** Events of the list that a person sees while the rest is read. */
const FIRST_EVENTS_MAX = 4000
const TAIL_BYTES = 1024 * 1024

export interface Folded {
  readonly view: RecordedView
  readonly index: RecordIndex
  readonly notes: readonly string[]
}

/** What run and result say beside the record; `checks` null: nobody judged it. */
export type OpenedFrame = Omit<RunFrame, 'checks'> & {
  readonly checks: readonly CheckView[] | null
}

/** The run as far as it is read. */
export interface OpenedPicture extends Pick<RecordedView, 'status' | 'series' | 'left'> {
  readonly events: readonly LabEvent[]
  readonly notes: readonly string[]
  readonly reading: RunReading | null
}

interface End {
  readonly atMs: number
  readonly seq: number
}

export class RecordOpening {
  /** Bytes of the record; those of the moment at which it was opened. */
  bytes = 0
  private readonly fold = new RecordFold()
  private readonly record: string
  private folded: Folded | null = null
  private checks: readonly CheckView[] | null
  private isOver = false
  private isStopped = false
  private hasFirst = false
  private failure: unknown = null
  private end: End = { atMs: 0, seq: 0 }
  private firstEvents: readonly LabEvent[] = []
  /** They wait for the next turn. */
  private waiting: (() => void)[] = []

  constructor(
    private readonly dir: string,
    private readonly frame: OpenedFrame,
  ) {
    this.record = join(dir, RECORD_FILE)
    this.checks = frame.checks
    this.run().then(
      () => this.turn(),
      (error: unknown) => {
        this.failure = error
        this.turn()
      },
    )
  }

  get over(): boolean {
    return this.isOver
  }

  stop(): void {
    this.isStopped = true
  }

  /** Resolves when something can be shown. */
  async first(): Promise<void> {
    await this.until(() => this.hasFirst || this.isOver)
  }

  /** Resolves a turn after this share was shown, or when nothing more comes. */
  async beyond(share: number): Promise<void> {
    await this.first()
    const isDue = (this.share - share) * this.bytes >= TURN_BYTES
    if (!this.isOver && !isDue) await this.nextTurn()
  }

  /** Places of lines, at least up to this event. */
  async indexTo(seq: number): Promise<RecordIndex> {
    const index = () => this.folded?.index ?? this.fold.index
    await this.until(() => this.folded !== null || (index().at(-1)?.[0] ?? 0) > seq)
    return index()
  }

  picture(): OpenedPicture {
    const { folded, frame, fold } = this
    const run = { ...frame, checks: this.checks ?? [] }
    if (folded !== null) {
      const { view, notes } = folded
      const status = { ...view.status, ...run }
      const { atMs } = status
      const judged = { what: 'checks', events: status.events, atMs, share: 1 } as const
      return { ...view, status, notes, reading: this.isOver ? null : judged }
    }
    const { status, series } = fold.view.picture(run)
    const { events, atMs } = fold.view.sofar
    const total = Math.max(events, this.end.seq)
    return {
      status: { ...status, atMs: Math.max(atMs, this.end.atMs), events: total },
      ...{ series, events: this.firstEvents, notes: [], left: total - this.firstEvents.length },
      reading: { what: 'record', events, atMs, share: this.share },
    }
  }

  private get share(): number {
    return this.folded !== null ? 1 : this.fold.bytesFolded / Math.max(1, this.bytes)
  }

  private async run(): Promise<void> {
    this.bytes = await stat(this.record).then(
      ({ size }) => size,
      () => 0,
    )
    this.folded = await readCache(this.dir, this.bytes)
    if (this.folded === null) await this.read()
    const isLong = this.bytes > FIRST_BYTES
    if (isLong) this.turn()
    if (this.checks === null && !this.isStopped) {
      this.checks = (await judgeRun(this.dir).catch(() => null))?.checks ?? []
    }
    this.isOver = true
  }

  private async read(): Promise<void> {
    const { fold } = this
    try {
      await this.readParts()
    } catch (error) {
      if (!isMissing(error)) throw error
      fold.notes.push('This run has no record.')
    }
    fold.end()
    const none = { options: null, checks: [], scenario: null, runDir: this.dir }
    const folded = { view: fold.view.view(none), index: fold.index, notes: fold.notes }
    this.folded = folded
    if (folded.view.status.events >= CACHE_EVENTS_MIN) {
      // Only a cache: a disk that is full takes nothing away.
      await writeViewCache(this.dir, this.bytes, folded).catch(() => {})
    }
  }

  private async readParts(): Promise<void> {
    const file = await open(this.record, 'r')
    try {
      this.end = await endOf(file, this.bytes)
      const buffer = Buffer.alloc(PART_BYTES)
      let toldBytes = 0
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, PART_BYTES, null)
        if (this.isStopped) throw new LabCallError('wrongState', 'the run was closed meanwhile')
        if (bytesRead === 0 || this.fold.isOver) return
        this.fold.feed(buffer.subarray(0, bytesRead))
        const bytes = this.fold.bytesFolded
        const isDue = bytes - toldBytes >= TURN_BYTES || (!this.hasFirst && bytes >= FIRST_BYTES)
        if (!isDue) continue
        toldBytes = bytes
        if (!this.hasFirst) this.firstEvents = this.fold.view.firstEvents(FIRST_EVENTS_MAX)
        this.turn()
      }
    } finally {
      await file.close()
    }
  }

  private turn(): void {
    this.hasFirst = true
    const all = this.waiting
    this.waiting = []
    for (const wake of all) wake()
  }

  private async until(holds: () => boolean): Promise<void> {
    while (!holds() && this.failure === null) await this.nextTurn()
    if (this.failure !== null) throw this.failure
  }

  private async nextTurn(): Promise<void> {
    if (this.failure === null) await new Promise<void>((resolve) => this.waiting.push(resolve))
    if (this.failure !== null) throw this.failure
  }
}

/** The last whole line: how long the run is, before all of it is read. */
async function endOf(file: FileHandle, bytes: number): Promise<End> {
  const size = Math.min(TAIL_BYTES, bytes)
  const buffer = Buffer.alloc(size)
  const { bytesRead } = await file.read(buffer, 0, size, bytes - size)
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n').slice(-3).reverse()
  for (const line of lines) {
    try {
      const { seq, atMs } = parseRecordLine(line).event
      return { seq, atMs }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
    }
  }
  return { seq: 0, atMs: 0 }
}

/** Written beside and renamed, so that a reader finds all of it or nothing. */
export async function writeViewCache(
  dir: string,
  recordBytes: number,
  folded: Folded,
): Promise<void> {
  const path = join(dir, VIEW_FILE)
  await writeFile(`${path}.new`, JSON.stringify({ version: VIEW_VERSION, recordBytes, ...folded }))
  await rename(`${path}.new`, path)
}

/** Null: there is none for this very record, or it is no cache. */
async function readCache(dir: string, recordBytes: number): Promise<Folded | null> {
  try {
    const cache: unknown = JSON.parse(await readFile(join(dir, VIEW_FILE), 'utf8'))
    return isCache(cache) && cache.recordBytes === recordBytes ? cache : null
  } catch {
    return null
  }
}

/** Whether somebody else's file lies there; what is inside was folded by this code. */
function isCache(value: unknown): value is Folded & { readonly recordBytes: number } {
  const cache = asObject(value)
  const view = asObject(cache?.['view'])
  const parts = [cache?.['index'], cache?.['notes'], view?.['events']]
  const whole = parts.every((part) => Array.isArray(part)) && asObject(view?.['series']) !== null
  return whole && cache?.['version'] === VIEW_VERSION && asObject(view?.['status']) !== null
}

export function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
