/**
 * What of a lesson differs from student to student (LR8): the section `per-student` of its file has
 * alternatives, and `{name}` in any text of the lesson stands for what was drawn. Without a student
 * it is the first alternative.
 *
 * Errors: `fail` is told what is wrong and at which path of the file.
 */
import type { Pick } from './studentSeed'
import { z } from './zod'

const GROUPS_MAX = 10
const ALTERNATIVES_MAX = 50

const NAME = /^[a-z][a-z0-9]*$/
const PLACE = /\{([a-z][a-z0-9]*)\}/g

const word = z.union([z.string().min(1).max(40), z.number().int()])
const name = z.string().regex(NAME, 'is not a lower-case word such as "value"')

/** A group: alternatives of one name, or of several names that go together. */
const group = z.union([
  z.array(word).min(2).max(ALTERNATIVES_MAX),
  z.array(z.record(name, word)).min(2).max(ALTERNATIVES_MAX),
])

export const perStudent = z.record(name, group).meta({
  description:
    'Alternatives, of which each student has one: words of one name, or maps of several names ' +
    'that go together. {name} stands for it in any text, and for the first one without a student',
})

/** Words by name; null: the lesson is the same for everybody. */
export type Drawn = ReadonlyMap<string, string> | null

interface Wrong {
  readonly message: string
  readonly path: PropertyKey[]
}

/** Who draws: null, nobody. */
export function drawOf(lesson: string, groups: unknown, pick: Pick | null): Drawn | Wrong {
  if (groups === undefined) return null
  const parsed = perStudent.safeParse(groups)
  // The parser of the whole file tells what is wrong with it.
  if (!parsed.success) return null
  const drawn = new Map<string, string>()
  const entries = Object.entries(parsed.data)
  if (entries.length > GROUPS_MAX) return wrong(`has more than ${GROUPS_MAX} groups`, [])
  for (const [id, alternatives] of entries) {
    const all = alternatives.map((one) => (typeof one === 'object' ? one : { [id]: one }))
    const names = Object.keys(all[0] ?? {})
    const odd = all.findIndex((one) => Object.keys(one).join() !== names.join())
    if (odd > 0) return wrong(`has other names than the first one: ${names.join(', ')}`, [id, odd])
    const twice = names.find((each) => drawn.has(each))
    if (twice !== undefined) return wrong(`"${twice}" is there twice`, [id])
    const at = pick?.(lesson, id, all.length) ?? 0
    for (const [each, words] of Object.entries(all[at] ?? {})) drawn.set(each, String(words))
  }
  return drawn
}

function wrong(message: string, path: PropertyKey[]): Wrong {
  return { message, path: ['per-student', ...path] }
}

export function isWrong(found: Drawn | Wrong): found is Wrong {
  return found !== null && 'message' in found
}

/** All texts in it but those of the section itself; a name that nobody drew is told. */
export function fillAll(
  content: unknown,
  drawn: Drawn,
  fail: (message: string, path: PropertyKey[]) => never,
  path: PropertyKey[] = [],
): unknown {
  if (drawn === null || (path.length === 1 && path[0] === 'per-student')) return content
  if (typeof content === 'string') return fill(content, drawn, (message) => fail(message, path))
  if (Array.isArray(content)) {
    return content.map((one: unknown, at) => fillAll(one, drawn, fail, [...path, at]))
  }
  if (typeof content !== 'object' || content === null) return content
  const entries = Object.entries(content).map(([key, one]): [string, unknown] => {
    return [key, fillAll(one, drawn, fail, [...path, key])]
  })
  return Object.fromEntries(entries)
}

export function fill(text: string, drawn: Drawn, fail: (message: string) => never): string {
  if (drawn === null) return text
  return text.replace(PLACE, (whole, own: string) => {
    return drawn.get(own) ?? fail(`${whole} is no name of "per-student"`)
  })
}

/** How many lessons it takes until every alternative of every group was in one. */
export function alternativesOf(groups: unknown): number {
  const parsed = perStudent.safeParse(groups ?? {})
  return parsed.success ? Math.max(1, ...Object.values(parsed.data).map((own) => own.length)) : 1
}
