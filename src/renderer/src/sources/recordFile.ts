/**
 * A record file (`events.ndjson`) read in the page: no host is needed, and nothing leaves it.
 *
 * Limits: FILE_BYTES_MAX, LINE_CHARS_MAX.
 * Errors: Error in words, for a file that holds no record. A broken line ends the record, and the
 *         notes say so.
 */
import { FrameError } from '../../../shared/frame'
import { parseRecordLine } from '../../../shared/recordLine'
import { RecordView } from '../../../shared/recordView'
import type { RecordedView } from '../../../shared/recordView'

const FILE_BYTES_MAX = 1024 * 1024 * 1024
const LINE_CHARS_MAX = 16 * 1024 * 1024
/** Events folded before the page may draw again. */
const TURN_EVENTS = 5000

export interface ReadRecord {
  readonly view: RecordedView
  readonly notes: readonly string[]
}

export async function readRecordFile(
  file: File,
  onEvents: (count: number) => void,
): Promise<ReadRecord> {
  if (file.size > FILE_BYTES_MAX) throw new Error(`${file.name} is larger than 1 GiB.`)
  const fold = new RecordView()
  const notes: string[] = []
  let count = 0
  for await (const { text, whole } of textLines(file)) {
    try {
      fold.feed(parseRecordLine(text).event)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      if (count === 0) throw new Error(`${file.name} is no record of a run: ${error.message}.`)
      notes.push(brokenWords(count + 1, whole, error.message))
      break
    }
    count += 1
    if (count % TURN_EVENTS === 0) {
      onEvents(count)
      await new Promise((resolve) => setTimeout(resolve))
    }
  }
  if (count === 0) throw new Error(`${file.name} is empty.`)
  return { view: fold.view({ options: null, checks: [], scenario: null, runDir: null }), notes }
}

function brokenWords(line: number, whole: boolean, words: string): string {
  if (!whole) return 'The last line of the record is torn off.'
  return `Line ${line} of the record is broken (${words}): events after it are not shown.`
}

async function* textLines(file: File): AsyncGenerator<{ text: string; whole: boolean }> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_CHARS_MAX) throw new Error(`${file.name} has a line of over 16 MiB.`)
    for (const text of lines) if (text !== '') yield { text, whole: true }
  }
  if (rest !== '') yield { text: rest, whole: false }
}
