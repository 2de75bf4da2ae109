/**
 * Duels in figures: what each proposer spent on ballots that chose nothing, and how many ballots an
 * undecided stretch outlives.
 *
 * A stretch begins with the first ballot after a choice and ends with the next choice; the last one
 * may go on (censored), and one in which the policy was switched ends there, censored too: curves
 * are of one policy each. Bound: that of the staircase (`STAIRS_MAX`). Units: lab time in ms.
 */
import type { Stair } from '../../../../core/measure/series'
import type { ElectionPolicy } from '../../../../core/paxos/config'
import type { NodeId } from '../../../../core/paxos/ballot'
import { survivalOf } from '../../../../core/report/survival'
import type { Lifetime, Survival } from '../../../../core/report/survival'
import type { EventSequence } from '../../stores/eventLog'

export interface DuelCounts {
  readonly ballots: number
  /** A phase-1 quorum promised. */
  readonly elected: number
  readonly preempted: number
  /** Preempted before a quorum had promised: its prepares bought nothing. */
  readonly prepareWasted: number
  /** Preempted after that, with nothing chosen: its accepts were wasted too. */
  readonly acceptWasted: number
  /** Ballots at which something was chosen. */
  readonly chose: number
}

export interface DuelRow {
  readonly node: NodeId
  readonly now: DuelCounts
  readonly run: DuelCounts
}

export interface DuelTable {
  readonly rows: readonly DuelRow[]
  readonly now: DuelCounts
  readonly run: DuelCounts
}

/** `sinceMs`: when a value was last chosen; null: never. */
export function duelTable(
  stairs: readonly Stair[],
  sinceMs: number | null,
  atMs: number,
): DuelTable {
  const begun = stairs.filter(({ bidAtMs }) => bidAtMs <= atMs)
  const open = begun.filter(({ bidAtMs }) => bidAtMs > (sinceMs ?? -1))
  const nodes = [...new Set(begun.map(({ ballot }) => ballot.node))].sort((a, b) => a - b)
  const own = (rows: readonly Stair[], node: NodeId) =>
    rows.filter(({ ballot }) => ballot.node === node)
  return {
    rows: nodes.map((node) => {
      return { node, now: countsOf(own(open, node), atMs), run: countsOf(own(begun, node), atMs) }
    }),
    now: countsOf(open, atMs),
    run: countsOf(begun, atMs),
  }
}

function countsOf(stairs: readonly Stair[], atMs: number): DuelCounts {
  const by = (moment: number | null): boolean => moment !== null && moment <= atMs
  const lost = stairs.filter((one) => by(one.preemptedAtMs))
  const fruitless = lost.filter((one) => !by(one.chosenAtMs))
  return {
    ballots: stairs.length,
    elected: stairs.filter((one) => by(one.electedAtMs)).length,
    preempted: lost.length,
    prepareWasted: fruitless.filter((one) => !by(one.electedAtMs)).length,
    acceptWasted: fruitless.filter((one) => by(one.electedAtMs)).length,
    chose: stairs.filter((one) => by(one.chosenAtMs)).length,
  }
}

export interface PolicySpan {
  readonly policy: ElectionPolicy
  readonly fromMs: number
}

/** Policies of the run in order; every node tells of the same switch. */
export function policySpans(events: EventSequence, until: number): PolicySpan[] {
  const spans: PolicySpan[] = []
  for (let at = 0; at < until; at += 1) {
    const event = events.at(at)!
    if (event.type !== 'clusterStarted' && event.type !== 'policySet') continue
    const same = JSON.stringify(spans.at(-1)?.policy) === JSON.stringify(event.policy)
    if (!same) spans.push({ policy: event.policy, fromMs: event.atMs })
  }
  return spans
}

/** Moments at which slots were chosen that nobody had told of before, up to the moment. */
export function choiceTimes(
  stairs: readonly Stair[],
  events: EventSequence,
  until: number,
): number[] {
  const times = stairs.flatMap(({ chosenAtMs }) => chosenAtMs ?? [])
  let top = 0
  for (let at = 0; at < until; at += 1) {
    const event = events.at(at)!
    if (event.type !== 'chosen') continue
    const through = event.slot + event.count - 1
    if (through > top) times.push(event.atMs)
    top = Math.max(top, through)
  }
  return times.sort((a, b) => a - b)
}

export interface DuelCurve {
  /** Place of its policy among `policies`; -1 where none is recorded. */
  readonly policy: number
  readonly survival: Survival
}

export function duelCurves(
  stairs: readonly Stair[],
  choices: readonly number[],
  policies: readonly PolicySpan[],
  atMs: number,
): DuelCurve[] {
  const lifetimes = new Map<number, Lifetime[]>()
  let open = 0
  let policy = -1
  const close = (decided: boolean): void => {
    if (open === 0) return
    const kept = lifetimes.get(policy) ?? []
    kept.push({ at: open, decided })
    lifetimes.set(policy, kept)
    open = 0
  }
  for (const { kind } of momentsOf(stairs, choices, policies, atMs)) {
    if (kind === 'bid') open += 1
    else if (kind === 'choice') close(true)
    else {
      close(false)
      policy += 1
    }
  }
  close(false)
  return [...lifetimes].map(([index, kept]) => ({ policy: index, survival: survivalOf(kept) }))
}

type Moment = { readonly kind: 'policy' | 'bid' | 'choice'; readonly at: number }

function momentsOf(
  stairs: readonly Stair[],
  choices: readonly number[],
  policies: readonly PolicySpan[],
  atMs: number,
): Moment[] {
  const moments: Moment[] = [
    ...policies.map(({ fromMs }): Moment => ({ kind: 'policy', at: fromMs })),
    ...stairs.map(({ bidAtMs }): Moment => ({ kind: 'bid', at: bidAtMs })),
    ...choices.map((at): Moment => ({ kind: 'choice', at })),
  ]
  return moments.filter(({ at }) => at <= atMs).sort((a, b) => a.at - b.at)
}
