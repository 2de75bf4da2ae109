/**
 * A small judge of JSON schemas, for tests: the words of draft 7 that the published schema uses. A
 * word that it does not know is a fault, so that nothing is passed over.
 */
type Schema = Readonly<Record<string, unknown>>

const TELLING = ['$schema', '$id', 'title', 'description', 'examples', 'default', 'definitions']

export function schemaFaults(schema: unknown, value: unknown): string[] {
  if (!isObject(schema)) throw new Error('a schema is an object')
  return judge(schema, schema, value, '')
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function schemasIn(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function judge(root: Schema, schema: Schema, value: unknown, at: string): string[] {
  return Object.entries(schema).flatMap(([word, want]) => {
    if (TELLING.includes(word)) return []
    const judgeWord = WORDS[word]
    if (judgeWord === undefined) return [`${at}: the schema has the word ${word}`]
    return judgeWord({ root, schema, want, value, at })
  })
}

interface Case {
  readonly root: Schema
  readonly schema: Schema
  readonly want: unknown
  readonly value: unknown
  readonly at: string
}

const unless = (holds: boolean, at: string, words: string): string[] =>
  holds ? [] : [`${at}: ${words}`]

function some({ root, want, value, at }: Case): string[] {
  const all = schemasIn(want).map((each) => judge(root, each, value, at))
  return all.some((faults) => faults.length === 0) ? [] : [`${at}: fits none`, ...all.flat()]
}

const WORDS: Readonly<Record<string, (given: Case) => string[]>> = {
  $ref: ({ root, want, value, at }) => {
    const path = String(want)
      .replace('#', '')
      .split('/')
      .filter((part) => part !== '')
    const found = path.reduce<unknown>((inner, part) => isObject(inner) && inner[part], root)
    return isObject(found) ? judge(root, found, value, at) : [`${at}: there is no ${String(want)}`]
  },
  type: ({ want, value, at }) => {
    const own = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
    const wanted: readonly unknown[] = Array.isArray(want) ? want : [want]
    const fits = wanted.some(
      (each) => own === each || (each === 'integer' && Number.isInteger(value)),
    )
    return unless(fits, at, `is no ${wanted.join(' or ')}`)
  },
  const: ({ want, value, at }) => unless(value === want, at, `is not ${String(want)}`),
  enum: ({ want, value, at }) => unless(Array.isArray(want) && want.includes(value), at, 'is none'),
  anyOf: some,
  oneOf: some,
  allOf: ({ root, want, value, at }) =>
    schemasIn(want).flatMap((each) => judge(root, each, value, at)),
  properties: ({ root, want, value, at }) => {
    if (!isObject(value) || !isObject(want)) return []
    return Object.entries(want).flatMap(([key, inner]) =>
      key in value && isObject(inner) ? judge(root, inner, value[key], `${at}.${key}`) : [],
    )
  },
  required: ({ want, value, at }) => {
    const keys = Array.isArray(want) && isObject(value) ? want.map(String) : []
    return keys.flatMap((key) => unless(isObject(value) && key in value, at, `has no ${key}`))
  },
  additionalProperties: ({ root, schema, want, value, at }) => {
    if (!isObject(value)) return []
    const known = isObject(schema['properties']) ? Object.keys(schema['properties']) : []
    const more = Object.keys(value).filter((key) => !known.includes(key))
    if (isObject(want)) return more.flatMap((key) => judge(root, want, value[key], `${at}.${key}`))
    return want === false ? more.map((key) => `${at}: has ${key}`) : []
  },
  propertyNames: ({ root, want, value, at }) => {
    if (!isObject(value) || !isObject(want)) return []
    return Object.keys(value).flatMap((key) => judge(root, want, key, `${at}.${key}`))
  },
  items: ({ root, want, value, at }) => {
    if (!Array.isArray(value)) return []
    const wanted: readonly unknown[] | null = Array.isArray(want) ? want : null
    return value.flatMap((each: unknown, index) => {
      const inner = wanted === null ? want : wanted[index]
      return isObject(inner) ? judge(root, inner, each, `${at}[${index}]`) : []
    })
  },
  minItems: ({ want, value, at }) =>
    unless(!Array.isArray(value) || value.length >= Number(want), at, 'has too few'),
  maxItems: ({ want, value, at }) =>
    unless(!Array.isArray(value) || value.length <= Number(want), at, 'has too many'),
  minLength: ({ want, value, at }) =>
    unless(typeof value !== 'string' || value.length >= Number(want), at, 'is too short'),
  maxLength: ({ want, value, at }) =>
    unless(typeof value !== 'string' || value.length <= Number(want), at, 'is too long'),
  exclusiveMinimum: ({ want, value, at }) =>
    unless(typeof value !== 'number' || value > Number(want), at, 'is too low'),
  minimum: ({ want, value, at }) =>
    unless(typeof value !== 'number' || value >= Number(want), at, 'is too low'),
  maximum: ({ want, value, at }) =>
    unless(typeof value !== 'number' || value <= Number(want), at, 'is too high'),
  pattern: ({ want, value, at }) =>
    unless(typeof value !== 'string' || new RegExp(String(want)).test(value), at, 'does not fit'),
}
