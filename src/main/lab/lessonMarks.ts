/** Marks of lessons in the record of a run: which step begins, what was answered and done. */
import { LabCallError } from '../../shared/api'
import { parseMark } from '../../shared/lessonMark'
import type { Session } from './session'

/** Rejects with `badArgument` for words that are no mark: no reader of the record would know it. */
export async function markLesson(session: Session, words: string): Promise<void> {
  if (parseMark(words) === null) {
    const example = 'such as "duel@1: begin set-up"'
    throw new LabCallError('badArgument', `"${words.slice(0, 80)}" is no mark ${example}`)
  }
  session.tell({ type: 'acted', act: words, actor: 'lesson' })
  await Promise.resolve()
}
