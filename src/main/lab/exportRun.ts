/**
 * Exports of a run directory, line by line: events as they are, as columns, in causal order, and
 * the history of the clients.
 *
 * Causality: from `sent` and `received` where the record has them (simulator, explorer); else from
 *            recorded inputs, replayed; else there is only the order within each node, which is
 *            said.
 * Errors: ExportError in words; FrameError and RecordingError with file and line.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { causalOrder, eventStep } from '../../core/check/causality'
import type { HistoryEntry } from '../../core/history'
import { csvLine, CSV_HEAD, ednLine, eventText, shivizLines } from '../../shared/exportText'
import type { TextStep } from '../../shared/exportText'
import { FrameError } from '../../shared/frame'
import { parseHistoryEntry, printHistoryEntry } from '../../shared/historyCodec'
import { HISTORY_FILE } from './offlineRun'
import { recordedRun } from './recordedSteps'
import { seriesLines } from './exportSeries'
import { listRecordings } from './recordingFiles'
import { RECORD_FILE } from './runDir'
import { linesOf, readEvents } from './textLines'

export const EXPORT_FORMATS = [
  'shiviz',
  'jepsen',
  'jepsen-json',
  'jsonl',
  'csv',
  'series-csv',
] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const LOCAL_ONLY = 'order within nodes only: this run tells of no messages'

export class ExportError extends Error {
  override readonly name = 'ExportError'
}

/** What a reader of the export must know. */
export type Noted = (words: string) => void

/** Lines without their `\n`. */
export async function* exportRun(
  runDir: string,
  format: ExportFormat,
  note: Noted,
): AsyncGenerator<string> {
  switch (format) {
    case 'jsonl':
      mustHave(runDir, RECORD_FILE)
      for await (const event of readEvents(runDir)) yield JSON.stringify(event)
      return
    case 'csv':
      mustHave(runDir, RECORD_FILE)
      yield CSV_HEAD
      for await (const event of readEvents(runDir)) yield csvLine(event)
      return
    case 'series-csv':
      mustHave(runDir, RECORD_FILE)
      yield* seriesLines(runDir)
      return
    case 'shiviz':
      return yield* shiviz(runDir, note)
    case 'jepsen':
    case 'jepsen-json':
      return yield* history(runDir, format === 'jepsen')
  }
}

async function* shiviz(runDir: string, note: Noted): AsyncGenerator<string> {
  const { steps, words } = await stepsOf(runDir)
  const order = causalOrder(steps)
  if (words !== '') note(words)
  if (order.unmatched > 0) {
    note(`${order.unmatched} messages were received whose sending was not recorded`)
  }
  yield* shivizLines(order, words)
}

async function stepsOf(runDir: string): Promise<{ steps: readonly TextStep[]; words: string }> {
  const told: TextStep[] = []
  let tellsMessages = false
  for await (const event of readEvents(runDir)) {
    if (event.by === 'lab' || !('nodeSeq' in event)) continue
    tellsMessages ||= event.type === 'sent'
    told.push({ ...eventStep(event), text: eventText(event) })
  }
  if (tellsMessages) return { steps: told, words: '' }
  if ((await listRecordings(runDir)).length > 0) {
    return { steps: (await recordedRun(runDir)).steps, words: '' }
  }
  if (told.length === 0) throw new ExportError(`${runDir} holds no events of nodes`)
  return { steps: told, words: LOCAL_ONLY }
}

async function* history(runDir: string, asEdn: boolean): AsyncGenerator<string> {
  const path = mustHave(runDir, HISTORY_FILE)
  let time = 0
  for await (const { text, number, whole } of linesOf(path)) {
    if (text.trim() === '') continue
    const entry = parseEntry(text, time, `${path}:${number}`, whole)
    // The lab was killed while it wrote.
    if (entry === null) return
    time = entry.time
    yield asEdn ? ednLine(entry) : printHistoryEntry(entry)
  }
}

function mustHave(runDir: string, name: string): string {
  const path = join(runDir, name)
  if (existsSync(path)) return path
  throw new ExportError(`${runDir} holds no ${name}`)
}

function parseEntry(
  text: string,
  time: number,
  where: string,
  whole: boolean,
): HistoryEntry | null {
  try {
    return parseHistoryEntry(text, time)
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    if (!whole) return null
    throw new FrameError(`${where}: ${error.message}`)
  }
}
