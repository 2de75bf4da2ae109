/**
 * Saved runs: run directories as windows show them, read once and kept for a while. A long record
 * is shown before all of it is read (`recordOpening.ts`).
 *
 * Limits: OPEN_MAX runs in memory.
 * Errors: LabCallError that names the run: there is none, it still goes on, its record is broken.
 *         A record whose end is torn off opens up to there, and says so.
 */
import { open, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabEvent } from '../../core/event'
import { LabCallError } from '../../shared/api'
import type { CheckView, LabApi, RecordText, RunCard, SavedRun } from '../../shared/api'
import { clusterOptions } from '../../shared/clusterSchemas'
import type { LogPart } from '../../shared/logLine'
import { eventsOfLines, pieceOf } from '../../shared/recordText'
import { readLogs } from './nodeLogs'
import { asObject, RecordOpening } from './recordOpening'
import type { OpenedFrame } from './recordOpening'
import { readRunCard, RECORD_FILE, RESULT_FILE, RUN_FILE } from './runDir'

const OPEN_MAX = 3
const READ_BYTES_MAX = 64 * 1024 * 1024

/** What windows ask about runs that are over; see `LabApi`. */
export interface SavedRunCalls {
  readonly open: LabApi['openRun']
  readonly look: LabApi['lookAtRun']
  readonly close: LabApi['closeRun']
  readonly milestones: LabApi['runMilestones']
  readonly events: LabApi['runEvents']
  readonly text: LabApi['runText']
  readonly logs: (id: string, from: number, count: number) => Promise<LogPart>
}

interface OpenedRun {
  readonly card: RunCard
  readonly record: RecordOpening
  /** The list of the last picture that was given away: parts of it are asked for. */
  events: readonly LabEvent[]
}

export class SavedRuns implements SavedRunCalls {
  private readonly opened = new Map<string, Promise<OpenedRun>>()

  constructor(
    private readonly runsDir: string,
    /** Directory of the run that goes on; null: none does. */
    private readonly current: () => string | null,
  ) {}

  async open(id: string): Promise<SavedRun> {
    const known = await this.opened.get(id)?.catch(() => null)
    // Opened anew: a run that was cut short may have been judged since.
    if (known?.record.over === true) this.opened.delete(id)
    return pictureOf(await this.get(id))
  }

  async look(id: string, share: number): Promise<SavedRun> {
    const run = await this.get(id)
    await run.record.beyond(share)
    return pictureOf(run)
  }

  async close(id: string): Promise<void> {
    const opening = this.opened.get(id)
    this.opened.delete(id)
    await opening?.then(
      ({ record }) => record.stop(),
      () => {},
    )
  }

  /** Nothing is read any more. */
  async end(): Promise<void> {
    await Promise.all([...this.opened.keys()].map((id) => this.close(id)))
  }

  async milestones(id: string, from: number, count: number): Promise<readonly LabEvent[]> {
    return (await this.get(id)).events.slice(from, from + count)
  }

  /** Events with `from` <= seq <= `to`. */
  async events(id: string, from: number, to: number): Promise<readonly LabEvent[]> {
    const { record } = await this.get(id)
    const index = await record.indexTo(to)
    const start = index.findLast(([seq]) => seq <= from) ?? index[0]
    if (start === undefined) return []
    const end = index.find(([seq]) => seq > to)?.[1] ?? record.bytes
    const bytes = await this.bytesOf(id, start[1], Math.min(end, start[1] + READ_BYTES_MAX))
    const text = bytes.toString('utf8')
    const events = eventsOfLines(text.slice(0, text.lastIndexOf('\n') + 1))
    return events.filter((event) => event.seq >= from && event.seq <= to)
  }

  async text(id: string, from: number): Promise<RecordText> {
    await this.card(id)
    const { size } = await stat(join(this.runsDir, id, RECORD_FILE))
    return await pieceOf((start, end) => this.bytesOf(id, start, end), from, size)
  }

  /** What its processes wrote; rejects for a run that kept nothing of it. */
  async logs(id: string, from: number, count: number): Promise<LogPart> {
    await this.card(id)
    const part = await readLogs(join(this.runsDir, id), from, count)
    if (part !== null) return part
    throw new LabCallError('unavailable', `the run ${id} kept no logs`)
  }

  private get(id: string): Promise<OpenedRun> {
    const known = this.opened.get(id)
    if (known !== undefined) return known
    const opening = this.read(id)
    this.opened.set(id, opening)
    opening.catch(() => {
      if (this.opened.get(id) === opening) this.opened.delete(id)
    })
    for (const old of [...this.opened.keys()].slice(0, -OPEN_MAX)) void this.close(old)
    return opening
  }

  private async read(id: string): Promise<OpenedRun> {
    const card = await this.card(id)
    const dir = join(this.runsDir, id)
    const record = new RecordOpening(dir, await frameOf(dir))
    await record.first()
    return { card, record, events: record.picture().events }
  }

  private async card(id: string): Promise<RunCard> {
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
    if (card.recording === true) {
      const words = `the run ${id} is being recorded by another process: it opens when it has ended`
      throw new LabCallError('wrongState', words)
    }
    return card
  }

  private async bytesOf(id: string, from: number, to: number): Promise<Buffer> {
    const file = await open(join(this.runsDir, id, RECORD_FILE), 'r')
    try {
      const buffer = Buffer.alloc(Math.max(0, to - from))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }
}

function pictureOf(run: OpenedRun): SavedRun {
  const { status, series, events, left, notes, reading } = run.record.picture()
  run.events = events
  return { card: run.card, status, series, milestones: events.length, left, notes, reading }
}

/** What run and result say beside the record. */
async function frameOf(dir: string): Promise<OpenedFrame> {
  const run = await readObject(join(dir, RUN_FILE))
  // A re-enactment drove its nodes by hand; windows know no such clusters, and show its rules.
  const { hand: _hand, ...rules } = asObject(run?.['options']) ?? {}
  const options = clusterOptions.safeParse(rules)
  const scenario = run?.['scenario']
  return {
    options: options.success ? options.data : null,
    scenario: typeof scenario === 'string' ? { name: scenario, step: '', done: true } : null,
    checks: await checksOf(dir),
    runDir: dir,
  }
}

/** Null: it has no result, and is judged once it is read. */
async function checksOf(dir: string): Promise<readonly CheckView[] | null> {
  const result = await readObject(join(dir, RESULT_FILE))
  const checks = result?.['checks']
  return Array.isArray(checks) && checks.every(isCheck) ? checks : null
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
