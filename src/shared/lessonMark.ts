/**
 * Marks of a lesson in the record: words of an `acted` event of the actor `lesson`, such as
 * `duel@1: begin fixed-retry`. They say which step the events after them belong to, so that a
 * record alone can be judged.
 *
 * Limits: MARK_CHARS_MAX characters. Choices are counted from 1 in the words, from 0 in the data.
 */
export const MARK_CHARS_MAX = 200

export type LessonMark = {
  readonly lesson: string
  readonly version: number
  readonly step: string
} & (
  | { readonly act: 'begin' | 'reset' }
  | { readonly act: 'answer'; readonly choice: number }
  | { readonly act: 'act'; readonly id: string }
)

/** Ids of lessons, steps, acts and goals. */
export const LESSON_ID = /^[a-z0-9]+(-[a-z0-9]+)*$/

const ID = '[a-z0-9]+(?:-[a-z0-9]+)*'
const MARK = new RegExp(
  `^(?<lesson>${ID})@(?<version>[1-9]\\d{0,5}): (?:(?<plain>begin|reset) (?<own>${ID})|` +
    `answer (?<asked>${ID}) (?<choice>[1-9]\\d?)|act (?<acted>${ID}) (?<id>${ID}))$`,
)

export function printMark(mark: LessonMark): string {
  const { lesson, version, act, step } = mark
  const head = `${lesson}@${version}: ${act} ${step}`
  if (mark.act === 'answer') return `${head} ${mark.choice + 1}`
  return mark.act === 'act' ? `${head} ${mark.id}` : head
}

/** Null: that is no mark. */
export function parseMark(words: string): LessonMark | null {
  const found = words.length > MARK_CHARS_MAX ? undefined : MARK.exec(words)?.groups
  if (found === undefined) return null
  const { lesson = '', plain, own = '', asked, choice, acted = '', id = '' } = found
  const head = { lesson, version: Number(found['version']) }
  if (plain === 'begin' || plain === 'reset') return { ...head, act: plain, step: own }
  if (asked !== undefined)
    return { ...head, act: 'answer', step: asked, choice: Number(choice) - 1 }
  return { ...head, act: 'act', step: acted, id }
}
