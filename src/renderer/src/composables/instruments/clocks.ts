/**
 * Three clocks of truth: when a value was chosen, when a learner first knew, when its client was
 * told (PMS §2.3: learning comes after choosing, and may never come).
 *
 * Lab times of real nodes are estimated from their own clocks; a difference below `DOUBT_MS`
 * between two of them says nothing about order.
 */
import type { NodeId, Slot } from '../../../../core/paxos/ballot'
import { spanWords } from '../timeUnit'
import type { TimeUnit } from '../timeUnit'
import type { SlotFacts } from './slotFacts'

export const DOUBT_MS = 5

export type ClockFlag = 'toldBeforeChosen' | 'toldUnchosen' | 'learnedBeforeChosen'

export interface ClockMark {
  readonly atMs: number
  readonly seq: number
  readonly node: NodeId
}

export interface ClockRow {
  readonly slot: Slot
  /** Command id; `-` is a no-op, which no client waits for. */
  readonly id: string
  /** Where the line begins: first proposal, or the first mark. */
  readonly fromMs: number
  readonly chosen: ClockMark | null
  readonly learned: ClockMark | null
  readonly told: ClockMark | null
  /** From chosen to learned, from learned to told; null where one is missing. */
  readonly learnMs: number | null
  readonly tellMs: number | null
  readonly flag: ClockFlag | null
  /** What it means, one sentence; empty where nothing is wrong. */
  readonly words: string
}

export interface ClockGround {
  /** `seq` is the true order of events (simulator, explorer), not an estimate. */
  readonly totalOrder: boolean
  /** Every vote was read: a missing one was not cast. */
  readonly allVotes: boolean
  /** What the time counts. */
  readonly unit: TimeUnit
}

export function clockRows(slots: readonly SlotFacts[], ground: ClockGround): ClockRow[] {
  return slots.flatMap((facts) => rowOf(facts, ground) ?? [])
}

/** Null: nothing is recorded of this slot. */
function rowOf(facts: SlotFacts, ground: ClockGround): ClockRow | null {
  const { slot, issued, chosen, learned, told } = facts
  const first = [issued, chosen, learned, told].filter((mark) => mark !== null)
  if (first.length === 0) return null
  const flag = flagOf(facts, ground)
  return {
    slot,
    id: facts.chosenId ?? facts.id ?? '',
    fromMs: Math.min(...first.map(({ atMs }) => atMs)),
    ...{ chosen, learned, told },
    learnMs: chosen && learned && learned.atMs - chosen.atMs,
    tellMs: learned && told && told.atMs - learned.atMs,
    flag,
    words: flag === null ? '' : flagWords(facts, flag, ground.unit),
  }
}

function flagOf({ chosen, learned, told }: SlotFacts, ground: ClockGround): ClockFlag | null {
  const isBefore = (mark: ClockMark): boolean => {
    if (chosen === null) return ground.allVotes
    return ground.totalOrder ? mark.seq < chosen.seq : mark.atMs < chosen.atMs - DOUBT_MS
  }
  if (told?.at === 'promiseQuorum' && (chosen === null || isBefore(told))) {
    return chosen === null ? 'toldUnchosen' : 'toldBeforeChosen'
  }
  if (told && isBefore(told)) return chosen === null ? 'toldUnchosen' : 'toldBeforeChosen'
  return learned && isBefore(learned) ? 'learnedBeforeChosen' : null
}

/** A length between two marks: 12.3 ms, or 2 steps. */
function gapWords(gapMs: number, unit: TimeUnit): string {
  return unit === 'step' ? spanWords(gapMs, unit) : `${gapMs.toFixed(1)} ms`
}

function flagWords({ chosen, learned, told }: SlotFacts, flag: ClockFlag, unit: TimeUnit): string {
  if (flag === 'learnedBeforeChosen') {
    const gap =
      chosen && learned ? `${gapWords(chosen.atMs - learned.atMs, unit)} before` : 'without'
    return `N${learned?.node} says chosen ${gap} a quorum of votes`
  }
  const where = told?.at === 'promiseQuorum' ? ', at a promise quorum, before any vote' : ''
  if (flag === 'toldUnchosen') return `N${told?.node} told the client${where}; nothing is chosen`
  const gap = chosen && told ? gapWords(chosen.atMs - told.atMs, unit) : ''
  return `N${told?.node} told the client ${gap} before chosen${where}`
}

/** Length of the axis in ms: the longest row with all that it has, at least a tenth more. */
export function clockSpanMs(rows: readonly ClockRow[]): number {
  const ends = rows.map(({ fromMs, chosen, learned, told }) => {
    const marks = [chosen, learned, told].flatMap((mark) => (mark ? [mark.atMs - fromMs] : []))
    return Math.max(0, ...marks)
  })
  return Math.max(1, ...ends) * 1.12
}
