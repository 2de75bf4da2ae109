/**
 * A record file (`events.ndjson`) opened in the page: no host is needed, and nothing leaves it.
 *
 * Order:  resolves with the first picture; `grow` answers the later ones, the last of them whole.
 * Limits: those of `recordReading.ts`; `read` answers READ_BYTES_MAX of the file.
 * Errors: Error in words, for a file that holds no record. A broken line ends the record, and the
 *         notes say so.
 */
import type { LabEvent } from '../../../core/event'
import type { RunReading } from '../../../shared/api'
import type { RecordIndex } from '../../../shared/recordFold'
import { eventsOfLines, pieceOf } from '../../../shared/recordText'
import { readRecordFile } from './recordReading'
import type { FilePicture, FileWhole, FromReader } from './recordReading'
import type { SavedView } from './savedView'

const READ_BYTES_MAX = 64 * 1024 * 1024

/** `signal` stops the reading, before the first picture and after it. */
export async function openRecord(file: File, signal?: AbortSignal): Promise<SavedView> {
  const reading = new FileReading(file)
  signal?.addEventListener('abort', () => reading.stop(), { once: true })
  const first = await reading.next()
  if (first === null) throw new Error(`${file.name} is empty.`)
  return first
}

/** Pictures come when they come; who looks gets the newest. */
class FileReading {
  private readonly cancel: () => void
  private newest: SavedView | null = null
  private events: readonly LabEvent[] = []
  private readonly whole: LabEvent[] = []
  private index: RecordIndex | null = null
  private failure: Error | null = null
  private isOver = false
  private wake: () => void = () => {}

  constructor(private readonly file: File) {
    this.cancel = startReader(file, (message) => {
      this.take(message)
      this.wake()
    })
  }

  stop(): void {
    this.cancel()
    this.failure ??= new Error('The opening was stopped.')
    this.wake()
  }

  /** The next picture; null: the last one was given. */
  async next(): Promise<SavedView | null> {
    while (this.newest === null && this.failure === null) {
      if (this.isOver) return null
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
    if (this.failure !== null) throw this.failure
    const view = this.newest
    this.newest = null
    return view
  }

  private take(message: FromReader): void {
    switch (message.kind) {
      case 'picture':
        this.events = message.picture.events ?? this.events
        this.newest = this.viewOf(message.picture, [], message.picture.reading)
        return
      case 'events':
        this.whole.push(...message.events)
        return
      case 'done':
        this.events = this.whole
        this.index = message.whole.index
        this.isOver = true
        this.newest = this.viewOf(message.whole, message.whole.notes, null)
        return
      case 'failed':
        this.failure = new Error(message.words)
    }
  }

  private viewOf(
    { status, series }: FilePicture | FileWhole,
    notes: readonly string[],
    reading: RunReading | null,
  ): SavedView {
    const { events, file } = this
    const bytesOf = async (from: number, to: number): Promise<Uint8Array> =>
      new Uint8Array(await file.slice(from, to).arrayBuffer())
    return {
      ...{ kind: 'saved', title: file.name, startedAt: null, verdict: null },
      ...{ status, series, events, notes, reading, left: status.events - events.length },
      read: (from, to) => this.read(from, to),
      text: (from) => pieceOf(bytesOf, from, file.size),
      grow: () => this.next(),
      release: () => this.stop(),
    }
  }

  private async read(from: number, to: number): Promise<readonly LabEvent[]> {
    const asked = ({ seq }: LabEvent): boolean => seq >= from && seq <= to
    const { index } = this
    if (index === null) return this.events.filter(asked)
    const start = index.findLast(([seq]) => seq <= from)?.[1] ?? 0
    const end = index.find(([seq]) => seq > to)?.[1] ?? this.file.size
    const text = await this.file.slice(start, Math.min(end, start + READ_BYTES_MAX)).text()
    return eventsOfLines(text).filter(asked)
  }
}

/** Answers how to end it. */
function startReader(file: File, tell: (message: FromReader) => void): () => void {
  let isStopped = false
  if (typeof Worker === 'undefined') {
    void readRecordFile(file, tell, () => isStopped)
    return () => (isStopped = true)
  }
  const worker = new Worker(new URL('./recordWorker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<FromReader>) => {
    tell(data)
    if (data.kind === 'done' || data.kind === 'failed') worker.terminate()
  })
  worker.addEventListener('error', () => {
    worker.terminate()
    tell({ kind: 'failed', words: 'The reader of records could not be loaded.' })
  })
  worker.postMessage(file)
  return () => worker.terminate()
}
