/**
 * Results in the folder of runs: listed, opened, compared, deleted, and their reports and those of
 * runs. A result that is damaged is left out of the list, and says so when it is asked for.
 *
 * Limits: the newest RESULTS_MAX are listed; a result has at most RESULT_BYTES_MAX.
 * Errors: LabCallError, or one that `deskWords.ts` knows.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LabCallError } from '../../shared/api'
import type { ComparedPart, ComparedRow, ComparedSpread, ResultCard } from '../../shared/deskApi'
import { experimentVerdict, parseExperiment } from '../../shared/experimentCodec'
import type { ExperimentResult } from '../../shared/experimentResult'
import { PINS_FILE } from '../../shared/pins'
import { RESULT_ID } from '../../shared/runIds'
import { RECORD_FILE, RESULT_FILE } from '../lab/runDir'
import { writeExperimentReport } from '../report/experimentReport'
import { REPORT_FILE, writeRunReport } from '../report/runReport'
import { atPoint, measureRows } from './compare'
import type { MeasureRow, Sample } from './compare'
import { readBounded, runDirOf, stampOf, Turns } from './deskFolder'
import { EXPERIMENT_FILE } from './experimentDir'
import type { Spread } from './figures'
import type { Shift } from './shift'

export const RESULTS_MAX = 200
/** An answer that waits for a window has less than 64 MiB. */
const RESULT_BYTES_MAX = 48 * 1024 * 1024

export interface DeskResultsPlace {
  readonly runsDir: string
  /** Whether trials or a cluster still write there; a trial without a result belongs to them. */
  isGrowing(id: string): boolean
}

export class DeskResults {
  private cards = new Map<string, { readonly stamp: string; readonly card: ResultCard | null }>()
  private readonly reports = new Turns()

  constructor(private readonly place: DeskResultsPlace) {}

  async list(): Promise<readonly ResultCard[]> {
    const names = await readdir(this.place.runsDir).catch(() => [])
    const ids = names
      .filter((name) => RESULT_ID.test(name))
      .sort()
      .reverse()
      .slice(0, RESULTS_MAX)
    const fresh: typeof this.cards = new Map()
    for (const id of ids) {
      const entry = await this.entryOf(id)
      if (entry !== null) fresh.set(id, entry)
    }
    this.cards = fresh
    return [...fresh.values()].flatMap(({ card }) => card ?? [])
  }

  async read(id: string): Promise<ExperimentResult> {
    const path = join(await this.resultDir(id), EXPERIMENT_FILE)
    const text = await readBounded(path, RESULT_BYTES_MAX)
    if (text === null) {
      const words = `${id} holds no ${EXPERIMENT_FILE} of at most ${RESULT_BYTES_MAX} bytes`
      throw new LabCallError('badArgument', words)
    }
    const result = parseExperiment(text, `${id}/${EXPERIMENT_FILE}`)
    // A host that was killed wrote what it knew until then.
    return { ...result, verdict: experimentVerdict(result) }
  }

  async delete(id: string): Promise<void> {
    const dir = await this.resultDir(id)
    this.refuseGrowing(id)
    await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    this.cards.delete(id)
  }

  /** Between two measures other work gets its turn. */
  async compare(a: ComparedPart, b: ComparedPart): Promise<readonly ComparedRow[]> {
    const [left, right] = [await this.sampleOf(a), await this.sampleOf(b)]
    const rows: ComparedRow[] = []
    for (const row of measureRows(left.trials, right.trials)) {
      rows.push(comparedRow(row))
      await new Promise((resolve) => setImmediate(resolve))
    }
    return rows
  }

  /** Path of the report, written anew where what it tells of is newer. */
  async reportFile(id: string): Promise<string> {
    const dir = await runDirOf(this.place.runsDir, id)
    this.refuseGrowing(id)
    const path = join(dir, REPORT_FILE)
    const sources = RESULT_ID.test(id) ? [EXPERIMENT_FILE] : [RESULT_FILE, RECORD_FILE, PINS_FILE]
    return await this.reports.take(async () => {
      const stamps = await Promise.all(sources.map((name) => stampOf(join(dir, name))))
      const newestMs = Math.max(0, ...stamps.map((stamp) => stamp?.changedMs ?? 0))
      if (stamps[0] === null) this.refuseGrowing(id.split('/')[0] ?? id)
      const written = await stampOf(path)
      if (written !== null && written.changedMs >= newestMs) return path
      if (!RESULT_ID.test(id)) return await writeRunReport(dir)
      return await writeExperimentReport(dir, await this.read(id))
    })
  }

  private refuseGrowing(id: string): void {
    if (!this.place.isGrowing(id)) return
    throw new LabCallError('wrongState', `${id} still goes on: it can be used when it is over`)
  }

  private async resultDir(id: string): Promise<string> {
    if (!RESULT_ID.test(id)) throw new LabCallError('badArgument', `${id} is no result`)
    return await runDirOf(this.place.runsDir, id)
  }

  /** Null: nothing lies there that could be read. */
  private async entryOf(
    id: string,
  ): Promise<{ readonly stamp: string; readonly card: ResultCard | null } | null> {
    const dir = await this.resultDir(id).catch(() => null)
    const found = dir === null ? null : await stampOf(join(dir, EXPERIMENT_FILE))
    if (found === null) return null
    const stamp = `${found.bytes} ${found.changedMs}`
    const known = this.cards.get(id)
    if (known?.stamp === stamp) return known
    const result = await this.read(id).catch(() => null)
    return { stamp, card: result === null ? null : cardOf(id, result) }
  }

  private async sampleOf({ id, point }: ComparedPart): Promise<Sample> {
    const { plan, verdict, trials } = await this.read(id)
    const { name } = plan
    return atPoint({ dir: id, kind: 'experiment', name, verdict, reason: '', trials }, point ?? {})
  }
}

function cardOf(id: string, { plan, startedAt, verdict, planned, trials }: ExperimentResult) {
  const { name, title, source } = plan
  return { id, name, title, startedAt, source, verdict, planned, ended: trials.length }
}

function comparedRow({ name, a, b, shift }: MeasureRow): ComparedRow {
  return { measure: name, a: comparedSpread(a), b: comparedSpread(b), shift: comparedShift(shift) }
}

function comparedSpread(spread: Spread | null): ComparedSpread | null {
  if (spread === null) return null
  const { count, median, min, max } = spread
  return { count, median, low: min, high: max }
}

/** Without an interval a difference says nothing: too few trials. */
function comparedShift(shift: Shift | null): ComparedRow['shift'] {
  const interval = shift?.interval ?? null
  if (shift === null || interval === null) return null
  const [low, high] = interval
  return { by: shift.difference, low, high }
}
