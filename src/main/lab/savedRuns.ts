/**
 * Saved runs: a run directory as windows show it, read and folded once, then kept for a while.
 *
 * Files:  `view.json` beside the record holds what the fold of a long record came to. It is a
 *         cache: it counts only for a record of the same length, and may be deleted.
 * Limits: OPEN_MAX runs in memory.
 * Errors: LabCallError that names the run: there is none, it still goes on, its record is broken.
 *         A record whose end is torn off opens up to there, and says so.
 */
import { open, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabEvent } from '../../core/event'
import { LabCallError } from '../../shared/api'
import type { CheckView, RunCard, SavedRun } from '../../shared/api'
import { clusterOptions } from '../../shared/clusterSchemas'
import { FrameError } from '../../shared/frame'
import { RecordView } from '../../shared/recordView'
import type { RecordedView } from '../../shared/recordView'
import type { LogPart } from '../../shared/logLine'
import { judgeRun } from './judgeRun'
import { readLogs } from './nodeLogs'
import { parseRecordLine } from '../../shared/recordLine'
import { readRunCard, RECORD_FILE, RESULT_FILE, RUN_FILE, writeJson } from './runDir'
import { linesOf } from './textLines'

const VIEW_FILE = 'view.json'
const VIEW_VERSION = 1
const OPEN_MAX = 3
/** From here on reading the record again takes longer than a person likes to wait. */
const CACHE_EVENTS_MIN = 20_000
/** One index entry for so many lines. */
const INDEX_LINES = 256
const READ_BYTES_MAX = 64 * 1024 * 1024
/** Lines folded before other work of the lab gets its turn. */
const TURN_LINES = 2000

/** `[seq, offset of its line]`, now and then. */
export type RecordIndex = readonly (readonly [number, number])[]

interface OpenedRun {
  readonly card: RunCard
  readonly view: RecordedView
  readonly index: RecordIndex
  readonly bytes: number
  readonly notes: readonly string[]
}

type Folded = Pick<OpenedRun, 'view' | 'index' | 'notes'>

export class SavedRuns {
  private readonly opened = new Map<string, Promise<OpenedRun>>()

  constructor(
    private readonly runsDir: string,
    /** Directory of the run that goes on; null: none does. */
    private readonly current: () => string | null,
  ) {}

  async open(id: string): Promise<SavedRun> {
    // Opened anew: a run that was cut short may have been judged since.
    this.opened.delete(id)
    const { card, view, notes } = await this.get(id)
    const { status, series, events, left } = view
    return { card, status, series, milestones: events.length, left, notes }
  }

  async milestones(id: string, from: number, count: number): Promise<readonly LabEvent[]> {
    const { view } = await this.get(id)
    return view.events.slice(from, from + count)
  }

  /** Events with `from` <= seq <= `to`. */
  async events(id: string, from: number, to: number): Promise<readonly LabEvent[]> {
    const { index, bytes } = await this.get(id)
    const start = index.findLast(([seq]) => seq <= from) ?? index[0]
    if (start === undefined) return []
    const end = index.find(([seq]) => seq > to)?.[1] ?? bytes
    const text = await readText(join(this.runsDir, id, RECORD_FILE), start[1], end)
    return parsedLines(text).filter((event) => event.seq >= from && event.seq <= to)
  }

  /** What its processes wrote; rejects for a run that kept nothing of it. */
  async logs(id: string, from: number, count: number): Promise<LogPart> {
    await this.get(id)
    const part = await readLogs(join(this.runsDir, id), from, count)
    if (part !== null) return part
    throw new LabCallError('unavailable', `the run ${id} kept no logs`)
  }

  private get(id: string): Promise<OpenedRun> {
    const known = this.opened.get(id)
    if (known !== undefined) return known
    const opening = this.read(id)
    this.opened.set(id, opening)
    opening.catch(() => this.opened.delete(id))
    for (const old of [...this.opened.keys()].slice(0, -OPEN_MAX)) this.opened.delete(old)
    return opening
  }

  private async read(id: string): Promise<OpenedRun> {
    const dir = join(this.runsDir, id)
    const card = await readRunCard(this.runsDir, id)
    // A link may not lead out of the folder of runs.
    const real = card === null ? null : await realpath(dir)
    if (card === null || real !== join(await realpath(this.runsDir), id)) {
      throw new LabCallError('badArgument', `there is no run ${id} in ${this.runsDir}`)
    }
    if (this.current() === dir) {
      throw new LabCallError('wrongState', `the run ${id} still goes on: it is what you see live`)
    }
    const record = join(dir, RECORD_FILE)
    const bytes = await stat(record).then(
      ({ size }) => size,
      () => 0,
    )
    const cached = await readCache(dir, bytes)
    const folded = cached ?? (await foldRecord(dir, record))
    if (cached === null && folded.view.status.events >= CACHE_EVENTS_MIN) {
      // Only a cache: a disk that is full takes nothing away.
      await writeViewCache(dir, bytes, folded).catch(() => {})
    }
    const view = { ...folded.view, status: { ...folded.view.status, ...(await frameOf(dir)) } }
    return { card, bytes, ...folded, view }
  }
}

export async function writeViewCache(
  dir: string,
  recordBytes: number,
  folded: Folded,
): Promise<void> {
  await writeJson(join(dir, VIEW_FILE), { version: VIEW_VERSION, recordBytes, ...folded })
}

/** Null: there is none for this very record, or it is no cache. */
async function readCache(dir: string, recordBytes: number): Promise<Folded | null> {
  try {
    const text = await readFile(join(dir, VIEW_FILE), 'utf8')
    const cache: unknown = JSON.parse(text)
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

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null
}

async function foldRecord(dir: string, record: string): Promise<Folded> {
  const fold = new RecordView()
  const index: [number, number][] = []
  const notes: string[] = []
  let offset = 0
  try {
    for await (const { text, number, whole } of linesOf(record)) {
      const event = eventOf(text, number, whole, notes)
      if (event === null) break
      if ((number - 1) % INDEX_LINES === 0) index.push([event.seq, offset])
      offset += Buffer.byteLength(text) + 1
      fold.feed(event)
      if (number % TURN_LINES === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  } catch (error) {
    if (!isMissing(error)) throw error
    notes.push('This run has no record.')
  }
  const frame = { options: null, checks: [], scenario: null, runDir: dir }
  return { view: fold.view(frame), index, notes }
}

/** Null: the record ends here, and `notes` says why. */
function eventOf(text: string, number: number, whole: boolean, notes: string[]): LabEvent | null {
  try {
    return parseRecordLine(text).event
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    const end = `events after it are not shown`
    notes.push(
      whole
        ? `Line ${number} of the record is broken (${error.message}): ${end}.`
        : `The last line of the record is torn off: the lab was killed while it wrote.`,
    )
    return null
  }
}

/** What run and result say beside the record. Checks of a run without a result are judged now. */
async function frameOf(dir: string): Promise<Partial<RecordedView['status']>> {
  const run = await readObject(join(dir, RUN_FILE))
  const options = clusterOptions.safeParse(run?.['options'])
  const scenario = run?.['scenario']
  return {
    options: options.success ? options.data : null,
    scenario: typeof scenario === 'string' ? { name: scenario, step: '', done: true } : null,
    checks: await checksOf(dir),
    runDir: dir,
  }
}

async function checksOf(dir: string): Promise<readonly CheckView[]> {
  const result = await readObject(join(dir, RESULT_FILE))
  const checks = result?.['checks']
  if (Array.isArray(checks) && checks.every(isCheck)) return checks
  const judged = await judgeRun(dir).catch(() => null)
  return judged?.checks ?? []
}

function isCheck(value: unknown): value is CheckView {
  const check = asObject(value)
  const texts = [check?.['id'], check?.['state'], check?.['words']]
  return texts.every((text) => typeof text === 'string') && Array.isArray(check?.['evidence'])
}

async function readObject(path: string): Promise<Record<string, unknown> | null> {
  try {
    return asObject(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

async function readText(path: string, from: number, to: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(Math.min(READ_BYTES_MAX, to - from))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
    const text = buffer.toString('utf8', 0, bytesRead)
    return text.slice(0, text.lastIndexOf('\n') + 1)
  } finally {
    await file.close()
  }
}

function parsedLines(text: string): LabEvent[] {
  const events: LabEvent[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      events.push(parseRecordLine(line).event)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      return events
    }
  }
  return events
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
