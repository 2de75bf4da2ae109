/**
 * Conditions and predicates of scenarios in words, as what somebody waits for: "waiting for at
 * least 1 slot chosen since the policy was switched".
 */
import { formatBallot } from '../core/paxos/ballot'
import type { Condition, MeasureName } from './condition'
import type { EventPredicate, EventTest } from './eventPredicate'

type Operator = Condition['operator']

/** Counts: of one, and of many. */
const COUNTED: Readonly<Partial<Record<MeasureName, readonly [one: string, many: string]>>> = {
  undecidedBallots: plural('ballot', 'begun since a value was last chosen'),
  undecidedBallotsMax: plural('ballot', 'in a row that chose no value'),
  preemptions: plural('ballot', 'preempted by a higher one'),
  bids: plural('ballot', 'begun'),
  chosenSlots: plural('slot', 'with a chosen value'),
  leaders: ['node that believes to lead', 'nodes that believe to lead'],
  nodesRunning: ['node that runs', 'nodes that run'],
  nodesReady: ['node that is ready', 'nodes that are ready'],
  faults: plural('fault', 'in force'),
  chosenThroughMin: plural('slot', 'known to be chosen at the slowest node'),
  chosenThroughMax: plural('slot', 'known to be chosen at the fastest node'),
  acked: plural('request', 'answered with success'),
  failed: plural('request', 'answered with an error'),
  unknown: plural('request', 'with an unknown outcome'),
  chosenSincePolicy: plural('slot', 'chosen since the policy was switched'),
  chosenSinceStep: plural('slot', 'chosen since the last step'),
  ackedSinceStep: plural('request', 'answered with success since the last step'),
  bidsSinceStep: plural('ballot', 'begun since the last step'),
  droppedFrames: plural('frame', 'swallowed by link faults'),
}

const NAMED: Readonly<Partial<Record<MeasureName, string>>> = {
  lastWrite: 'the last write to end with',
  lastReply: 'the last reply to be',
  lastRead: 'the last read to find',
  lastValue: 'the last value read to be',
}

/** Values of `liveness` as they follow "the cluster to be". */
const LIVENESS: Readonly<Record<string, string>> = {
  progressing: 'progressing',
  dueling: 'dueling',
  noQuorum: 'without a quorum',
  idle: 'idle',
}

const MORE_OR_LESS: Readonly<Record<Exclude<Operator, '>'>, string>> = {
  '=': '',
  '!=': 'any number but ',
  '<': 'fewer than ',
  '<=': 'at most ',
  '>=': 'at least ',
}

const SIGNS: Readonly<Record<Operator, string>> = {
  '=': '',
  '!=': 'not ',
  '<': 'below ',
  '<=': 'at most ',
  '>': 'above ',
  '>=': 'at least ',
}

export function conditionWords({ measure, operator, value }: Condition): string {
  const counted = COUNTED[measure]
  if (counted !== undefined && typeof value === 'number')
    return countWords(counted, operator, value)
  const isSo = operator === '='
  if (measure === 'leader') return leaderWords(isSo, String(value))
  if (measure === 'liveness') {
    return `the cluster ${isSo ? 'to be' : 'not to be'} ${LIVENESS[value] ?? value}`
  }
  if (measure === 'logsEqual') {
    return `${isSo === (value === 'yes') ? 'equal' : 'different'} logs at the running nodes`
  }
  const named = NAMED[measure] ?? 'the figure to be'
  return `${isSo ? named : named.replace(' to ', ' not to ')} ${JSON.stringify(value)}`
}

/** `count`: how many such events. */
export function predicateWords({ type, tests }: EventPredicate, count = 1): string {
  const head = count === 1 ? `an event ${type}` : `${count} events ${type}`
  return tests.length === 0 ? head : `${head} with ${tests.map(testWords).join(', ')}`
}

function plural(noun: string, rest: string): readonly [string, string] {
  return [`${noun} ${rest}`, `${noun}s ${rest}`]
}

function countWords(
  [one, many]: readonly [string, string],
  operator: Operator,
  value: number,
): string {
  // Counts are whole: more than 0 is at least 1.
  const isAbove = operator === '>' && Number.isInteger(value)
  const least = isAbove ? value + 1 : value
  const head = operator === '>' ? (isAbove ? 'at least ' : 'more than ') : MORE_OR_LESS[operator]
  if (operator === '=' && value === 0) return `no ${one}`
  return `${head}${least} ${least === 1 ? one : many}`
}

function leaderWords(isSo: boolean, value: string): string {
  if (value === 'none') return isSo ? 'no node to lead' : 'a leader'
  return isSo ? `node ${value} to lead` : `node ${value} not to lead`
}

function testWords({ field, operator, value }: EventTest): string {
  const shown = typeof value === 'object' ? formatBallot(value) : String(value)
  return `${field} ${SIGNS[operator]}${shown}`
}
