/**
 * Files that are no records: what they are not, what those are called, and how it was seen. A
 * record is text, and its first line is a JSON object.
 */
import { FrameError } from '../../../shared/frame'

/** What the first look reads; a line of a record begins with a brace. */
const LOOK_BYTES = 4096
const NO_TEXT = 'it is no text.'
const NO_EVENT = 'line 1 is no event of a record.'

/** A look at the head: throws FrameError for what cannot be a record, however long it is. */
export async function expectRecord(file: File): Promise<void> {
  const head = new Uint8Array(await file.slice(0, LOOK_BYTES).arrayBuffer())
  const text = textOf(head)
  if (text === null) throw noRecord(file.name, NO_TEXT)
  const begin = text.trimStart()
  if (begin !== '' && !begin.startsWith('{')) throw noRecord(file.name, NO_EVENT)
}

/** Not one line of it could be folded. */
export function noEvents(name: string): FrameError {
  return noRecord(name, NO_EVENT)
}

/** Null: these are no bytes of a text. A character that the look cuts through is one. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: true,
    })
  } catch {
    return null
  }
}

function noRecord(name: string, why: string): FrameError {
  const others = 'no experiment (NAME.paxlab.yaml) and no lesson (NAME.lesson.yaml)'
  return new FrameError(`${name} is no record of a run (events.ndjson), ${others}: ${why}`)
}
