/**
 * Reads a history from a file, line by line.
 *
 * Torn:   a last line without its end is left out: the lab was killed while it wrote.
 * Errors: FrameError `file:line: what`; those of the file system.
 */
import type { ModelName } from '../../core/check/linear/models'
import { FrameError } from '../../shared/frame'
import { HistoryParser } from '../../shared/historyCodec'
import { linesOf } from './textLines'

export async function readHistory(path: string, model: ModelName | null): Promise<HistoryParser> {
  const parser = new HistoryParser(path, model)
  for await (const { text, whole } of linesOf(path)) {
    try {
      parser.push(text)
    } catch (error) {
      if (whole || !(error instanceof FrameError) || isJson(text)) throw error
    }
  }
  return parser
}

/** What is whole but for its newline was not cut: it is judged as it stands. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
