/**
 * Steps and expectations of an experiment file, and how they are written.
 *
 * A step waits for its trigger, does its verbs in order, then the steps inside it, then checks what
 * it expects. What an expectation asks of events is asked of all events of the run so far.
 * Units:  times are text with a unit, `40ms` or `2s`; parsed to ms.
 */
import { ConditionError, isMomentary, parseCondition } from './condition'
import type { Condition } from './condition'
import { parseEventPredicate } from './eventPredicate'
import type { EventPredicate } from './eventPredicate'
import { policyName } from './experimentPlan'
import { POLICY_NAMES } from './policyVerb'
import type { PolicyName } from './policyVerb'
import { duration } from './scenarioCluster'
import { VerbError, parseVerb } from './verbs'
import type { Verb } from './verbs'
import { z } from './zod'

const STEPS_MAX = 200
const BRANCHES_MAX = 8
const TIMES_MAX = 1000
const COUNT_MAX = 1_000_000
const ORDER_MAX = 20
/** How long a condition may take when a scenario does not say. */
const WITHIN_MS_DEFAULT = 30_000
/** How long an expectation may take to come true when a scenario does not say. */
const EXPECT_MS_DEFAULT = 10_000

type CountOperator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** What is asked: a measure now, or events since the run began. */
export type Expected =
  | { readonly kind: 'measure'; readonly condition: Condition }
  /** So many events fit. */
  | {
      readonly kind: 'events'
      readonly predicate: EventPredicate
      readonly operator: CountOperator
      readonly count: number
    }
  /** Each has an event that comes after that of the one before, in the order of the record. */
  | { readonly kind: 'order'; readonly predicates: readonly EventPredicate[] }

/**
 * What must hold. `safety`: when the last facts are in, else it is violated; `progress`: in time,
 * else unknown.
 */
export interface Expectation {
  readonly kind: 'safety' | 'progress'
  readonly text: string
  readonly expected: Expected
  readonly withinMs: number
  /** Asked only of a cluster that begins with one of these policies; null: of every one. */
  readonly under: readonly PolicyName[] | null
}

export interface ScenarioVerb {
  readonly text: string
  readonly verb: Verb
}

export type Trigger =
  /** Lab time since the first step could begin. */
  | { readonly kind: 'at'; readonly ms: number }
  /** Since the step before was done. */
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'when'; readonly condition: Condition; readonly withinMs: number }
  /** So many events that fit, since this step began to wait. */
  | {
      readonly kind: 'event'
      readonly predicate: EventPredicate
      readonly count: number
      readonly withinMs: number
    }
  | { readonly kind: 'now' }

export type StepBody =
  | { readonly kind: 'repeat'; readonly times: number; readonly steps: readonly ScenarioStep[] }
  /** Side by side; done when all are, and stopped when one fails. */
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly ScenarioStep[])[] }

/** Waits for its trigger, does its verbs in order, its body, then checks what it expects. */
export interface ScenarioStep {
  readonly trigger: Trigger
  readonly verbs: readonly ScenarioVerb[]
  readonly body: StepBody | null
  /** Verbs and body together may take so long; null: no limit. */
  readonly limitMs: number | null
  /** For people, while it happens. */
  readonly say: string | null
  readonly expect: readonly Expectation[]
}

/** Parses text by a function that throws one of our errors, and says what it said. */
export function parsedBy<Out>(parse: (text: string) => Out) {
  return (text: string, context: z.RefinementCtx<string>): Out => {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof VerbError || error instanceof ConditionError)) throw error
      const usage = error instanceof VerbError && error.usage !== '' ? ` (${error.usage})` : ''
      context.addIssue({ code: 'custom', message: error.message + usage })
      return z.NEVER
    }
  }
}

const EVENT = /^\s*event\s+/
const NEVER = /^\s*never\s+/

type When = Pick<Extract<Trigger, { kind: 'when' }>, 'kind' | 'condition'> | EventWhen
type EventWhen = Pick<Extract<Trigger, { kind: 'event' }>, 'kind' | 'predicate'>

function parseWhen(text: string): When {
  if (EVENT.test(text)) {
    return { kind: 'event', predicate: parseEventPredicate(text.replace(EVENT, '')) }
  }
  return { kind: 'when', condition: parseCondition(text) }
}

function parseExpected(text: string): Expected {
  if (NEVER.test(text)) return never(parseEventPredicate(text.replace(NEVER, '')))
  if (EVENT.test(text)) {
    const predicate = parseEventPredicate(text.replace(EVENT, ''))
    return { kind: 'events', predicate, operator: '>', count: 0 }
  }
  return { kind: 'measure', condition: parseCondition(text) }
}

function never(predicate: EventPredicate): Expected {
  return { kind: 'events', predicate, operator: '=', count: 0 }
}

function parseCount(text: string): { operator: CountOperator; count: number } {
  const [, operator = '', digits = ''] = /^\s*(=|!=|<|<=|>|>=)?\s*(\d{1,7})\s*$/.exec(text) ?? []
  if (digits === '') throw new ConditionError(`"${text}" is not a count such as ">= 5"`)
  return { operator: toOperator(operator), count: Number(digits) }
}

function toOperator(text: string): CountOperator {
  const known = ['=', '!=', '<', '<=', '>', '>='] as const
  return known.find((each) => each === text) ?? '='
}

const predicateText = z.string().meta({
  description: 'An event: TYPE [FIELD OPERATOR VALUE] ...; ballots as R.N, times in ms',
  examples: ['chosen slot>=1', 'promised by=3 ballot>=2.1', 'violated'],
})
const predicate = predicateText.transform(parsedBy(parseEventPredicate))
const expectedText = z.string().meta({
  description: 'MEASURE OPERATOR VALUE, "never" or "event" and an event',
  examples: ['logsEqual = yes', 'never violated', 'event elected by=2'],
})
const expected = expectedText.transform(parsedBy(parseExpected))
const count = z
  .union([z.number().int().min(0).max(COUNT_MAX).transform(String), z.string()])
  .transform(parsedBy(parseCount))
  .meta({ description: 'How many events; a number alone is exactly so many', examples: ['>= 5'] })

const policyKind = z.string().transform((text, context): PolicyName => {
  const known = POLICY_NAMES.find((name) => name === policyName(text))
  if (known !== undefined) return known
  const words = `"${text}" is none of the policies ${POLICY_NAMES.join(', ')}`
  context.addIssue({ code: 'custom', message: words })
  return z.NEVER
})
const under = z
  .union([
    policyKind.transform((one) => [one]),
    z.array(policyKind).min(1).max(POLICY_NAMES.length),
  ])
  .meta({
    description: 'Only where the cluster begins with one of these policies; for sweeps',
    examples: ['eager', ['eager', 'fixed']],
  })

const kind = z.enum(['safety', 'progress'])
const always = { text: z.string().max(300).optional(), under: under.optional() }
const common = { ...always, within: duration.optional() }

interface Common {
  readonly kind?: Expectation['kind'] | undefined
  readonly text?: string | undefined
  readonly within?: number | undefined
  readonly under?: readonly PolicyName[] | undefined
}

function toExpectation(own: Common, what: Expected, words: string): Expectation {
  const { kind: given = 'progress', text = words } = own
  const withinMs = given === 'safety' ? 0 : (own.within ?? EXPECT_MS_DEFAULT)
  return { kind: given, text, expected: what, withinMs, under: own.under ?? null }
}

/** What is true one moment and not the next breaks no promise of Paxos. */
const safe = expected.superRefine((what, context) => {
  if (what.kind !== 'measure' || !isMomentary(what.condition.measure)) return
  const { measure } = what.condition
  const message = `"${measure}" comes and goes without harm: ask for it with "progress"`
  context.addIssue({ code: 'custom', message })
})

function wordsOf(what: Expected): string {
  switch (what.kind) {
    case 'measure':
      return what.condition.text
    case 'events': {
      const { predicate: asked, operator, count: many } = what
      if (operator === '=' && many === 0) return `never ${asked.text}`
      return operator === '>' && many === 0 ? asked.text : `${asked.text}: ${operator} ${many}`
    }
    case 'order':
      return what.predicates.map(({ text }) => text).join(', then ')
  }
}

const forms = {
  safety: z.strictObject({ safety: safe, ...always }),
  progress: z.strictObject({ progress: expected, ...common }),
  events: z.strictObject({ events: predicate, count, kind: kind.optional(), ...common }),
  never: z.strictObject({ never: predicate, kind: kind.optional(), ...always }),
  order: z.strictObject({
    order: z.array(predicate).min(2).max(ORDER_MAX),
    kind: kind.optional(),
    ...common,
  }),
}

export const expectation = z.union([
  expected.transform((what) => toExpectation({}, what, wordsOf(what))),
  forms.safety.transform(({ safety, ...own }) =>
    toExpectation({ ...own, kind: 'safety' }, safety, wordsOf(safety)),
  ),
  forms.progress.transform(({ progress, ...own }) =>
    toExpectation(own, progress, wordsOf(progress)),
  ),
  forms.events.transform(({ events, count: many, ...own }) => {
    const what: Expected = { kind: 'events', predicate: events, ...many }
    return toExpectation(own, what, wordsOf(what))
  }),
  forms.never.transform(({ never: asked, kind: given = 'safety', ...own }) =>
    toExpectation({ ...own, kind: given }, never(asked), wordsOf(never(asked))),
  ),
  forms.order.transform(({ order, ...own }) => {
    const what: Expected = { kind: 'order', predicates: order }
    return toExpectation(own, what, wordsOf(what))
  }),
])

export const verb = z
  .string()
  .meta({
    description: 'What a person could type into "paxos-lab up"',
    examples: ['kill leader', 'partition 1,2 | 3,4,5', 'write 1 k v'],
  })
  .transform(
    parsedBy((text): ScenarioVerb => {
      const parsed = parseVerb(text)
      if (parsed.verb === 'quit' || parsed.verb === 'help') {
        throw new VerbError(`"${parsed.verb}" has no place in a scenario`, '')
      }
      return { text, verb: parsed }
    }),
  )

const when = z
  .string()
  .meta({
    description: 'MEASURE OPERATOR VALUE, or "event" and an event that comes after the step begins',
    examples: ['ackedSinceStep >= 50', 'event chosen slot=141'],
  })
  .transform(parsedBy(parseWhen))

interface RawStep {
  readonly at?: number | undefined
  readonly after?: number | undefined
  readonly when?: When | undefined
  readonly within?: number | undefined
  readonly count?: number | undefined
  readonly do?: readonly ScenarioVerb[] | undefined
  readonly repeat?: { readonly times: number; readonly steps: readonly ScenarioStep[] } | undefined
  readonly parallel?: readonly (readonly ScenarioStep[])[] | undefined
  readonly say?: string | undefined
  readonly expect?: readonly Expectation[] | undefined
}

export const step: z.ZodType<ScenarioStep> = z.lazy(() =>
  z
    .strictObject({
      at: duration.optional().meta({ description: 'Time since the first step could begin' }),
      after: duration.optional().meta({ description: 'Time since the step before was done' }),
      when: when.optional(),
      count: z.number().int().min(1).max(COUNT_MAX).optional(),
      within: duration.optional().meta({
        description: 'With "when": how long that may take; else: how long the step may take',
      }),
      do: z.union([verb.transform((one) => [one]), z.array(verb)]).optional(),
      repeat: z
        .strictObject({ times: z.number().int().min(1).max(TIMES_MAX), steps })
        .optional()
        .meta({ description: 'Steps that are played so many times, one after another' }),
      parallel: z
        .array(steps)
        .min(2)
        .max(BRANCHES_MAX)
        .optional()
        .meta({ description: 'Lists of steps that are played side by side; all must end' }),
      say: z.string().max(200).optional().meta({ description: 'For people, while it happens' }),
      expect: z.array(expectation).optional(),
    })
    .transform((raw: RawStep, context): ScenarioStep => {
      const fault = stepFault(raw)
      if (fault !== null) context.addIssue({ code: 'custom', message: fault })
      return toStep(raw)
    }),
)

export const steps = z.array(step).min(1).max(STEPS_MAX)

function stepFault(raw: RawStep): string | null {
  const { at, after, when: given, within, count: many, repeat, parallel } = raw
  const isMany = (values: readonly unknown[]): boolean =>
    values.filter((value) => value !== undefined).length > 1
  if (isMany([at, after, given])) return 'has more than one of "at", "after" and "when"'
  if (isMany([repeat, parallel])) return 'has both "repeat" and "parallel"'
  if (many !== undefined && given?.kind !== 'event') return 'has "count" without "when: event ..."'
  const works = given ?? raw.do ?? repeat ?? parallel
  if (within !== undefined && works === undefined) {
    return 'has "within" without "when", "do", "repeat" or "parallel"'
  }
  return null
}

function toStep(raw: RawStep): ScenarioStep {
  return {
    trigger: triggerOf(raw),
    verbs: raw.do ?? [],
    body: bodyOf(raw),
    limitMs: raw.when === undefined ? (raw.within ?? null) : null,
    say: raw.say ?? null,
    expect: raw.expect ?? [],
  }
}

function bodyOf({ repeat, parallel }: RawStep): StepBody | null {
  if (repeat !== undefined) return { kind: 'repeat', ...repeat }
  return parallel === undefined ? null : { kind: 'parallel', branches: parallel }
}

function triggerOf({ at, after, when: given, count: many, within }: RawStep): Trigger {
  if (at !== undefined) return { kind: 'at', ms: at }
  if (after !== undefined) return { kind: 'after', ms: after }
  if (given === undefined) return { kind: 'now' }
  const withinMs = within ?? WITHIN_MS_DEFAULT
  return given.kind === 'when' ? { ...given, withinMs } : { ...given, count: many ?? 1, withinMs }
}
