/**
 * Conditions of scenarios: `MEASURE OPERATOR VALUE`, such as `undecidedBallots >= 50`. A closed
 * vocabulary, parsed and never evaluated as code.
 *
 * Errors: ConditionError that names the wrong word.
 */
export class ConditionError extends Error {
  override readonly name = 'ConditionError'
}

/** Every measure, with its meaning; words in quotes are its possible values. */
export const MEASURES = {
  undecidedBallots: 'ballots begun since a value was last chosen',
  undecidedBallotsMax: 'the most of them in this run',
  preemptions: 'ballots that a higher one preempted',
  bids: 'ballots begun',
  chosenSlots: 'slots with a chosen value',
  liveness: '"progressing", "dueling", "noQuorum" or "idle"',
  leader: 'the node that leads, or "none"',
  leaders: 'nodes that believe to lead',
  nodesRunning: 'nodes that run and are not paused',
  nodesReady: 'nodes that run and have reported their state',
  faults: 'faults that have not ended',
  logsEqual: '"yes" if all running nodes have applied the same slots to the same state, else "no"',
  chosenThroughMin: 'slots that the slowest running node knows to be chosen, over no gap',
  chosenThroughMax: 'the same of the fastest',
  acked: 'client requests answered with success',
  failed: 'client requests answered with an error',
  unknown: 'client requests whose outcome is unknown',
  lastWrite: '"ok", "error" or "unknown": how the last client command of a step ended; or "none"',
  lastReply: 'its reply',
  lastRead: '"chosen" or "undetermined": what the last learner read of a step found; or "none"',
  lastValue: 'the value that it found, "(nil)" if the key is absent',
  chosenSincePolicy: 'slots chosen since the policy was last switched, by nodes that had switched',
  chosenSinceStep: 'slots chosen since the last step was done',
  ackedSinceStep: 'client requests answered with success since the last step was done',
  bidsSinceStep: 'ballots begun since the last step was done',
  droppedFrames: 'frames that link faults swallowed',
} as const

export type MeasureName = keyof typeof MEASURES
/**
 * What is so at one moment and not at the next, or told late by a node: never a matter of safety.
 */
const MOMENTARY: ReadonlySet<string> = new Set<MeasureName>([
  ...(['undecidedBallots', 'liveness', 'leader', 'leaders', 'nodesRunning'] as const),
  ...(['nodesReady', 'faults', 'logsEqual'] as const),
])

/** Of a condition, or of its measure alone. */
export function isMomentary(text: string): boolean {
  return MOMENTARY.has(/^\s*(\w*)/.exec(text)?.[1] ?? '')
}

export type MeasureValue = number | string | null
export type Measures = Readonly<Record<MeasureName, MeasureValue>>

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** A condition over any vocabulary of measures. */
export interface Comparison<Name extends string> {
  readonly text: string
  readonly measure: Name
  readonly operator: Operator
  readonly value: number | string
}

export type Condition = Comparison<MeasureName>

const SHAPE = /^\s*([A-Za-z]+)\s*(!=|<=|>=|=|<|>)\s*(?:"([^"]*)"|([^\s"]+))\s*$/
const NUMBER = /^-?\d+(\.\d+)?$/

function isOperator(text: string): text is Operator {
  return ['=', '!=', '<', '<=', '>', '>='].includes(text)
}

export function parseCondition(text: string): Condition {
  return parseComparison(text, MEASURES)
}

/** `vocabulary`: every measure that may be asked for, by name. */
export function parseComparison<Name extends string>(
  text: string,
  vocabulary: Readonly<Record<Name, string>>,
): Comparison<Name> {
  const isMeasure = (name: string): name is Name => Object.hasOwn(vocabulary, name)
  const [, measure = '', operator = '', quoted, bare = ''] = SHAPE.exec(text) ?? []
  if (!isOperator(operator)) {
    throw new ConditionError(`"${text}" is not a condition such as chosenSlots > 0`)
  }
  if (!isMeasure(measure)) {
    throw new ConditionError(`"${measure}" is not a measure; there are ${words(vocabulary)}`)
  }
  const value = quoted === undefined && NUMBER.test(bare) ? Number(bare) : (quoted ?? bare)
  if (typeof value === 'string' && operator !== '=' && operator !== '!=') {
    throw new ConditionError(`"${operator}" needs a number, and "${value}" is none`)
  }
  return { text: text.trim(), measure, operator, value }
}

function words(vocabulary: object): string {
  return Object.keys(vocabulary).join(', ')
}

export function meets(condition: Condition, measures: Measures): boolean {
  return compares(measures[condition.measure], condition)
}

/** A measure without a value meets only `!=`. */
export function compares(
  measured: MeasureValue,
  { operator, value }: Pick<Comparison<string>, 'operator' | 'value'>,
): boolean {
  if (operator === '=') return measured === value
  if (operator === '!=') return measured !== value
  if (typeof measured !== 'number' || typeof value !== 'number') return false
  switch (operator) {
    case '<':
      return measured < value
    case '<=':
      return measured <= value
    case '>':
      return measured > value
    case '>=':
      return measured >= value
  }
}
