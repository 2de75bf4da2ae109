/**
 * What a run directory says in figures: availability per fault, cost per slot, time to a decision,
 * verdicts by question. Read from the record, which may be torn or have no result.
 *
 * Errors: those of the file system; ReportError where the directory holds no run.
 */
import { statSync } from 'node:fs'
import { availabilityOf } from '../../core/report/availability'
import type { NoCard } from '../../core/report/availability'
import type { FaultBand } from '../../core/report/chartData'
import type { CostSums } from '../../core/report/cost'
import { leastCost } from '../../core/report/leastCost'
import type { LeastCost } from '../../core/report/leastCost'
import type {
  AvailabilityCard,
  CostLedger,
  DecisionTime,
  Verdicts,
} from '../../shared/experimentResult'
import { faultText } from './faultText'
import { listRecordings } from '../lab/recordingFiles'
import { replayRun } from '../lab/replayRun'
import { learnerModeOf } from './clusterView'
import { readRun } from './readRun'
import type { RunReading } from './readRun'
import { optional } from './runFiles'
import { judge } from './verdicts'

/** Recorded inputs beyond this are replayed by `paxos-lab replay` alone. */
const REPLAY_BYTES_MAX = 64 * 1024 * 1024

export interface TrialFigures {
  readonly availability: readonly AvailabilityCard[]
  /** Null: nobody counted messages. */
  readonly cost: CostLedger | null
  /** Since the last switch of the policy, else since the first ballot; null: no ballot began. */
  readonly decision: DecisionTime | null
  /** Since the first ballot, censored where the policy was switched; null: no ballot began. */
  readonly firstDecision: DecisionTime | null
  readonly verdicts: Verdicts
  /** Why it is not valid, one sentence; empty otherwise. */
  readonly reason: string
}

export async function readTrialFigures(runDir: string): Promise<TrialFigures> {
  const run = await readRun(runDir)
  return figuresOf(run, await replayVerdict(run))
}

export function figuresOf(run: RunReading, replay: Verdicts['replay']): TrialFigures {
  const { fold } = run
  const { verdicts, reason } = judge(run, replay)
  return {
    availability: faultCards(run).flatMap(({ card }) => card ?? []),
    cost: ledgerOf(run),
    decision: fold.decision.fromSwitch() ?? fold.decision.fromStart(),
    firstDecision: fold.decision.fromStart(),
    verdicts,
    reason,
  }
}

/** Of recorded inputs; what the result says already is not done again. */
export async function replayVerdict(run: RunReading): Promise<Verdicts['replay']> {
  if (run.end?.verdicts) return run.end.verdicts.replay
  const files = await listRecordings(run.dir)
  const bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0)
  if (bytes === 0 || bytes > REPLAY_BYTES_MAX) return 'notJudged'
  return (await replayRun(run.dir)).verdict
}

/** A fault, and its card or why it has none. */
export interface FaultCard {
  readonly band: FaultBand
  readonly card: AvailabilityCard | null
  readonly why: NoCard | null
}

export function faultCards({ fold }: RunReading): FaultCard[] {
  const samples = fold.acks.all
  return fold.bands().map((band): FaultCard => {
    const found = availabilityOf(samples, { startedAtMs: band.fromMs, endedAtMs: band.toMs })
    if (typeof found === 'string') return { band, card: null, why: found }
    const { id: fault, fromMs: startedAtMs, toMs: endedAtMs } = band
    const words = faultText(band.fault)
    return { band, card: { fault, words, startedAtMs, endedAtMs, ...found }, why: null }
  })
}

/** Null: nobody counted messages (direct mode), or the record does not say what cluster it was. */
export function ledgerOf(run: RunReading): CostLedger | null {
  const { fold } = run
  const sums = fold.cost.sums()
  const least = leastOf(run)
  if (sums.messages === null || least === null) return null
  const chosenSlots = fold.measures.liveness.chosenSlots
  const perSlot = (value: number): number | null => (chosenSlots === 0 ? null : value / chosenSlots)
  return {
    chosenSlots,
    messages: sums.messages,
    bytes: sums.bytes ?? 0,
    flushes: sums.flushes,
    messagesPerSlot: perSlot(sums.messages),
    bytesPerSlot: sums.bytes === null ? null : perSlot(sums.bytes),
    flushesPerSlot: perSlot(sums.flushes),
    leastMessagesPerSlot: least.messages,
    leastFlushesPerSlot: least.flushes,
    leastWords: least.words,
  }
}

export function sumsOf({ fold }: RunReading): CostSums {
  return fold.cost.sums()
}

function leastOf({ fold, head }: RunReading): LeastCost | null {
  if (fold.started === null) return null
  const { members, mode, roles = null } = fold.started
  return leastCost({
    ...{ mode, members, roles },
    learnerMode: learnerModeOf(head.options),
    phases: optional(() => head.options.oneOf('phases', ['both', 'second'])) ?? 'both',
  })
}
