/**
 * What no single step of an experiment can tell: nodes that do not exist, and how much is played.
 * Each finding has the path in the file at which it is told.
 */
import type { EventPredicate } from './eventPredicate'
import type { Expectation, ScenarioStep, ScenarioVerb, Trigger } from './experimentSteps'

/** Steps that are played in all, with all repetitions. */
const PLAYED_MAX = 5000
const DEPTH_MAX = 4

export interface Finding {
  readonly message: string
  readonly path: (string | number)[]
}

/** A step, with the path to it. */
interface Placed {
  readonly step: ScenarioStep
  readonly path: (string | number)[]
}

export function stepFindings(steps: readonly ScenarioStep[], nodes: number): Finding[] {
  const placed = place(steps, ['steps'])
  const findings = placed.flatMap((each) => findingsOf(each, nodes))
  const deep = placed.find(({ path }) => depthOf(path) > DEPTH_MAX)
  if (deep) findings.push({ message: `is nested deeper than ${DEPTH_MAX}`, path: deep.path })
  const played = playedSteps(steps)
  if (played > PLAYED_MAX) {
    findings.push({ message: `play ${played} steps, more than ${PLAYED_MAX}`, path: ['steps'] })
  }
  return findings
}

export function expectFindings(
  expect: readonly Expectation[],
  nodes: number,
  path: readonly (string | number)[],
): Finding[] {
  return expect.flatMap(({ expected }, index) => {
    const at = [...path, index]
    switch (expected.kind) {
      case 'measure':
        return leaderFindings(expected.condition, nodes, at)
      case 'events':
        return predicateFindings(expected.predicate, nodes, at)
      case 'order':
        return expected.predicates.flatMap((each) => predicateFindings(each, nodes, at))
    }
  })
}

export function nodeFindings(
  named: readonly number[],
  nodes: number,
  path: readonly (string | number)[],
): Finding[] {
  const wrong = named.find((node) => node > nodes)
  if (wrong === undefined) return []
  return [{ message: `there is no node ${wrong}, only 1 to ${nodes}`, path: [...path] }]
}

function place(steps: readonly ScenarioStep[], path: readonly (string | number)[]): Placed[] {
  return steps.flatMap((step, index) => {
    const own = [...path, index]
    const inside =
      step.body === null
        ? []
        : step.body.kind === 'repeat'
          ? place(step.body.steps, [...own, 'repeat', 'steps'])
          : step.body.branches.flatMap((branch, at) => place(branch, [...own, 'parallel', at]))
    return [{ step, path: own }, ...inside]
  })
}

function depthOf(path: readonly (string | number)[]): number {
  return path.filter((part) => part === 'repeat' || part === 'parallel').length
}

function playedSteps(steps: readonly ScenarioStep[]): number {
  return steps.reduce((sum, { body }) => sum + 1 + playedInside(body), 0)
}

function playedInside(body: ScenarioStep['body']): number {
  if (body === null) return 0
  if (body.kind === 'repeat') return body.times * playedSteps(body.steps)
  return body.branches.reduce((sum, branch) => sum + playedSteps(branch), 0)
}

function findingsOf({ step, path }: Placed, nodes: number): Finding[] {
  const verbs = verbFindings(step.verbs, nodes, [...path, 'do'])
  const when = triggerFindings(step.trigger, nodes, [...path, 'when'])
  return [...when, ...verbs, ...expectFindings(step.expect, nodes, [...path, 'expect'])]
}

export function verbFindings(
  verbs: readonly ScenarioVerb[],
  nodes: number,
  path: readonly (string | number)[],
): Finding[] {
  return verbs.flatMap(({ verb }, index) => nodeFindings(nodesIn(verb), nodes, [...path, index]))
}

function triggerFindings(trigger: Trigger, nodes: number, path: (string | number)[]): Finding[] {
  if (trigger.kind === 'event') return predicateFindings(trigger.predicate, nodes, path)
  return trigger.kind === 'when' ? leaderFindings(trigger.condition, nodes, path) : []
}

function leaderFindings(
  { measure, operator, value }: { measure: string; operator: string; value: number | string },
  nodes: number,
  path: (string | number)[],
): Finding[] {
  const named = measure === 'leader' && operator === '=' && typeof value === 'number' ? [value] : []
  return nodeFindings(named, nodes, path)
}

const NODE_FIELDS = ['by', 'node', 'peer', 'holder']

export function predicateFindings(
  { tests }: EventPredicate,
  nodes: number,
  path: readonly (string | number)[],
): Finding[] {
  const named = tests.flatMap(({ field, operator, value }) => {
    const isNode = NODE_FIELDS.includes(field) && operator === '=' && typeof value === 'number'
    return isNode ? [value] : []
  })
  return nodeFindings(named, nodes, path)
}

const NODE_KEYS = ['node', 'nodes', 'groups', 'ballotNode']

/** Nodes that a verb names, wherever in it. */
function nodesIn(value: unknown, isNode = false): number[] {
  if (typeof value === 'number') return isNode ? [value] : []
  if (Array.isArray(value)) return value.flatMap((each: unknown) => nodesIn(each, isNode))
  if (typeof value !== 'object' || value === null) return []
  // Ends of links: nothing else has both ways.
  const ends = 'both' in value ? ['from', 'to'] : []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    nodesIn(inner, NODE_KEYS.includes(key) || ends.includes(key)),
  )
}
