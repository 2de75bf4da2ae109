/**
 * What `paxos-lab storm` says in the end: verdict, figures, and a failure card if it is not valid.
 */
import { familyWords } from '../../core/storm/storm'
import type { StormEnd, StormOptions, StormView } from '../../core/storm/storm'
import type { LostWrites } from '../../core/storm/lostWrites'
import type { Verdict } from '../../shared/labWords'
import type { RunResult } from '../lab/run'
import type { ClusterFlags } from './clusterFlags'
import { finish } from './labCommand'
import type { Output } from './output'

const LOST_SHOWN_MAX = 20

export interface StormFound {
  /** Somebody ended it before its time. */
  readonly cut: boolean
  /** Null: it did not come to the liveness phase. */
  readonly calm: { readonly underLoad: StormEnd; readonly keysAsked: number } | null
  readonly view: StormView | null
  /** Nodes that ended although no fault explains it, in words. */
  readonly endedNodes: readonly string[]
  /** From the begin of the storm to the first violation; null: there was none before the end. */
  readonly violatedAfterMs: number | null
  readonly lost: LostWrites
}

interface StormAsked extends StormFound {
  readonly options: StormOptions
  readonly flags: ClusterFlags & { readonly nodes: string; readonly load?: string | undefined }
}

/** Prints everything; answers the exit code. */
export function reportStorm(output: Output, result: RunResult | null, asked: StormAsked): number {
  const wrong = findings(result, asked)
  const verdict = verdictOf(result, asked, wrong)
  const command = commandOf(asked)
  const { lost, calm, view, options } = asked
  const measures = {
    ...result?.measures,
    faults: view?.started ?? 0,
    faultsMissed: view?.missed ?? 0,
    calmMs: calm?.underLoad.tookMs ?? null,
    writesAcknowledged: lost.acknowledged,
    writesLost: lost.lost.length,
    keysWritten: lost.keys,
    keysReadBack: lost.keysRead,
    violatedAfterMs: asked.violatedAfterMs,
  }
  for (const line of linesOf(result, asked)) output.say(line)
  if (verdict !== 'valid') card(output, verdict, asked, wrong, command)
  const storm = { seed: options.seed, families: options.families, intensity: options.intensity }
  const what = { type: 'result', storm, command, findings: wrong, checks: result?.checks ?? [] }
  return finish(output, { verdict, measures, runDir: result?.runDir ?? null }, what)
}

function findings(result: RunResult | null, { calm, lost, endedNodes }: StormAsked): string[] {
  const violated = (result?.checks ?? []).filter(({ state }) => state === 'violated')
  return [
    ...violated.map(({ id, words }) => `${id} is violated: ${words}`),
    ...lost.lost.slice(0, LOST_SHOWN_MAX).map((words) => `lost: ${words}`),
    ...(calm === null || calm.underLoad.converged
      ? []
      : [`not converged: ${calm.underLoad.words}`]),
    ...endedNodes,
  ]
}

function verdictOf(
  result: RunResult | null,
  { cut, calm, lost }: StormAsked,
  wrong: readonly string[],
): Verdict {
  if (wrong.length > 0) return 'violated'
  if (cut || calm === null || result === null || lost.keysRead < lost.keys) return 'unknown'
  return result.verdict
}

function linesOf(result: RunResult | null, { calm, lost, view, options }: StormAsked): string[] {
  const measures: RunResult['measures'] = result?.measures ?? {}
  const judged = (result?.checks ?? []).map(({ id, state }) => `${id} ${state}`).join(', ')
  return [
    `seed ${options.seed}, ${familyWords(options.families)}, intensity ${options.intensity}`,
    `faults: ${view?.started ?? 0} struck, ${view?.missed ?? 0} found nobody`,
    `load: ${measures['acked'] ?? 0} acknowledged, ${measures['failed'] ?? 0} refused, ` +
      `${measures['unknown'] ?? 0} unknown; ${measures['chosenSlots'] ?? 0} slots chosen`,
    `calm: ${calm === null ? 'not reached' : calm.underLoad.words}`,
    `read back: ${lost.keysRead} of ${lost.keys} keys; ` +
      `${lost.lost.length} of ${lost.acknowledged} acknowledged writes lost`,
    `checks: ${judged}`,
  ]
}

function card(
  output: Output,
  verdict: Verdict,
  { violatedAfterMs }: StormFound,
  wrong: readonly string[],
  command: string,
): void {
  output.say(verdict === 'violated' ? 'FAILED' : 'NOT JUDGED')
  for (const words of wrong) output.say(`  ${words}`)
  if (violatedAfterMs !== null) output.say(`  first after ${violatedAfterMs / 1000} s of storm`)
  output.say(`  again: ${command}`)
}

/** The command that plays the same storm on the same cluster. */
function commandOf({ options, flags }: StormAsked): string {
  const { seed, families, intensity, forMs } = options
  const own = { seconds: String((forMs ?? 0) / 1000), intensity: String(intensity) }
  const given: Record<string, unknown> = {
    ...flags,
    ...own,
    ...{ seed: String(seed), families: familyWords(families), out: undefined, json: undefined },
  }
  const words = Object.entries(given).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`]
    if (typeof value !== 'string' || name.startsWith('_')) return []
    return [`--${name}`, /^[\w.,:/-]+$/.test(value) ? value : `"${value}"`]
  })
  return ['paxos-lab storm', ...words].join(' ')
}
