/**
 * A record file read part by part: the fold of `RecordFold`, told of as it goes on. Runs in a
 * worker, or on the page where there is none; it knows neither.
 *
 * Order:  `picture` after the first FIRST_BYTES, then every TURN_BYTES; `events` of the whole view
 *         in parts; `done`. What cannot be opened ends with `failed`.
 */
import type { LabEvent } from '../../../core/event'
import type { SeriesSnapshot } from '../../../core/measure/series'
import type { LabStatus, RunReading } from '../../../shared/api'
import { FrameError } from '../../../shared/frame'
import { RecordFold } from '../../../shared/recordFold'
import type { RecordIndex } from '../../../shared/recordFold'
import { MILESTONES_A_CALL_MAX } from '../../../shared/recordView'
import { eventsOfLines } from '../../../shared/recordText'
import { expectRecord, noEvents } from './wrongFile'

const FILE_BYTES_MAX = 1024 * 1024 * 1024
const PART_BYTES = 512 * 1024
const FIRST_BYTES = 4 * 1024 * 1024
const TURN_BYTES = 16 * 1024 * 1024
const FIRST_EVENTS_MAX = 4000
const TAIL_BYTES = 1024 * 1024

export interface FilePicture {
  readonly status: LabStatus
  readonly series: SeriesSnapshot
  /** Null: the list is that of before. */
  readonly events: readonly LabEvent[] | null
  readonly reading: RunReading
}

export interface FileWhole {
  readonly status: LabStatus
  readonly series: SeriesSnapshot
  readonly notes: readonly string[]
  readonly index: RecordIndex
}

export type FromReader =
  | { readonly kind: 'picture'; readonly picture: FilePicture }
  | { readonly kind: 'events'; readonly events: readonly LabEvent[] }
  | { readonly kind: 'done'; readonly whole: FileWhole }
  | { readonly kind: 'failed'; readonly words: string }

const FRAME = { options: null, checks: [], scenario: null, runDir: null } as const

/** `stopped` is asked between parts. */
export async function readRecordFile(
  file: File,
  tell: (message: FromReader) => void,
  stopped: () => boolean,
): Promise<void> {
  try {
    if (file.size === 0) throw new FrameError(`${file.name} is empty.`)
    await expectRecord(file)
    if (file.size > FILE_BYTES_MAX) throw new FrameError(`${file.name} is larger than 1 GiB.`)
    await readParts(file, tell, stopped)
  } catch (error) {
    tell({ kind: 'failed', words: error instanceof Error ? error.message : String(error) })
  }
}

async function readParts(
  file: File,
  tell: (message: FromReader) => void,
  stopped: () => boolean,
): Promise<void> {
  const fold = new RecordFold()
  const endMs = await endOf(file)
  let toldBytes = 0
  for (let from = 0; from < file.size && !fold.isOver; from += PART_BYTES) {
    const part = await file.slice(from, from + PART_BYTES).arrayBuffer()
    if (stopped()) return
    fold.feed(new Uint8Array(part))
    const bytes = fold.bytesFolded
    const isFirst = toldBytes === 0
    if (bytes - toldBytes < (isFirst ? FIRST_BYTES : TURN_BYTES)) continue
    toldBytes = bytes
    tell({ kind: 'picture', picture: pictureOf(fold, endMs, file.size, isFirst) })
  }
  fold.end()
  const { notes, index } = fold
  if (fold.view.sofar.events === 0) throw noEvents(file.name)
  const { events, status, series } = fold.view.view(FRAME)
  for (let at = 0; at < events.length; at += MILESTONES_A_CALL_MAX) {
    tell({ kind: 'events', events: events.slice(at, at + MILESTONES_A_CALL_MAX) })
  }
  tell({ kind: 'done', whole: { status, series, notes: [...notes], index } })
}

function pictureOf(fold: RecordFold, endMs: number, size: number, isFirst: boolean): FilePicture {
  const { status, series } = fold.view.picture(FRAME)
  const { events, atMs } = fold.view.sofar
  return {
    status: { ...status, atMs: Math.max(atMs, endMs) },
    series,
    events: isFirst ? fold.view.firstEvents(FIRST_EVENTS_MAX) : null,
    reading: { what: 'record', events, atMs, share: fold.bytesFolded / size },
  }
}

/** How long the run is, from its last whole line; 0: that does not tell. */
async function endOf(file: File): Promise<number> {
  const text = await file.slice(Math.max(0, file.size - TAIL_BYTES)).text()
  for (const line of text.split('\n').slice(-3).reverse()) {
    const [event] = eventsOfLines(line)
    if (event !== undefined) return event.atMs
  }
  return 0
}
