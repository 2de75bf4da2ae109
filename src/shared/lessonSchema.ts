/**
 * JSON schema (draft 7) of lesson files, made from the parser itself, for editors. What only the
 * parser knows (verbs, checks, weights, prose) is told by `paxos-lab lesson check`.
 */
import { lessonFile } from './lessonFile'
import { LESSON_MEASURES } from './lessonMeasures'
import { z } from './zod'

const TITLE = 'Lesson of Paxos Lab'

/** As it is published: indented, with a line feed at its end. */
export function printLessonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(lessonFile, { target: 'draft-7', io: 'input' })
  const measures = Object.entries(LESSON_MEASURES).map(([name, help]) => `${name}: ${help}`)
  const description = [
    'A cluster, steps with questions, acts and checks; see docs/lessons.md.',
    `Measures of checks:\n${measures.join('\n')}`,
  ].join('\n\n')
  return `${JSON.stringify({ $schema, title: TITLE, description, ...schema }, null, 2)}\n`
}
