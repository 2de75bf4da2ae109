/**
 * A counterexample as a run directory: its events as they are, with what the oracle says of them
 * where it says it, and a schedule where machines can play it.
 */
import { Oracle } from '../../core/check/oracle'
import type { Violation } from '../../core/check/violation'
import type { LabEvent } from '../../core/event'
import type { NodeId } from '../../core/paxos/ballot'
import type { ReplicaConfig } from '../../core/paxos/config'
import type { Schedule } from '../../core/schedule'
import { OfflineRun } from '../lab/offlineRun'

export interface Finding {
  readonly title: string
  readonly nodes: number
  readonly acceptors: readonly NodeId[]
  readonly config: Partial<Omit<ReplicaConfig, 'node' | 'members'>>
  readonly events: readonly LabEvent[]
  readonly schedule: Schedule | null
  readonly measures: Readonly<Record<string, number | string | null>>
}

export interface RecordedFinding {
  readonly runDir: string
  /** Invariants that the oracle finds broken in the record, in that order. */
  readonly judged: readonly string[]
}

/** Writes the run directory; rejects if the disk refuses. */
export async function recordFinding(
  runsDir: string,
  appVersion: string,
  finding: Finding,
): Promise<RecordedFinding> {
  const { title, nodes, acceptors, config, events, schedule, measures } = finding
  const run = await OfflineRun.begin(runsDir, {
    title,
    source: 'explorer',
    seed: 0,
    nodes,
    config,
    appVersion,
  })
  const oracle = new Oracle({ acceptors, order: 'total' })
  const judged: Violation[] = []
  let seq = 0
  let atMs = 0
  const tell = (found: readonly Violation[]): void => {
    for (const violation of found) {
      judged.push(violation)
      run.append({ seq: ++seq, atMs, by: 'lab', type: 'violated', ...violation })
    }
  }
  for (const event of events) {
    const placed = { ...event, seq: ++seq }
    atMs = event.atMs
    run.append(placed)
    tell(oracle.feed(placed))
  }
  tell(oracle.finish())
  const verdict = judged.length === 0 ? 'unknown' : 'violated'
  const checks = oracle.views()
  await run.end({ verdict, measures, checks, ...(schedule === null ? {} : { schedule }) })
  return { runDir: run.dir, judged: judged.map(({ invariant }) => invariant) }
}
