/**
 * Reads a history from a file, line by line.
 *
 * Errors: FrameError `file:line: what`; those of the file system.
 */
import type { ModelName } from '../../core/check/linear/models'
import { HistoryParser } from '../../shared/historyCodec'
import { linesOf } from './textLines'

export async function readHistory(path: string, model: ModelName | null): Promise<HistoryParser> {
  const parser = new HistoryParser(path, model)
  for await (const { text } of linesOf(path)) parser.push(text)
  return parser
}
