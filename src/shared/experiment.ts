/**
 * Experiments: `*.paxlab.yaml`, a script of steps with a cluster, load and what to expect, and a
 * plan of how often and with which parameters. `docs/experiments.md` tells people.
 *
 * Errors: `parseScenario` throws ScenarioError: what is wrong, where (line:column), and the line.
 * Units:  times are text with a unit, `40ms` or `2s`; parsed to ms.
 */
import { INVARIANT_IDS } from '../core/check/views'
import type { InvariantId } from '../core/check/views'
import type { ClusterOptions, LoadOptions, ScenarioCard } from './api'
import { expectFindings, nodeFindings, stepFindings } from './experimentLimits'
import type { Finding } from './experimentLimits'
import {
  PlanError,
  planFault,
  planKeys,
  pointPaths,
  sweepPoints,
  toPlan,
  withPoint,
} from './experimentPlan'
import type { PlanOfFile } from './experimentPlan'
import type { SweepPoint } from './experimentResult'
import { expectation, steps } from './experimentSteps'
import type { Expectation, ScenarioStep } from './experimentSteps'
import { ScenarioText } from './experimentText'
import { plainWords, tellingIssue } from './experimentWords'
import { loadFile } from './loadOptions'
import { cluster } from './scenarioCluster'
import { z } from './zod'

export { PlanError, checkAxes, parseSeeds, parseSweep, sweepPoints } from './experimentPlan'
export type { PlanOfFile } from './experimentPlan'
export type { Expectation, ScenarioStep, ScenarioVerb } from './experimentSteps'
export { ScenarioError } from './experimentText'

export interface Scenario extends ScenarioCard {
  readonly version: 1
  readonly cluster: ClusterOptions
  readonly load: LoadOptions | null
  readonly steps: readonly ScenarioStep[]
  readonly expect: readonly Expectation[]
  readonly plan: PlanOfFile
  /** What it is there to show, where its cluster is not safe: these checks find a violation. */
  readonly violates: readonly InvariantId[]
}

/** The whole file. */
export const experimentFile = z
  .strictObject({
    version: z.literal(1),
    name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not lower-case words joined by "-"'),
    title: z.string().min(1).max(60),
    summary: z.string().min(1).max(200),
    seconds: z.number().int().min(1).max(3600).meta({ description: 'About how long it takes' }),
    level: z.enum(['first', 'basic', 'advanced']),
    cluster,
    seed: z.number().int().min(0).max(0xffff_ffff).optional(),
    load: loadFile.optional(),
    ...planKeys,
    steps,
    expect: z.array(expectation).optional(),
    violates: z.array(z.enum(INVARIANT_IDS)).max(INVARIANT_IDS.length).optional().meta({
      description: 'What an unsafe cluster is there to show: these checks must find a violation',
    }),
  })
  .transform((raw, context): Scenario => {
    const { name, title, summary, seconds, level } = raw
    const card = { name, title, summary, seconds, level }
    const expect = raw.expect ?? []
    const options = { ...raw.cluster, seed: raw.seed ?? raw.cluster.seed }
    const plan = toPlan(raw)
    const scenario: Scenario = {
      ...{ version: 1, ...card, cluster: options, load: raw.load ?? null },
      ...{ steps: raw.steps, expect, plan, violates: raw.violates ?? [] },
    }
    const contradiction = planFault(raw)
    if (contradiction !== null) context.addIssue({ code: 'custom', ...contradiction })
    for (const finding of findingsOf(scenario)) context.addIssue({ code: 'custom', ...finding })
    return scenario
  })

function findingsOf({ steps: own, expect, load: asked, cluster: { nodes } }: Scenario): Finding[] {
  return [
    ...nodeFindings(asked?.nodes ?? [], nodes, ['load', 'nodes']),
    ...stepFindings(own, nodes),
    ...expectFindings(expect, nodes, ['expect']),
  ]
}

/**
 * Parses the text of an experiment file; `file` names it in errors. The values of `point` stand
 * in place of those in the file. Without a point, every point of the file's own sweep is tried.
 */
export function parseScenario(text: string, file: string, point: SweepPoint = {}): Scenario {
  if (Object.keys(point).length > 0) return parseAt(new ScenarioText(text, file), point)
  const parsing = parsingScenario(text, file)
  for (;;) {
    const { done, value } = parsing.next()
    if (done === true) return value
  }
}

/** The same, point by point: a sweep can have thousands, and others want their turn. */
export function* parsingScenario(text: string, file: string): Generator<void, Scenario> {
  const source = new ScenarioText(text, file)
  const parsed = parseAt(source, {})
  for (const each of sweepPoints(parsed.plan.sweep)) {
    yield
    parseAt(source, each)
  }
  return parsed
}

function parseAt(source: ScenarioText, point: SweepPoint): Scenario {
  const atPoint = Object.entries(point).map(([name, value]) => `${name}=${value}`)
  const prefix = atPoint.length === 0 ? '' : `with ${atPoint.join(', ')}: `
  try {
    const parsed = experimentFile.safeParse(withPoint(source.content, point), { error: plainWords })
    if (parsed.success) return parsed.data
    const told = tellingIssue(parsed.error.issues)
    const swept = pointPaths(point).find(({ path }) =>
      path.every((part, index) => told.path[index] === part),
    )
    return source.failWith(told, prefix, swept && ['sweep', swept.name])
  } catch (error) {
    if (error instanceof PlanError) return source.fail(error.message, 0)
    throw error
  }
}
