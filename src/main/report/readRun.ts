/**
 * Reads a run directory for its report: one pass over the record, and a second one for the events
 * around a violation.
 *
 * Tolerance: a last line without its end is what a killed lab leaves, and is left out; any other
 *            line that is no event is left out too and counted. Both are said in `problems`.
 * Errors:    ReportError where the directory holds no run; those of the file system.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryFinding } from '../../core/check/oracle'
import type { LabEvent } from '../../core/event'
import type { CheckView } from '../../shared/api'
import { FrameError } from '../../shared/frame'
import { parseRecordLine } from '../../shared/recordLine'
import { findingOf } from '../lab/historyFinding'
import { readHistory } from '../lab/historyFile'
import { HISTORY_FILE } from '../lab/offlineRun'
import { RECORD_FILE } from '../lab/runDir'
import { linesOf } from '../lab/textLines'
import type { RunFiles } from './runFiles'
import { readRunFiles } from './runFiles'
import { isFolded, RunFold } from './runFold'

/** The last events of each node before a violation, as the failure card shows them. */
export const LAST_EVENTS_MAX = 20
const EVIDENCE_SHOWN_MAX = 60
const HISTORY_CHECK = 'I14'

export interface FailureEvents {
  /** By place in the record. */
  readonly evidence: readonly LabEvent[]
  readonly lastOfNode: ReadonlyMap<number, readonly LabEvent[]>
  /** Everything before this place; 0: to the end. */
  readonly beforeSeq: number
}

export interface RunReading extends RunFiles {
  readonly dir: string
  readonly fold: RunFold
  readonly checks: readonly CheckView[]
  readonly events: number
  /** What is wrong with the record, in words. */
  readonly problems: readonly string[]
  /** Null: no check is violated. */
  readonly failure: FailureEvents | null
}

export async function readRun(dir: string): Promise<RunReading> {
  const files = await readRunFiles(dir)
  const fold = new RunFold(files.end === null)
  const path = join(dir, RECORD_FILE)
  const { events, problems } = await foldRecord(path, fold, files.end !== null)
  const checks = files.end?.checks ?? (await withHistory(dir, fold.checks()))
  const violated = checks.filter(({ state }) => state === 'violated')
  const failure = violated.length > 0 ? await failureEvents(path, fold, violated) : null
  return { ...files, dir, fold, checks, events, problems, failure }
}

/** I14 of a run that nobody judged to its end, by as much of its history as was written. */
async function withHistory(
  dir: string,
  checks: readonly CheckView[],
): Promise<readonly CheckView[]> {
  const finding = await findingIn(dir)
  if (finding === null) return checks
  const states = { valid: 'holds', violated: 'violated', unknown: 'notEnoughData' } as const
  const words = `As far as it was written: ${finding.words}`
  return checks.map((view) =>
    view.id === HISTORY_CHECK && view.state !== 'violated'
      ? { ...view, state: states[finding.verdict], words }
      : view,
  )
}

/** Null: no client was recorded. */
async function findingIn(dir: string): Promise<HistoryFinding | null> {
  const path = join(dir, HISTORY_FILE)
  if (!existsSync(path)) return null
  try {
    const { entries } = await readHistory(path, 'kv')
    return await findingOf({ entries, dropped: 0, keysLeft: new Set() })
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    return { verdict: 'unknown', words: `it cannot be read: ${error.message}` }
  }
}

interface Folded {
  readonly events: number
  readonly problems: readonly string[]
}

async function foldRecord(path: string, fold: RunFold, wasJudged: boolean): Promise<Folded> {
  if (!existsSync(path)) return { events: 0, problems: [`there is no ${RECORD_FILE}`] }
  let events = 0
  let lastSeq = 0
  let unfit = 0
  let firstUnfit = ''
  let isTorn = false
  for await (const { text, number, whole } of linesOf(path)) {
    if (text === '') continue
    if (wasJudged && isIgnored(text)) {
      events += 1
      continue
    }
    const event = eventOf(text)
    if (event === null) {
      if (!whole) {
        isTorn = true
        continue
      }
      unfit += 1
      firstUnfit ||= `line ${number} is not an event`
      fold.noteLoss(lastSeq + 1)
      continue
    }
    events += 1
    if (!wasJudged && event.seq > lastSeq + 1) fold.noteLoss(event.seq)
    lastSeq = event.seq
    fold.feed(event)
  }
  const problems: string[] = []
  if (isTorn) problems.push('the last line of the record is torn: the lab was ended while it wrote')
  if (unfit > 0) problems.push(`${firstUnfit}; ${unfit} such lines were left out`)
  return { events, problems }
}

/** Only by its type, so that a record of a million events is not parsed whole. */
function isIgnored(text: string): boolean {
  const type = typeOf(text)
  return type !== null && !isFolded(type)
}

function typeOf(text: string): string | null {
  return (
    /^\{"seq":\d+,"atMs":[\d.]+,"by":(?:\d+|"lab"),.{0,60}?"type":"(\w+)"/.exec(text)?.[1] ?? null
  )
}

function eventOf(text: string): LabEvent | null {
  try {
    return parseRecordLine(text).event
  } catch (error) {
    if (error instanceof FrameError) return null
    throw error
  }
}

async function failureEvents(
  path: string,
  fold: RunFold,
  violated: readonly CheckView[],
): Promise<FailureEvents | null> {
  if (!existsSync(path)) return null
  const wanted = new Set(violated.flatMap((view) => view.evidence).slice(0, EVIDENCE_SHOWN_MAX))
  const first = violated[0]
  const told = fold.told.find(({ invariant }) => invariant === first?.id)
  const beforeSeq = told?.seq ?? Math.max(0, ...(first?.evidence ?? []))
  const evidence: LabEvent[] = []
  const rings = new Map<number, string[]>()
  for await (const { text } of linesOf(path)) {
    const [, seqText, by] = /^\{"seq":(\d+),"atMs":[\d.]+,"by":(\d+|"lab")/.exec(text) ?? []
    if (seqText === undefined) continue
    const seq = Number(seqText)
    if (wanted.has(seq)) {
      const event = eventOf(text)
      if (event !== null) evidence.push(event)
    }
    if (by === undefined || by === '"lab"' || (beforeSeq > 0 && seq > beforeSeq)) continue
    const ring = rings.get(Number(by)) ?? []
    ring.push(text)
    if (ring.length > LAST_EVENTS_MAX) ring.shift()
    rings.set(Number(by), ring)
  }
  const lastOfNode = new Map(
    [...rings]
      .sort(([a], [b]) => a - b)
      .map(([node, texts]): [number, LabEvent[]] => [
        node,
        texts.flatMap((one) => eventOf(one) ?? []),
      ]),
  )
  return { evidence, lastOfNode, beforeSeq }
}
