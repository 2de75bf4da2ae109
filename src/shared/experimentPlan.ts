/**
 * The plan of an experiment file: how often it is repeated, with which seeds, and what is swept.
 *
 * A sweep has at most two axes. An axis is a key of `cluster` (`policy`), or a path: `cluster.KEY`
 * or `load.KEY`. A point gives each axis one value, as text; it is put into the file before the
 * file is looked at, so that a wrong value is an error like any other.
 * Errors: PlanError says what is wrong; `experiment.ts` gives it a place.
 */
import { parseDocument } from 'yaml'
import type { SweepAxis, SweepPoint } from './experimentResult'
import { z } from './zod'

const AXES_MAX = 2
const AXIS_VALUES_MAX = 50
const VALUE_CHARS_MAX = 300
export const REPEAT_MAX = 10_000
const SEED_MAX = 0xffff_ffff
const ROOTS = ['cluster', 'load'] as const

export interface PlanOfFile {
  /** Trials of each point. */
  readonly repeat: number
  /** One trial of each point for each of them; null: `repeat` trials, from the seed on. */
  readonly seeds: readonly number[] | null
  readonly sweep: readonly SweepAxis[]
}

export class PlanError extends Error {
  override readonly name = 'PlanError'
}

/** Other names of policies, as people who compare back-offs call them. */
const POLICY_ALIASES: Readonly<Record<string, string>> = {
  'backoff-exponential': 'exponential',
  'backoff-random': 'random',
  'backoff-fixed': 'fixed',
}

/** A policy by the name that the parser of verbs knows; parameters stay as they are. */
export function policyName(text: string): string {
  const [name = '', ...rest] = text.trim().split(/\s+/)
  return [POLICY_ALIASES[name] ?? name, ...rest].join(' ')
}

/** The same for every way to write a point: whole paths, and policies by one name. */
export function canonicalPoint(point: SweepPoint): SweepPoint {
  return Object.fromEntries(
    Object.entries(point).map(([name, value]) => {
      const path = name.includes('.') ? name : `cluster.${name}`
      return [path, path === 'cluster.policy' ? policyName(value) : value.trim()]
    }),
  )
}

const seedText = /^\d{1,10}\.\.\d{1,10}$/

/** `1..30`, or `1,5,9`: seeds in their order. */
export function parseSeeds(text: string): number[] {
  if (seedText.test(text)) {
    const [first = 0, last = 0] = text.split('..').map(Number)
    if (last < first) throw new PlanError(`"${text}" ends before it begins`)
    if (last > SEED_MAX) throw new PlanError(`a seed is at most ${SEED_MAX}`)
    if (last - first >= REPEAT_MAX)
      throw new PlanError(`"${text}" is more than ${REPEAT_MAX} seeds`)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  }
  const seeds = text.split(',').map((part) => (/^\s*\d{1,10}\s*$/.test(part) ? Number(part) : -1))
  if (seeds.some((seed) => seed < 0 || seed > SEED_MAX)) {
    throw new PlanError(`"${text}" are no seeds such as 1..30 or 1,5,9`)
  }
  return seeds
}

/** `policy=eager,backoff-exponential`; commas inside brackets belong to a value. */
export function parseSweep(text: string): SweepAxis {
  const at = text.indexOf('=')
  if (at < 1) throw new PlanError(`"${text}" is no sweep such as policy=eager,exponential`)
  return checkedAxis(text.slice(0, at).trim(), splitValues(text.slice(at + 1)))
}

function splitValues(text: string): string[] {
  const values: string[] = ['']
  let depth = 0
  for (const char of text) {
    if ('[{'.includes(char)) depth += 1
    if (']}'.includes(char)) depth -= 1
    if (char === ',' && depth === 0) values.push('')
    else values[values.length - 1] += char
  }
  return values.map((value) => value.trim())
}

function checkedAxis(name: string, values: readonly string[]): SweepAxis {
  pathOf(name)
  if (values.length > AXIS_VALUES_MAX) {
    throw new PlanError(`${name}: has more than ${AXIS_VALUES_MAX} values`)
  }
  for (const value of values) {
    if (value === '') throw new PlanError(`${name}: a value is empty`)
    if (value.length > VALUE_CHARS_MAX) throw new PlanError(`${name}: a value is too long`)
  }
  if (new Set(values).size < values.length) throw new PlanError(`${name}: a value comes twice`)
  return { name, values }
}

/** Throws PlanError if the axes of one sweep cannot go together. */
export function checkAxes(axes: readonly SweepAxis[]): void {
  if (axes.length > AXES_MAX) throw new PlanError(`has more than ${AXES_MAX} axes`)
  const paths = axes.map(({ name }) => pathOf(name).join('.'))
  if (new Set(paths).size < paths.length) throw new PlanError(`${paths[0]} is swept twice`)
}

/** Every point of a sweep: all values of the last axis for the first value of the first, … */
export function sweepPoints(axes: readonly SweepAxis[]): SweepPoint[] {
  return axes.reduce<SweepPoint[]>(
    (points, { name, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )
}

function pathOf(name: string): [root: (typeof ROOTS)[number], key: string] {
  const [first = '', second, ...more] = name.split('.')
  const isKey = (word: string): boolean => /^[A-Za-z]\w{0,40}$/.test(word)
  if (second === undefined && isKey(first)) {
    if (first === 'seed' || first === 'seeds') {
      throw new PlanError(`${first} cannot be swept; "seeds: 1..30" gives each point these seeds`)
    }
    return ['cluster', first]
  }
  const root = ROOTS.find((each) => each === first)
  if (root === undefined || second === undefined || more.length > 0 || !isKey(second)) {
    const forms = 'a key of cluster such as policy, or a path such as load.clients'
    throw new PlanError(`"${name}" cannot be swept: ${forms}`)
  }
  return [root, second]
}

/** Where in the file each name of a point lies. */
export function pointPaths(point: SweepPoint): { name: string; path: [string, string] }[] {
  return Object.keys(point).map((name) => ({ name, path: pathOf(name) }))
}

/** The content of a file with the values of a point in place; `content` stays as it is. */
export function withPoint(content: unknown, point: SweepPoint): unknown {
  if (!isMap(content)) return content
  const changed: Record<string, unknown> = { ...content }
  for (const [name, text] of Object.entries(point)) {
    const [root, key] = pathOf(name)
    const inner = changed[root]
    changed[root] = { ...(isMap(inner) ? inner : {}), [key]: valueOf(name, text) }
  }
  return changed
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Text of an axis means what it would mean in the file. */
function valueOf(name: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false })
  const [broken] = document.errors
  if (broken) throw new PlanError(`${name}: "${text}" cannot be read: ${broken.message}`)
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  return value
}

/** Parses text by a function of this file, and says what it said. */
function planned<In, Out>(parse: (input: In) => Out) {
  return (input: In, context: z.RefinementCtx<In>): Out => {
    try {
      return parse(input)
    } catch (error) {
      if (!(error instanceof PlanError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  }
}

const seed = z.number().int().min(0).max(SEED_MAX)
const scalar = z.union([z.string(), z.number(), z.boolean()])
const axisValue = z.union([scalar, z.array(z.unknown()), z.record(z.string(), z.unknown())])

/** Keys of the root of a file. */
export const planKeys = {
  repeat: z
    .number()
    .int()
    .min(1)
    .max(REPEAT_MAX)
    .optional()
    .meta({ description: 'Trials of each point of the sweep' }),
  seeds: z
    .union([z.string().transform(planned(parseSeeds)), z.array(seed).min(1).max(REPEAT_MAX)])
    .optional()
    .meta({ description: 'Seeds of the trials of each point', examples: ['1..30', [1, 5, 9]] }),
  sweep: z
    .record(z.string(), z.array(axisValue).min(1).max(AXIS_VALUES_MAX))
    .transform(planned(toAxes))
    .optional()
    .meta({
      description: 'At most two axes: keys of cluster, or paths such as load.clients',
      examples: [{ policy: ['eager', 'exponential'], 'load.clients': [1, 8] }],
    }),
}

function toAxes(raw: Readonly<Record<string, readonly unknown[]>>): SweepAxis[] {
  const axes = Object.entries(raw).map(([name, values]) =>
    checkedAxis(
      name,
      values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    ),
  )
  checkAxes(axes)
  return axes
}

interface RawPlan {
  readonly repeat?: number | undefined
  readonly seeds?: readonly number[] | undefined
  readonly sweep?: readonly SweepAxis[] | undefined
}

export function toPlan({ repeat, seeds, sweep }: RawPlan): PlanOfFile {
  return { repeat: repeat ?? seeds?.length ?? 1, seeds: seeds ?? null, sweep: sweep ?? [] }
}

/** Where and how repeat and seeds contradict each other; null: they do not. */
export function planFault({ repeat, seeds }: RawPlan): { message: string; path: string[] } | null {
  if (repeat === undefined || seeds === undefined || repeat === seeds.length) return null
  const message = `is ${repeat}, and there are ${seeds.length} seeds; one of them is enough`
  return { message, path: ['repeat'] }
}
