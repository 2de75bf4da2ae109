/**
 * Scenarios: `*.paxlab.yaml`, a script of steps with a cluster, load and what to expect.
 *
 * Limits: 1 MiB of text, 50 aliases, no key twice, no unknown key.
 * Errors: `parseScenario` throws ScenarioError: what is wrong, where (line:column), and the line.
 * Units:  times are text with a unit, `40ms` or `2s`; parsed to ms.
 */
import { LineCounter, isNode, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { DEFAULT_LOAD } from './api'
import type { ClusterOptions, LoadOptions, ScenarioCard } from './api'
import { ConditionError, parseCondition } from './condition'
import type { Condition } from './condition'
import { cluster, duration } from './scenarioCluster'
import { VerbError, parseVerb } from './verbs'
import type { Verb } from './verbs'
import { z } from './zod'

export const SCENARIO_BYTES_MAX = 1_048_576
const ALIASES_MAX = 50
const STEPS_MAX = 200
/** How long a condition may take when a scenario does not say. */
export const WITHIN_MS_DEFAULT = 30_000
/** How long an expectation may take to come true when a scenario does not say. */
export const EXPECT_MS_DEFAULT = 10_000

/** What must hold. `safety`: at once, else the run is violated; `progress`: in time, else unknown. */
export interface Expectation {
  readonly kind: 'safety' | 'progress'
  readonly text: string
  readonly condition: Condition
  readonly withinMs: number
}

export interface ScenarioVerb {
  readonly text: string
  readonly verb: Verb
}

/** Waits for its trigger, then does its verbs in order, then checks what it expects. */
export interface ScenarioStep {
  readonly trigger:
    /** Lab time since the first step could begin. */
    | { readonly kind: 'at'; readonly ms: number }
    /** Since the step before was done. */
    | { readonly kind: 'after'; readonly ms: number }
    | { readonly kind: 'when'; readonly condition: Condition; readonly withinMs: number }
    | { readonly kind: 'now' }
  readonly verbs: readonly ScenarioVerb[]
  /** For people, while it happens. */
  readonly say: string | null
  readonly expect: readonly Expectation[]
}

export interface Scenario extends ScenarioCard {
  readonly version: 1
  readonly cluster: ClusterOptions
  readonly load: LoadOptions | null
  readonly steps: readonly ScenarioStep[]
  readonly expect: readonly Expectation[]
}

export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
  constructor(
    words: string,
    readonly file: string,
    readonly line: number,
    readonly column: number,
    /** The line of the file, with a mark below the place. */
    readonly snippet: string,
  ) {
    super(`${file}:${line}:${column}: ${words}${snippet === '' ? '' : `\n${snippet}`}`)
  }
}

/** Parses text by a function that throws one of our errors, and says what it said. */
function parsedBy<Out>(parse: (text: string) => Out) {
  return z.string().transform((text, context): Out => {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof VerbError || error instanceof ConditionError)) throw error
      const usage = error instanceof VerbError && error.usage !== '' ? ` (${error.usage})` : ''
      context.addIssue({ code: 'custom', message: error.message + usage })
      return z.NEVER
    }
  })
}

const condition = parsedBy(parseCondition)
const verb = parsedBy((text): ScenarioVerb => {
  const parsed = parseVerb(text)
  if (parsed.verb === 'quit' || parsed.verb === 'help') {
    throw new VerbError(`"${parsed.verb}" has no place in a scenario`, '')
  }
  return { text, verb: parsed }
})

const expectation = z.union([
  condition.transform((parsed) => toExpectation('progress', parsed, undefined, undefined)),
  z
    .strictObject({ safety: condition, text: z.string().optional() })
    .transform(({ safety, text }) => toExpectation('safety', safety, text, 0)),
  z
    .strictObject({ progress: condition, text: z.string().optional(), within: duration.optional() })
    .transform(({ progress, text, within }) => toExpectation('progress', progress, text, within)),
])

function toExpectation(
  kind: Expectation['kind'],
  parsed: Condition,
  text: string | undefined,
  withinMs: number | undefined,
): Expectation {
  const words = text ?? parsed.text
  return { kind, text: words, condition: parsed, withinMs: withinMs ?? EXPECT_MS_DEFAULT }
}

const step = z
  .strictObject({
    at: duration.optional(),
    after: duration.optional(),
    when: condition.optional(),
    within: duration.optional(),
    do: z.union([verb.transform((one) => [one]), z.array(verb)]).optional(),
    say: z.string().max(200).optional(),
    expect: z.array(expectation).optional(),
  })
  .refine(
    ({ at, after, when }) => [at, after, when].filter((each) => each !== undefined).length <= 1,
    'has more than one of "at", "after" and "when"',
  )
  .refine(({ when, within }) => when !== undefined || within === undefined, {
    message: 'has "within" without "when"',
  })
  .transform((raw): ScenarioStep => ({
    trigger: triggerOf(raw),
    verbs: raw.do ?? [],
    say: raw.say ?? null,
    expect: raw.expect ?? [],
  }))

function triggerOf(raw: {
  at?: number | undefined
  after?: number | undefined
  when?: Condition | undefined
  within?: number | undefined
}): ScenarioStep['trigger'] {
  if (raw.at !== undefined) return { kind: 'at', ms: raw.at }
  if (raw.after !== undefined) return { kind: 'after', ms: raw.after }
  if (raw.when === undefined) return { kind: 'now' }
  return { kind: 'when', condition: raw.when, withinMs: raw.within ?? WITHIN_MS_DEFAULT }
}

const load = z.strictObject({
  clients: z.number().int().min(1).max(64),
  nodes: z.array(z.number().int().min(1).max(9)).optional(),
  reads: z.number().min(0).max(1).optional(),
  keys: z.number().int().min(1).max(1_000_000).optional(),
  bytes: z.number().int().min(1).max(65_536).optional(),
  rate: z.number().min(0).max(1_000_000).optional(),
  mix: z.number().min(0).max(1).optional(),
})

const scenario = z
  .strictObject({
    version: z.literal(1),
    name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not lower-case words joined by "-"'),
    title: z.string().min(1).max(60),
    summary: z.string().min(1).max(200),
    seconds: z.number().int().min(1).max(3600),
    level: z.enum(['first', 'basic', 'advanced']),
    cluster,
    seed: z.number().int().min(0).max(0xffff_ffff).optional(),
    load: load.optional(),
    steps: z.array(step).min(1).max(STEPS_MAX),
    expect: z.array(expectation).optional(),
  })
  .transform((raw): Scenario => {
    const { name, title, summary, seconds, level, steps } = raw
    const card = { name, title, summary, seconds, level }
    const expect = raw.expect ?? []
    const options = { ...raw.cluster, seed: raw.seed ?? raw.cluster.seed }
    return { version: 1, ...card, cluster: options, load: toLoad(raw.load), steps, expect }
  })

function toLoad(raw: z.infer<typeof load> | undefined): LoadOptions | null {
  if (raw === undefined) return null
  return {
    clients: raw.clients,
    nodes: raw.nodes ?? DEFAULT_LOAD.nodes,
    readRatio: raw.reads ?? DEFAULT_LOAD.readRatio,
    keys: raw.keys ?? DEFAULT_LOAD.keys,
    valueBytes: raw.bytes ?? DEFAULT_LOAD.valueBytes,
    ...(raw.mix !== undefined && { mixRatio: raw.mix }),
    targetPerSecond: raw.rate ?? 0,
  }
}

/** Parses the text of a scenario file; `file` names it in errors. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter()
  const fail = (words: string, offset: number): never => {
    const { line, col } = lines.linePos(offset)
    throw new ScenarioError(words, file, line, col, snippetOf(text, line, col))
  }
  if (new TextEncoder().encode(text).length > SCENARIO_BYTES_MAX) {
    throw new ScenarioError(`is longer than ${SCENARIO_BYTES_MAX} bytes`, file, 1, 1, '')
  }
  const document = parseDocument(text, {
    uniqueKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  })
  const [broken] = document.errors
  if (broken) return fail(broken.message, broken.pos[0])
  const parsed = scenario.safeParse(toPlain(document, fail))
  if (parsed.success) return parsed.data
  const issue = deepest(parsed.error.issues)
  return fail(issueWords(issue), offsetOf(document, issue.path))
}

function toPlain(document: Document, fail: (words: string, offset: number) => never): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX })
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 0)
  }
}

interface Issue {
  readonly code?: string | undefined
  readonly message: string
  readonly path: readonly PropertyKey[]
  readonly errors?: readonly (readonly Issue[])[]
}

/** Of a choice between forms, the form that got furthest tells what was meant. */
function deepest(issues: readonly Issue[], base: readonly PropertyKey[] = []): Issue {
  const [first] = issues
  if (first === undefined) return { message: 'is not a scenario', path: base }
  const path = [...base, ...first.path]
  const forms = (first.errors ?? []).map((form) => deepest(form, path))
  const meant = forms
    .filter((form) => form.code === 'custom' || form.path.length > path.length)
    .sort((left, right) => right.path.length - left.path.length)[0]
  return meant ?? { ...first, path }
}

function issueWords({ message, path }: Issue): string {
  const where = path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : String(part)))
  return path.length === 0 ? message : `${where.join('.').replaceAll('.[', '[')}: ${message}`
}

/** Where in the text the value at `path` begins, or the nearest value around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function snippetOf(text: string, line: number, column: number): string {
  const content = text.split('\n')[line - 1] ?? ''
  return content === '' ? '' : `  ${content.slice(0, 100)}\n  ${' '.repeat(column - 1)}^`
}
