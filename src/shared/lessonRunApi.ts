/**
 * What a window reads of a run for the result file of a lesson: the files of its directory as they
 * lie there, in pieces. Calls of the desk (`deskApi.ts`).
 */
import type { LessonRunHead } from './lessonResult'

/** Names that may be asked for: the record, and recorded inputs. */
export const LESSON_RUN_FILE = /^(events\.ndjson|inputs\/node\d{1,2}\.life\d{1,9}\.ndjson)$/
export const RECORD_NAME = 'events.ndjson'

export interface LessonRunView extends LessonRunHead {
  /** Whole lines of the record so far. */
  readonly recordBytes: number
  /** Recorded inputs. */
  readonly inputs: readonly { readonly name: string; readonly bytes: number }[]
}

export interface RunTextPiece {
  /** Ends with a line, but for a last one that is torn. */
  readonly text: string
  /** Where the next piece begins, in bytes; null: this was the last. */
  readonly next: number | null
}

export interface LessonRunApi {
  /** By the id of its card; of one that goes on too. */
  lessonRun(run: string): Promise<LessonRunView>
  /** A piece of a file (`LESSON_RUN_FILE`) from byte `from`, of its bytes before `to`. */
  lessonRunText(run: string, file: string, from: number, to: number): Promise<RunTextPiece>
}
