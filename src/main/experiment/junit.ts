/**
 * An experiment as JUnit XML, so that a CI shows it: one suite a point, one case a trial.
 *
 * Source: the common schema of Ant and Jenkins: a suite has `id`, `package`, `timestamp`,
 *         `hostname` and counts; then properties, cases and the two outputs. A violated trial is
 *         a failure, an unknown one an error, one that never ended is skipped.
 * Units:  seconds.
 */
import type { ExperimentResult, TrialResult } from '../../shared/experimentResult'
import type { PlannedTrial } from './plan'
import { pointKey, pointWords } from './plan'

export interface JunitOptions {
  /** Of this runner: the plan, or the shard of it. */
  readonly planned: readonly PlannedTrial[]
  /** Directory of the experiment, for paths of runs. */
  readonly dir: string
  commandOf(trial: PlannedTrial): string
}

export function toJunit(result: ExperimentResult, options: JunitOptions): string {
  const byPoint = new Map<string, PlannedTrial[]>()
  for (const planned of options.planned) {
    const key = pointKey(planned.point)
    byPoint.set(key, [...(byPoint.get(key) ?? []), planned])
  }
  const suites = [...byPoint.values()].map((group, id) => suite(result, options, group, id))
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', '']
    .flat()
    .join('\n')
}

function suite(
  result: ExperimentResult,
  options: JunitOptions,
  group: readonly PlannedTrial[],
  id: number,
): string[] {
  const { plan } = result
  const ended = group.map(({ trial }) => result.trials.find((each) => each.trial === trial))
  const count = (verdict: TrialResult['verdict']): number =>
    ended.filter((each) => each?.verdict === verdict).length
  const point = pointWords(group[0]?.point ?? {})
  const seconds = ended.reduce((sum, each) => sum + (each?.ranMs ?? 0), 0) / 1000
  const head = {
    ...{ id, package: 'paxos-lab', name: point === '' ? plan.name : `${plan.name} (${point})` },
    // The schema has no place for a zone.
    ...{ timestamp: result.startedAt.slice(0, 19), hostname: 'localhost' },
    ...{ tests: group.length, failures: count('violated'), errors: count('unknown') },
    ...{ skipped: ended.filter((each) => each === undefined).length, time: seconds.toFixed(3) },
  }
  const { appVersion, nodeVersion, system, cpus } = result
  const properties = { appVersion, nodeVersion, system, cpus, command: plan.command }
  return [
    `  <testsuite ${attributes(head)}>`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property ${attributes({ name, value })}/>`,
    ),
    '    </properties>',
    ...group.flatMap((planned, at) => testCase(result, options, planned, ended[at])),
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
  ]
}

function testCase(
  { plan, cancelled }: ExperimentResult,
  { dir, commandOf }: JunitOptions,
  planned: PlannedTrial,
  trial: TrialResult | undefined,
): string[] {
  const time = ((trial?.ranMs ?? 0) / 1000).toFixed(3)
  const name = `trial ${planned.trial}, seed ${planned.seed}`
  const head = `    <testcase ${attributes({ name, classname: `paxos-lab.${plan.name}`, time })}`
  if (trial === undefined) {
    const message = cancelled ? 'cancelled before it ended' : 'the trials ended before it did'
    return [`${head}>`, `      <skipped ${attributes({ message })}/>`, '    </testcase>']
  }
  if (trial.verdict === 'valid') return [`${head}/>`]
  const element = trial.verdict === 'violated' ? 'failure' : 'error'
  const run = trial.runDir === null ? [] : [`run: ${dir}/${trial.runDir}`]
  const words = [trial.reason, ...run, `repeat: ${commandOf(planned)}`].join('\n')
  const about = attributes({ message: trial.reason, type: trial.verdict })
  return [
    `${head}>`,
    `      <${element} ${about}>${escaped(words)}</${element}>`,
    '    </testcase>',
  ]
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(' ')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** XML 1.0 has no place at all for control characters, nor for halves of a character. */
const UNPRINTABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

function escaped(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd').replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
}
