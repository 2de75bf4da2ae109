/**
 * Judges I14 of a long storm to the end: the lab itself gives it moments when a run stops, which
 * tens of thousands of requests on a busy machine can need more than.
 *
 * Units: ms.
 */
import { join } from 'node:path'
import type { CheckView } from '../../shared/api'
import { verdictOf } from '../../shared/labWords'
import { readHistory } from '../lab/historyFile'
import { judgeInSlices } from '../lab/historyJudge'
import { HISTORY_FILE } from '../lab/offlineRun'
import type { RunResult } from '../lab/run'

const BUDGET = {
  budgetMs: 300_000,
  configurationsMax: 500_000_000,
  memoBytesMax: 512 * 1024 * 1024,
}
const STATES = { valid: 'holds', violated: 'violated', unknown: 'notEnoughData' } as const

/** The result with what is found in that time; as it is if there is nothing to find. */
export async function judgeToTheEnd(result: RunResult | null): Promise<RunResult | null> {
  const own = result?.checks.find(({ id }) => id === 'I14')
  // Left out on purpose, or not kept: then no time helps.
  const isCut = own?.state === 'notEnoughData' && own.words.startsWith('out of budget')
  if (result === null || own === undefined || !isCut) return result
  const { entries } = await readHistory(join(result.runDir, HISTORY_FILE), 'kv')
  const { verdict, words } = await judgeInSlices(entries, 'kv', BUDGET)
  const found: CheckView = { ...own, state: STATES[verdict], words }
  const checks = result.checks.map((check) => (check === own ? found : check))
  const all = verdictOf({ checks })
  const isKept = result.eventsLost === 0 || all === 'violated'
  return { ...result, checks, verdict: isKept ? all : result.verdict }
}
