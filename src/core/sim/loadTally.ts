/**
 * LoadTally: what the clients of a simulated run saw, as `loadSampled` tells it of real ones, for
 * pictures only: it is no event of the run.
 *
 * Units: ms of virtual time; one sample every `SAMPLE_TICKS`. An operation lasts from its `invoke`
 *        to its end, attempts at other nodes included.
 */
import type { LabFact } from '../event'
import type { HistoryEntry } from '../history'
import { failReasonOf } from '../measure/failReason'
import type { FailReason } from '../measure/failReason'
import { Histogram } from '../measure/histogram'
import { GRAINS_PER_TICK, toMs } from './agenda'
import type { Agenda } from './agenda'
import type { Answer } from './client'

const SAMPLE_TICKS = 20
const NOTHING = { sent: 0, acked: 0, failed: 0, unknown: 0 }

export class LoadTally {
  private counts = { ...NOTHING }
  private readonly latency = new Histogram()
  private readonly reasons = new Map<FailReason, number>()
  /** When the open operation of a process began, in grains. */
  private readonly open = new Map<number, number>()

  constructor(
    private readonly agenda: Agenda,
    private readonly clients: number,
  ) {}

  note({ process, type }: HistoryEntry, answer: Answer | null): void {
    const { agenda, open, counts } = this
    if (type === 'invoke') {
      open.set(process, agenda.now)
      counts.sent += 1
      return
    }
    const sinceGrains = open.get(process)
    if (sinceGrains === undefined) return
    open.delete(process)
    if (type === 'ok') {
      counts.acked += 1
      this.latency.add(toMs(agenda.now - sinceGrains))
      return
    }
    counts[type === 'fail' ? 'failed' : 'unknown'] += 1
    // A read outside the log tells of itself (`learnerRead`).
    if (answer?.kind === 'read') return
    const reason = reasonOf(answer)
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }

  /** Tells a sample now and then, from now on. Without clients there is nothing to tell. */
  begin(tell: (fact: LabFact) => void): void {
    if (this.clients === 0) return
    const { agenda } = this
    agenda.put(agenda.now + SAMPLE_TICKS * GRAINS_PER_TICK, () => {
      tell(this.take())
      this.begin(tell)
    })
  }

  private take(): LabFact {
    const { agenda, counts, latency, open } = this
    const waits = [...open.values()].map((since) => toMs(agenda.now - since))
    const fact: LabFact = {
      type: 'loadSampled',
      spanMs: toMs(SAMPLE_TICKS * GRAINS_PER_TICK),
      clients: this.clients,
      ...counts,
      waiting: open.size,
      waitMsMax: Math.max(0, ...waits),
      latency: latency.pairs(),
      reasons: [...this.reasons],
    }
    this.counts = { ...NOTHING }
    latency.clear()
    this.reasons.clear()
    return fact
  }
}

function reasonOf(answer: Answer | null): FailReason {
  if (answer?.kind === 'done') return failReasonOf(answer.resp)
  return answer?.kind === 'unknown' ? 'timeout' : 'connection'
}
