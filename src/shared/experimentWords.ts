/**
 * What is wrong with the content of an experiment, in plain words: for each finding of the parser
 * its sentence, and of many findings the one that tells a person most.
 */
import { z } from './zod'

const MISSING = 'is missing'
const HINT = 'did you mean'
/** A vocabulary longer than this is looked up in the documentation. */
const KEYS_TOLD_MAX = 12
const VALUE_CHARS_MAX = 40

/** As zod tells it. */
interface Issue {
  readonly code?: string | undefined
  readonly message: string
  readonly path: readonly PropertyKey[]
  readonly keys?: readonly string[] | undefined
  readonly errors?: readonly (readonly Issue[])[]
}

/** The one issue that is told of many. */
export interface Told {
  readonly message: string
  readonly path: readonly PropertyKey[]
  /** The last part of the path is a key that nobody knows. */
  readonly isKey: boolean
}

/** Sentences for what zod finds by itself; undefined: it has its own. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  const { input } = issue
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownWords(issue.keys[0] ?? '', issue.inst, input)
    case 'invalid_type':
      return input === undefined ? MISSING : `must be ${typeWords(issue.expected)}${butIs(input)}`
    case 'invalid_value':
      if (input === undefined) return MISSING
      return `must be ${issue.values.map(String).join(' or ')}${butIs(input)}`
    case 'invalid_union':
      return input === undefined ? MISSING : `has none of the forms that fit here${butIs(input)}`
    case 'too_small':
      return `must ${limitWords(issue.origin)} at least ${String(issue.minimum)}`
    case 'too_big':
      return `must ${limitWords(issue.origin)} at most ${String(issue.maximum)}`
    default:
      return undefined
  }
}

function limitWords(origin: string): string {
  if (origin === 'string') return 'have a length of'
  return origin === 'array' ? 'have a number of entries of' : 'be'
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false' },
  ...{ array: 'a list', object: 'a map of keys such as "title: ..."', record: 'a map of keys' },
}

function typeWords(expected: string): string {
  return TYPES[expected] ?? expected
}

function butIs(input: unknown): string {
  if (input === null) return ', and there is nothing'
  if (Array.isArray(input)) return ', and is a list'
  if (typeof input === 'object') return ', and is a map of keys'
  const whole = typeof input === 'string' ? `"${input}"` : String(input)
  const text = whole.length > VALUE_CHARS_MAX ? `${whole.slice(0, VALUE_CHARS_MAX)}...` : whole
  return `, and is ${text}`
}

function unknownWords(key: string, schema: unknown, input: unknown): string {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  const given = typeof input === 'object' && input !== null ? Object.keys(input) : []
  const free = known.filter((name) => !given.includes(name))
  const meant = free
    .map((name) => ({ name, away: distance(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, away }) => away <= (Math.min(key.length, name.length) <= 3 ? 1 : 2))
    .sort((left, right) => left.away - right.away)[0]
  if (meant !== undefined) return `unknown key; ${HINT} "${meant.name}"?`
  if (free.length === 0 || free.length > KEYS_TOLD_MAX) return 'unknown key'
  return `unknown key; there ${free.length === 1 ? 'is' : 'are'} also ${free.join(', ')}`
}

/** Letters to change, add, take away or swap with the next one. */
function distance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > 2 || left.length > 60) return Infinity
  let [before, row]: number[][] = [[], Array.from({ length: right.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const at = (list: readonly number[] | undefined, index: number) => list?.[index] ?? Infinity
      const same = left[i - 1] === right[j - 1] ? 0 : 1
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      next.push(
        Math.min(
          ...[at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + same],
          swapped ? at(before, j - 2) + 1 : Infinity,
        ),
      )
    }
    ;[before, row] = [row ?? [], next]
  }
  return row?.at(-1) ?? Infinity
}

/** Of a choice between forms, the form that got furthest tells what was meant. */
export function tellingIssue(issues: readonly Issue[]): Told {
  const { message, path, keys } = deepest(issues)
  return { message, path, isKey: keys !== undefined }
}

/** An unknown key is what is wrong at the place of the key, not of the map that has it. */
function placed(issue: Issue): Issue {
  const key = issue.keys?.[0]
  return key === undefined ? issue : { ...issue, path: [...issue.path, key] }
}

/** A key that is missing may be there by another name: that one is what a person wrote. */
function firstOf(issues: readonly Issue[]): Issue | undefined {
  const [first] = issues
  if (first?.message !== MISSING) return first
  const around = first.path.slice(0, -1)
  const unknown = issues.find(
    ({ keys, path }) => keys !== undefined && path.slice(0, -1).join('.') === around.join('.'),
  )
  if (unknown === undefined || unknown.message.includes(HINT)) return unknown ?? first
  return { ...unknown, message: `unknown key, and "${String(first.path.at(-1))}" is missing` }
}

function deepest(raw: readonly Issue[], base: readonly PropertyKey[] = []): Issue {
  const first = firstOf(raw.map((issue) => placed(issue)))
  if (first === undefined) return { message: 'is not an experiment', path: base }
  const path = [...base, ...first.path]
  const forms = (first.errors ?? []).map((form) => ({
    told: deepest(form, path),
    // Missing and unknown keys: the fewer of them, the more this form was meant.
    strangeness: form.reduce((sum, { keys }) => sum + 1 + (keys?.length ?? 0), 0),
  }))
  const isTelling = ({ code, message }: Issue): number =>
    code === 'custom' ? 2 : message.includes(HINT) ? 1 : 0
  const [meant] = forms
    .filter(({ told }) => isTelling(told) === 2 || told.path.length > path.length)
    .sort(
      (left, right) =>
        isTelling(right.told) - isTelling(left.told) ||
        left.strangeness - right.strangeness ||
        right.told.path.length - left.told.path.length,
    )
  return meant?.told ?? { ...first, path }
}

export function issueWords({ message, path }: Told): string {
  const where = path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : String(part)))
  const named = where.join('.').replaceAll('.[', '[')
  // Words about one key begin with it.
  return path.length === 0 || message.startsWith(`${named}: `) ? message : `${named}: ${message}`
}
