/**
 * Judges a run after the fact: its record is folded through the oracle once more, by whoever made
 * it. What the run said of itself (`violated` events) is taken over only for what cannot be judged
 * from facts alone: its clients' history (I14) and its own bounds of liveness (I15).
 *
 * Order:  the record of a simulator or explorer is in the true order; that of real processes, and
 *         so of a fork of theirs, is not, and is judged so.
 * Errors: FrameError with file and line for what is no record; those of the file system.
 * Losses: a hole in `seq`, or a chain of hashes that is broken: then no check says that it holds. A
 *         run without a result was cut short (or still goes on): unknown, unless it is violated.
 */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Oracle } from '../../core/check/oracle'
import type { LivenessBounds } from '../../core/check/oracle'
import type { LabEvent } from '../../core/event'
import type { CheckView } from '../../shared/api'
import { FrameError } from '../../shared/frame'
import { verdictOf } from '../../shared/labWords'
import { verifyRecord } from './recordFile'
import { RECORD_FILE, RESULT_FILE } from './runDir'
import type { Verdict } from './runDir'
import { readEvents } from './textLines'

export interface RunJudgement {
  readonly verdict: Verdict
  readonly checks: readonly CheckView[]
  /** How many were judged. */
  readonly events: number
  /** What the chain of hashes says, in words. */
  readonly record: string
  /** Why the run is not whole, in words; empty: it is. */
  readonly cut: string
}

type Started = Extract<LabEvent, { type: 'clusterStarted' }>
type Told = Extract<LabEvent, { type: 'violated' }>

/** `liveness`: I15 is judged by these bounds; without them it is not. */
export async function judgeRun(dir: string, liveness?: LivenessBounds): Promise<RunJudgement> {
  const path = join(dir, RECORD_FILE)
  await stat(path)
  const record = await verifyRecord(path)
  const judge = new RecordJudge(path, record.brokenAtLine, liveness)
  for await (const event of readEvents(dir)) judge.feed(event)
  const cut = cutWords(record.tornBytes, existsSync(join(dir, RESULT_FILE)))
  const judged = judge.end(record.words, cut === '')
  const verdict = cut !== '' && judged.verdict === 'valid' ? 'unknown' : judged.verdict
  return { ...judged, verdict, cut }
}

function cutWords(tornBytes: number, hasResult: boolean): string {
  if (!hasResult) return 'There is no result: the run was cut short, or still goes on.'
  return tornBytes > 0 ? 'The last line of the record is torn: events after it are missing.' : ''
}

class RecordJudge {
  private oracle: Oracle | null = null
  private readonly before: LabEvent[] = []
  /** What the run itself found, by invariant. */
  private readonly told = new Map<string, Told>()
  private lastSeq = 0
  private events = 0

  constructor(
    private readonly path: string,
    /** Where the chain of the record is broken; null: it holds. */
    private readonly brokenAt: number | null,
    private readonly liveness: LivenessBounds | undefined,
  ) {}

  feed(event: LabEvent): void {
    this.events += 1
    if (event.type === 'violated') this.told.set(event.invariant, event)
    if (event.type === 'clusterStarted' && this.oracle === null) {
      this.oracle = oracleFor(event, this.liveness)
      if (this.brokenAt !== null) this.oracle.noteLoss(this.brokenAt)
    }
    const { oracle, lastSeq } = this
    this.lastSeq = event.seq
    if (oracle === null) {
      if (this.events > EARLY_EVENTS_MAX) throw noStart(this.path)
      this.before.push(event)
      return
    }
    for (const early of this.before.splice(0)) oracle.feed(early)
    if (event.seq > lastSeq + 1) oracle.noteLoss(event.seq)
    oracle.feed(event)
  }

  /** `isWhole` false: facts that some claims wait for may have been told after its end. */
  end(record: string, isWhole: boolean): Omit<RunJudgement, 'cut'> {
    const { oracle, events } = this
    if (oracle === null) throw noStart(this.path)
    if (isWhole) oracle.finish()
    const checks = oracle.views().map((view) => this.withTold(view))
    return { verdict: verdictOf({ checks }), checks, events, record }
  }

  private withTold(view: CheckView): CheckView {
    const told = view.state === 'idle' ? this.told.get(view.id) : undefined
    if (told === undefined) return view
    const words = `As the run itself found: ${told.words}`
    return { ...view, state: 'violated', words, evidence: told.evidence }
  }
}

/** Events that may come before the cluster is described. */
const EARLY_EVENTS_MAX = 1000

function oracleFor(started: Started, liveness: LivenessBounds | undefined): Oracle {
  const { members, roles, quorums, source = 'processes', stallMsMax } = started
  const bounds = liveness ?? (stallMsMax === undefined ? undefined : { stallMsMax })
  return new Oracle({
    acceptors: roles?.acceptors ?? members,
    ...(quorums && { system: quorums }),
    order: source === 'processes' || source === 'replay' ? 'causal' : 'total',
    ...(bounds && { liveness: bounds }),
  })
}

function noStart(path: string): FrameError {
  return new FrameError(`${path}: no clusterStarted event: nobody knows who may vote`)
}
