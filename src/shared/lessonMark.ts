/**
 * Marks of a lesson in the record: words of an `acted` event of the actor `lesson`, such as
 * `duel@1: begin fixed-retry` or `p2c@1: choose trap 1,2,5 blue`. They say which step the events
 * after them belong to, what was answered and picked, so that a record alone can be judged.
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
  /** v and S, as `p2cChoice.ts` judges them. */
  | { readonly act: 'choose'; readonly value: string; readonly witnesses: readonly number[] }
)

/** Ids of lessons, steps, acts and goals. */
export const LESSON_ID = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** A value that can be chosen: one word. */
export const CHOSEN_VALUE = /^[^\s,{}]{1,40}$/
/** Acceptors of a choice, each with one digit. */
export const WITNESSES_MAX = 9

const ID = '[a-z0-9]+(?:-[a-z0-9]+)*'
const MARK = new RegExp(
  `^(?<lesson>${ID})@(?<version>[1-9]\\d{0,5}): (?:(?<plain>begin|reset) (?<own>${ID})|` +
    `answer (?<asked>${ID}) (?<choice>[1-9]\\d?)|act (?<acted>${ID}) (?<id>${ID})|` +
    `choose (?<chosen>${ID}) (?<nodes>[1-9](?:,[1-9]){0,${WITNESSES_MAX - 1}}) ` +
    `(?<value>[^\\s,{}]{1,40}))$`,
)

export function printMark(mark: LessonMark): string {
  const { lesson, version, act, step } = mark
  const head = `${lesson}@${version}: ${act} ${step}`
  if (mark.act === 'answer') return `${head} ${mark.choice + 1}`
  if (mark.act === 'choose') return `${head} ${mark.witnesses.join(',')} ${mark.value}`
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
  const { chosen, nodes = '', value = '' } = found
  if (chosen !== undefined) {
    const witnesses = [...new Set(nodes.split(',').map(Number))]
    return { ...head, act: 'choose', step: chosen, witnesses, value }
  }
  return { ...head, act: 'act', step: acted, id }
}
